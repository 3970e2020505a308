public import Cryptography

/// How many of which signers must have signed: k of n, where one signature of a trust policy's
/// choice would do otherwise.
public struct RequiredSignatures: Sendable {
    /// One who may be counted, by a name of the site's own.
    public struct Signer: Sendable {
        /// What the site calls the signer.
        public let name: String
        /// Subjects, any of which stands for the signer.
        public let subjects: [SubjectPattern]

        /// A signer by the identities of its certificates, each `x509.subject:…`.
        public init(name: String, identities: [String]) throws(RequiredSignaturesError) {
            guard !name.isEmpty else { throw .unnamedSigner }
            let listed: TrustedIdentities
            do throws(TrustedIdentityError) { listed = try TrustedIdentities(identities) } catch {
                throw .identities(signer: name, error)
            }
            guard case .listed(let identities) = listed else { throw .anySubject(signer: name) }
            var subjects: [SubjectPattern] = []
            for identity in identities {
                guard case .subject(let pattern) = identity.meaning else {
                    throw .foreignIdentity(signer: name, identity.text)
                }
                subjects.append(pattern)
            }
            self.name = name
            self.subjects = subjects
        }

        /// Whether one certificate could be both.
        func overlaps(_ other: Signer) -> Bool {
            subjects.contains { own in other.subjects.contains(where: own.overlaps) }
        }

        func matches(_ signature: CountedSignature) -> Bool {
            subjects.contains { $0.matches(signature.subject) }
        }
    }

    /// The policy statements for which this is asked, by their names.
    public let policies: [String]
    /// How many of the signers must have signed.
    public let threshold: Int
    /// Those who are counted.
    public let signers: [Signer]

    /// As many signers as anyone can survey; every signature is held against each.
    public static let signerCountMax = 100

    /// A requirement that can be met.
    public init(policies: [String], threshold: Int, signers: [Signer])
        throws(RequiredSignaturesError)
    {
        guard !policies.isEmpty else { throw .noPolicies }
        guard signers.count <= Self.signerCountMax else {
            throw .tooManySigners(limit: Self.signerCountMax)
        }
        guard (1...max(1, signers.count)).contains(threshold), !signers.isEmpty else {
            throw .threshold(threshold, signers: signers.count)
        }
        for (place, signer) in signers.enumerated()
        where signers[..<place].contains(where: { $0.name.utf8.elementsEqual(signer.name.utf8) }) {
            throw .duplicateSigner(signer.name)
        }
        for (place, signer) in signers.enumerated() {
            let other = signers[..<place].first { $0.overlaps(signer) }
            if let other { throw .overlap(other.name, signer.name) }
        }
        self.policies = policies
        self.threshold = threshold
        self.signers = signers
    }

    /// The place of the one signer whom the subject names; nil where it names none, or several: a
    /// subject with two common names is nobody's.
    private func signer(of signature: CountedSignature) -> Int? {
        let named = signers.indices.filter { signers[$0].matches(signature) }
        return named.count == 1 ? named[0] : nil
    }

    /// Gives each signer a signature of its own, so that as many as possible have one: no key
    /// counts for two, however many signatures and certificates it has.
    ///
    /// - Returns: for each signer, the place in `signatures`; nil for one who has none.
    public func assignment(of signatures: [CountedSignature]) -> [Int?] {
        var keys: [PublicKey] = []
        let keyPlaces = signatures.map { signature in
            keys.firstIndex { $0.isSameKey(as: signature.key) }
                ?? {
                    keys.append(signature.key)
                    return keys.count - 1
                }()
        }
        var holders = [Int?](repeating: nil, count: keys.count)
        func signature(of signer: Int, by key: Int) -> Int? {
            signatures.indices.first {
                keyPlaces[$0] == key && self.signer(of: signatures[$0]) == signer
            }
        }
        /// Finds a key for `signer`, where need be by finding another for its holder.
        func settle(_ signer: Int, _ tried: inout Set<Int>) -> Bool {
            for key in keys.indices where signature(of: signer, by: key) != nil {
                guard tried.insert(key).inserted else { continue }
                if let holder = holders[key], !settle(holder, &tried) { continue }
                holders[key] = signer
                return true
            }
            return false
        }
        for signer in signers.indices {
            var tried: Set<Int> = []
            _ = settle(signer, &tried)
        }
        return signers.indices.map { signer in
            holders.firstIndex(of: signer).flatMap { signature(of: signer, by: $0) }
        }
    }
}

/// What of a signature counts where signers are counted.
public struct CountedSignature: Sendable {
    /// The leaf's key: who holds it is one signer.
    public let key: PublicKey
    /// The leaf's subject, as far as a policy can name it.
    public let subject: [SubjectAttribute]

    /// A signature whose chain a trust store vouches for.
    public init(key: PublicKey, subject: [SubjectAttribute]) {
        self.key = key
        self.subject = subject
    }
}

/// Why a requirement cannot stand.
public enum RequiredSignaturesError: Error, Equatable, Sendable {
    /// It is asked for no policy.
    case noPolicies
    /// A signer without a name.
    case unnamedSigner
    /// Two signers of one name.
    case duplicateSigner(String)
    /// One certificate could be two signers.
    case overlap(String, String)
    /// More signers than anyone can survey.
    case tooManySigners(limit: Int)
    /// Nobody could meet it, or everybody does.
    case threshold(Int, signers: Int)
    /// A signer's identities are no list that a policy could have.
    case identities(signer: String, TrustedIdentityError)
    /// `*`: everybody would be this signer.
    case anySubject(signer: String)
    /// An identity that only a plugin could understand.
    case foreignIdentity(signer: String, String)
}

import Encodings
import Synchronization
public import X509

/// What was asked before, so that ten thousand signatures under one list check its signature once.
///
/// What is remembered of lists and responses follows from their bytes and the issuer's certificate
/// alone, never from time.
final class RevocationMemory: Sendable {
    /// How many answers of each kind are remembered: far more than one layout has signers.
    static let countMax = 1024

    /// One question about a chain.
    struct Key: Hashable {
        let chain: CertificateChain
        let time: Timestamp
        let reference: Timestamp?
    }

    private struct Claim: Hashable {
        let digest: Digest
        let issuer: String
    }

    private let answers = Mutex<[Key: RevocationStatus]>([:])
    private let lists = Mutex<[Claim: RevocationListFlaw?]>([:])
    private let responses = Mutex<[Claim: OCSPSignature]>([:])

    /// The answer for `key`, which `answer` is asked for where it is not remembered.
    func status(for key: Key, _ answer: () -> RevocationStatus) -> RevocationStatus {
        if let status = answers.withLock({ $0[key] }) { return status }
        let status = answer()
        answers.withLock { answers in
            if answers.count >= Self.countMax { answers.removeAll() }
            answers[key] = status
        }
        return status
    }

    /// What keeps `list` from being the word of `issuer`; nil if nothing does.
    func flaw(of list: RevocationList, by issuer: Certificate) -> RevocationListFlaw? {
        let claim = Claim(digest: list.digest, issuer: issuer.sha256Fingerprint)
        // Within the lock, so that no two threads check the signature on one list.
        return lists.withLock { lists in
            if let known = lists[claim] { return known }
            let flaw = list.signatureFlaw(under: issuer)
            // Whoever brings ever new chains is not served faster, and takes no more memory.
            if lists.count >= Self.countMax { lists.removeAll() }
            lists[claim] = .some(flaw)
            return flaw
        }
    }

    /// Who signed `response`, as far as `issuer` answers for it.
    func signature(of response: OCSPResponse, under issuer: Certificate) -> OCSPSignature {
        let claim = Claim(digest: response.digest, issuer: issuer.sha256Fingerprint)
        return responses.withLock { responses in
            if let known = responses[claim] { return known }
            let signature = response.signature(under: issuer)
            if responses.count >= Self.countMax { responses.removeAll() }
            responses[claim] = signature
            return signature
        }
    }

    /// How many signatures on lists were looked at.
    var listCount: Int { lists.withLock { $0.count } }
    /// How many answers about chains are remembered.
    var answerCount: Int { answers.withLock { $0.count } }
}

extension RevocationList {
    /// Whether the list is the word of `issuer`: by name, key and algorithm.
    public func isWord(of issuer: Certificate) -> Bool {
        self.issuer == issuer.subject && signatureFlaw(under: issuer) == nil
    }

    /// What keeps the list from being the word of `issuer`; nil if nothing does.
    fileprivate func signatureFlaw(under issuer: Certificate) -> RevocationListFlaw? {
        if let identifier = authorityKeyIdentifier, !identifier.allows(issuer) { return .otherKey }
        if case .weak(let identifier) = signatureAlgorithm { return .weakSignature(identifier) }
        if let usage = issuer.keyUsage, !usage.purposes.contains(.crlSign) {
            return .issuerMayNotSign
        }
        return isSigned(by: issuer) ? nil : .notSigned
    }
}

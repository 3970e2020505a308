public import Encodings
import Files
import SystemPackage
public import Trust
public import X509

/// A home as a verifier would see it: everything that is wrong with its policies and trust stores,
/// or soon will be.
///
/// - SeeAlso: rules R1 to R12 and Y1 to Y19, and section 17 of the conformance list.
public struct HomeCheck: Sendable {
    /// One thing that was found.
    public enum Finding: Sendable, Equatable {
        /// Group or others may change what stands at the path.
        case exposed(path: String)
        /// A link where trust is configured, or something else that is not of the kind that must
        /// stand there (rules R3 and R4).
        case wrongKind(path: String)
        /// A policy that is not acceptable; every reason is a finding of its own.
        case policy(TrustPolicyFile, TrustPolicyReview.Finding)
        /// `verification.json` cannot be used, or not with the policy for images.
        case settings(ConfigurationError)
        /// A store that may not be used, and the statements that name it.
        case store(TrustStoreName, TrustStoreFault, namedBy: [String])
        /// Something lies where only stores may, and no policy could name it (rules R1 and R2).
        case stray(path: String)
        /// There is no policy for images.
        case noImagePolicy
        /// `trustpolicy.json` says something else than `trustpolicy.oci.json`, and is not read.
        case shadowedPolicy
        /// No policy names the store (rule R12).
        case unusedStore(TrustStoreName)
        /// A certificate that is no longer valid.
        case expired(TrustStoreName, file: String, Certificate)
        /// A certificate that is not valid yet.
        case notYetValid(TrustStoreName, file: String, Certificate)
        /// A certificate that is valid now and not for much longer.
        case expiring(TrustStoreName, file: String, Certificate)
        /// A statement all of whose stores are for time stamps: no signer can be trusted by it.
        case noAuthorities(TrustPolicyFile, statement: String)
        /// An identity that only a plugin could understand: no signer matches it (rule Y6).
        case foreignIdentity(TrustPolicyFile, statement: String, identity: String)
        /// Stock notation reads everything in a store, and refuses the store for these (rules R4
        /// and R5).
        case notationRefusesStore(TrustStoreName, names: [String])
        /// Notation 1 does not know the name of the only policy for images.
        case notationMissesPolicy
    }

    /// How much a finding matters.
    public enum Weight: String, Sendable {
        /// A verifier cannot or should not go on like this.
        case problem
        /// It works, and perhaps not as it is meant.
        case warning
        /// It works here, and not with stock notation.
        case notation
    }

    /// What was found, the gravest first.
    public let findings: [Finding]
    /// The policies that are there and acceptable.
    public let policies: [TrustPolicyFile]
    /// The stores that are there and may be used.
    public let stores: [TrustStoreName]

    /// Whether there is no problem.
    public var passes: Bool { !findings.contains { $0.weight == .problem } }

    /// Looks at all of `home` as of `time`; certificates that expire in less than `warningDays` days
    /// are told.
    public init(_ home: Home, at time: Timestamp, warningDays: Int) throws(ConfigurationError) {
        var findings = try home.exposures()
        let policies = try PolicyCheck(home)
        findings += policies.findings
        if let error = Self.settingsError(of: home) { findings.append(.settings(error)) }
        do throws(ConfigurationError) { _ = try home.scannerSettings() } catch {
            findings.append(.settings(error))
        }
        let listed = try home.trustStoreNames()
        findings += listed.strays.map { .stray(path: $0) }
        var usable: [TrustStoreName] = []
        for name in Set(listed.names).union(policies.named.keys).sorted() {
            let check = try StoreCheck(
                name, of: home, namedBy: policies.named[name] ?? [], at: time,
                until: time.adding(seconds: Int64(warningDays) * 86_400))
            findings += check.findings
            if check.isUsable { usable.append(name) }
        }
        self.findings =
            [Weight.problem, .warning, .notation].flatMap { weight in
                findings.filter { $0.weight == weight }
            }
        self.policies = policies.present
        stores = usable
    }
}

extension HomeCheck {
    /// Why the settings keep everything from being verified; nil where the policy does that already.
    private static func settingsError(of home: Home) -> ConfigurationError? {
        guard let policy = try? home.imagePolicy() else { return nil }
        do throws(ConfigurationError) {
            _ = try home.verificationSettings(for: policy)
            return nil
        } catch {
            return error
        }
    }
}

extension HomeCheck.Finding {
    /// How much it matters.
    public var weight: HomeCheck.Weight {
        switch self {
        case .exposed, .wrongKind, .policy, .settings, .store, .stray: .problem
        case .noImagePolicy, .shadowedPolicy, .unusedStore, .expired, .notYetValid, .expiring,
            .noAuthorities, .foreignIdentity:
            .warning
        case .notationRefusesStore, .notationMissesPolicy: .notation
        }
    }

    /// The rule that it is about, where there is one.
    public var rule: String? {
        switch self {
        case .policy(_, let finding): finding.error.rule
        case .store(_, let fault, _): fault.rule
        case .stray: "R2"
        case .unusedStore: "R12"
        case .foreignIdentity: "Y6"
        case .notationRefusesStore: "R5"
        case .exposed, .wrongKind, .settings, .noImagePolicy, .shadowedPolicy, .expired,
            .notYetValid,
            .expiring,
            .noAuthorities, .notationMissesPolicy:
            nil
        }
    }
}

/// The policies of a home.
private struct PolicyCheck {
    private(set) var findings: [HomeCheck.Finding] = []
    private(set) var present: [TrustPolicyFile] = []
    /// The stores that acceptable policies name, each with the names of the statements.
    private(set) var named: [TrustStoreName: [String]] = [:]

    init(_ home: Home) throws(ConfigurationError) {
        var bytes: [TrustPolicyFile: [UInt8]] = [:]
        for file in TrustPolicyFile.allCases {
            // A link is told as such; what it leads to is nobody's policy.
            guard try home.isRegular(file), let read = try home.policyBytes(in: file) else {
                continue
            }
            bytes[file] = read
            // What is not read need not be right.
            if file == .imagesVersion1, bytes[.images] != nil { continue }
            let review = TrustPolicyReview(of: read, as: file.kind)
            findings += review.findings.map { .policy(file, $0) }
            guard let policy = review.policy else { continue }
            present.append(file)
            for statement in policy.statements { take(statement, in: file) }
        }
        if bytes[.images] == nil, bytes[.imagesVersion1] == nil { findings.append(.noImagePolicy) }
        if let new = bytes[.images] {
            if let old = bytes[.imagesVersion1] {
                if old != new { findings.append(.shadowedPolicy) }
            } else {
                findings.append(.notationMissesPolicy)
            }
        }
    }

    private mutating func take(_ statement: TrustPolicyStatement, in file: TrustPolicyFile) {
        for store in statement.trustStores { named[store, default: []].append(statement.name) }
        if !statement.trustStores.isEmpty, statement.trustStores.allSatisfy({ $0.type == .tsa }) {
            findings.append(.noAuthorities(file, statement: statement.name))
        }
        guard case .listed(let identities)? = statement.trustedIdentities else { return }
        for identity in identities {
            guard case .foreign = identity.meaning else { continue }
            findings.append(
                .foreignIdentity(file, statement: statement.name, identity: identity.text))
        }
    }
}

/// One trust store of a home.
private struct StoreCheck {
    private(set) var findings: [HomeCheck.Finding] = []
    private(set) var isUsable = false

    init(
        _ name: TrustStoreName, of home: Home, namedBy statements: [String], at time: Timestamp,
        until: Timestamp
    ) throws(ConfigurationError) {
        switch try home.trustStore(name) {
        case .unusable(let fault): findings.append(.store(name, fault, namedBy: statements))
        case .usable(_, let ignored):
            isUsable = true
            if !ignored.isEmpty { findings.append(.notationRefusesStore(name, names: ignored)) }
        }
        guard isUsable, case .success(let content) = try home.trustStoreContent(name) else {
            return
        }
        if statements.isEmpty { findings.append(.unusedStore(name)) }
        for file in content.files {
            for certificate in file.certificates {
                if time < certificate.notBefore {
                    findings.append(.notYetValid(name, file: file.name, certificate))
                } else if !certificate.isValid(at: time) {
                    findings.append(.expired(name, file: file.name, certificate))
                } else if !certificate.isValid(at: until) {
                    findings.append(.expiring(name, file: file.name, certificate))
                }
            }
        }
    }
}

public import Cryptography

/// What a site asks beyond its trust policy. Everything here makes verification stricter.
///
/// - SeeAlso: docs/formats/verification-settings.md.
public struct VerificationSettings: Sendable {
    /// For which policies more than one signature is asked; no policy is named twice.
    public let requiredSignatures: [RequiredSignatures]
    /// Whether a signature that never expires fails the validation of its expiry.
    public let requiresExpiry: Bool
    /// The keys that may sign; nil for every one of the specification.
    public let keySpecs: Set<KeySpec>?
    /// Whether anything but certificates in a trust store makes it unusable.
    public let hasStrictTrustStores: Bool
    /// What is asked about revocation.
    public let revocation: RevocationRules
    /// How far clocks may differ, in seconds.
    public let clockTolerance: Int64
    /// The file as it was read; nil where there is none.
    public let bytes: [UInt8]?

    /// Nothing beyond the policy.
    public static let none = VerificationSettings()

    /// How far clocks may differ where a site says nothing of it, in seconds.
    public static let standardClockTolerance: Int64 = 5 * 60

    /// What is left out is not asked for.
    public init(
        requiredSignatures: [RequiredSignatures] = [], requiresExpiry: Bool = false,
        keySpecs: Set<KeySpec>? = nil, hasStrictTrustStores: Bool = false,
        revocation: RevocationRules = .standard,
        clockTolerance: Int64 = standardClockTolerance, bytes: [UInt8]? = nil
    ) {
        self.requiredSignatures = requiredSignatures
        self.requiresExpiry = requiresExpiry
        self.keySpecs = keySpecs
        self.hasStrictTrustStores = hasStrictTrustStores
        self.revocation = revocation
        self.clockTolerance = clockTolerance
        self.bytes = bytes
    }

    /// What is required of the artifacts of one policy statement; nil where one signature will do.
    public func requiredSignatures(of policy: String) -> RequiredSignatures? {
        requiredSignatures.first { required in
            required.policies.contains { $0.utf8.elementsEqual(policy.utf8) }
        }
    }

    /// The first thing that the settings and `policy` disagree about; nil if they fit.
    public func conflict(with policy: TrustPolicyDocument) -> VerificationSettingsConflict? {
        var known: [String] = []
        for name in requiredSignatures.flatMap(\.policies) {
            if known.contains(where: { $0.utf8.elementsEqual(name.utf8) }) {
                return .requiredTwice(policy: name)
            }
            known.append(name)
            let statement = policy.statements.first { $0.name.utf8.elementsEqual(name.utf8) }
            guard let statement else { return .unknownPolicy(name) }
            guard statement.trustedIdentities != nil else { return .skippedPolicy(name) }
        }
        return nil
    }
}

/// What keeps settings and a policy from being used together.
public enum VerificationSettingsConflict: Error, Equatable, Sendable {
    /// Signatures are required for a policy that is not there.
    case unknownPolicy(String)
    /// Signatures are required for a policy at level skip, which looks at none.
    case skippedPolicy(String)
    /// Two requirements name one policy.
    case requiredTwice(policy: String)
}

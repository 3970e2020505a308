import Cryptography
public import Trust

/// What a signature is held against: actions, trust and identities, whoever set them.
public struct SignatureCriteria: Sendable {
    let actions: ValidationActions
    let verifyTimestamp: TimestampRequirement
    let identities: TrustedIdentities
    /// Whose signatures are required; nil where one of anybody will do.
    let requirement: RequiredSignatures?
    /// Whether a signature must have an expiry.
    let requiresExpiry: Bool
    /// The keys that may sign; nil for every one of the specification.
    let keySpecs: Set<KeySpec>?
    /// Whether a time stamp says when a signature was made, against which an invalidity date counts.
    let usesTimestampForRevocation: Bool
    /// How far clocks may differ, in seconds.
    let clockTolerance: Int64
    private let stores: [(name: TrustStoreName, store: TrustStore)]

    /// The criteria of a policy statement; nil at level skip, which holds signatures against
    /// nothing.
    init?(_ statement: TrustPolicyStatement, in trust: TrustConfiguration) {
        guard let identities = statement.trustedIdentities else { return nil }
        actions = statement.verification.actions
        verifyTimestamp = statement.verification.verifyTimestamp
        self.identities = identities
        stores = statement.trustStores.map { ($0, trust.store($0)) }
        requirement = trust.settings.requiredSignatures(of: statement.name)
        requiresExpiry = trust.settings.requiresExpiry
        keySpecs = trust.settings.keySpecs
        usesTimestampForRevocation = trust.settings.revocation.usesTimestamp
        clockTolerance = trust.settings.clockTolerance
    }

    /// Level strict with `anchors` as the only authorities, for signatures of `identities`.
    public init(anchors: TrustedCertificates, identities: TrustedIdentities) {
        actions = VerificationLevel.strict.actions
        verifyTimestamp = .always
        self.identities = identities
        requirement = nil
        requiresExpiry = false
        keySpecs = nil
        usesTimestampForRevocation = false
        clockTolerance = VerificationSettings.standardClockTolerance
        stores =
            TrustStoreName(type: .ca, name: "anchors").map { name in
                [(name, .usable(anchors, ignored: []))]
            } ?? []
    }

    /// The stores of one type, in the order of the policy; no other is looked at (rule R10).
    func stores(of type: TrustStoreType) -> [(name: TrustStoreName, store: TrustStore)] {
        stores.filter { $0.name.type == type }
    }
}

/// Whom a site trusts, and for what: its policies and its trust stores at one moment.
public struct TrustState: Sendable {
    /// The policies, by the file that holds them.
    public let policies: [TrustPolicyFile: TrustPolicyDocument]
    /// The trust stores.
    public let stores: [TrustStoreName: TrustedCertificates]

    /// Policies and stores as they stand together.
    public init(
        policies: [TrustPolicyFile: TrustPolicyDocument],
        stores: [TrustStoreName: TrustedCertificates]
    ) {
        self.policies = policies
        self.stores = stores
    }

    /// What `capsule` says.
    public init(_ capsule: TrustCapsule) {
        self.init(policies: capsule.policies, stores: capsule.stores)
    }

    /// The policy that judges images: `trustpolicy.oci.json`, else `trustpolicy.json`.
    public var imagePolicy: TrustPolicyDocument? {
        policies[.images] ?? policies[.imagesVersion1]
    }
}

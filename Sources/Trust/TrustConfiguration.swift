public import Cryptography
public import Encodings
import X509

/// Everything that a verdict on an image rests on: a policy, the trust stores that it names, and
/// what the site asks beyond it.
public struct TrustConfiguration: Sendable {
    /// The policy.
    public let policy: TrustPolicyDocument
    /// The stores that its statements name, as they were found.
    public let stores: [TrustStoreName: TrustStore]
    /// What is at hand about revocation.
    public let evidence: RevocationEvidence
    /// What the site asks beyond the policy.
    public let settings: VerificationSettings
    /// What names the policy in a verdict: the SHA-256 of its bytes.
    public let policyDigest: Digest
    /// What names the trust stores in a verdict: the SHA-256 of one line for each certificate in a
    /// usable store, `TYPE:NAME FINGERPRINT`, in byte order.
    public let storesDigest: Digest
    /// What names the evidence about revocation in a verdict: the SHA-256 of one line for each list
    /// and response, `KIND DIGEST`, in byte order; nil where there is none.
    public let evidenceDigest: Digest?
    /// What names the settings in a verdict: the SHA-256 of their file; nil where there is none.
    public let settingsDigest: Digest?

    /// A policy and the stores that were found for it; a store that is not among `stores` counts as
    /// missing.
    public init(
        policy: TrustPolicyDocument, stores: [TrustStoreName: TrustStore],
        evidence: RevocationEvidence = .none, settings: VerificationSettings = .none
    ) throws(CryptographyError) {
        self.policy = policy
        self.stores = stores
        self.evidence = evidence
        self.settings = settings
        evidenceDigest = try evidence.nameDigest()
        policyDigest = try policy.digest()
        storesDigest = try Self.digest(of: stores)
        if let bytes = settings.bytes {
            settingsDigest = try BlobHasher.digest(of: bytes)
        } else {
            settingsDigest = nil
        }
    }

    /// The store called `name`.
    public func store(_ name: TrustStoreName) -> TrustStore {
        switch stores[name] ?? .unusable(.missing) {
        case .usable(_, let ignored) where settings.hasStrictTrustStores && !ignored.isEmpty:
            .unusable(.foreignEntry(name: ignored[0]))
        case let store: store
        }
    }

    private static func digest(of stores: [TrustStoreName: TrustStore])
        throws(CryptographyError) -> Digest
    {
        var lines: [String] = []
        for (name, store) in stores {
            guard case .usable(let trusted, _) = store else { continue }
            lines += trusted.certificates.map { "\(name) \($0.sha256Fingerprint)\n" }
        }
        return try BlobHasher.digest(of: lines.sorted().flatMap { Array($0.utf8) })
    }
}

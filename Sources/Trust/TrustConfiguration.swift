public import Cryptography
public import Encodings
import X509

/// Everything that a verdict on an image rests on: a policy and the trust stores that it names.
public struct TrustConfiguration: Sendable {
    /// The policy.
    public let policy: TrustPolicyDocument
    /// The stores that its statements name, as they were found.
    public let stores: [TrustStoreName: TrustStore]

    /// A policy and the stores that were found for it; a store that is not among `stores` counts as
    /// missing.
    public init(policy: TrustPolicyDocument, stores: [TrustStoreName: TrustStore]) {
        self.policy = policy
        self.stores = stores
    }

    /// The store called `name`.
    public func store(_ name: TrustStoreName) -> TrustStore {
        stores[name] ?? .unusable(.missing)
    }

    /// What names the trust stores in a verdict: the SHA-256 of one line for each certificate in a
    /// usable store, `TYPE:NAME FINGERPRINT`, in byte order.
    public func storesDigest() throws(CryptographyError) -> Digest {
        var lines: [String] = []
        for (name, store) in stores {
            guard case .usable(let trusted, _) = store else { continue }
            lines += trusted.certificates.map { "\(name) \($0.sha256Fingerprint)\n" }
        }
        return try BlobHasher.digest(of: lines.sorted().flatMap { Array($0.utf8) })
    }
}

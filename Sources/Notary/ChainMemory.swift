import Synchronization
import X509

/// Chains that were read and held against the certificate profile, so that a thousand signatures by
/// one signer cost that once.
///
/// What is remembered follows from the bytes of the certificates alone, never from time or trust.
public final class ChainMemory: Sendable {
    /// How many chains are remembered: more than any site has signers in one layout. One chain is at
    /// most `X509Limits.chainCountMax` certificates.
    static let countMax = 64

    private let known = Mutex<[[[UInt8]]: Result<CertificateChain, IntegrityFailure>]>([:])

    /// Remembers nothing yet.
    public init() {}

    /// What `read` says of `certificates`, which it is asked once.
    func chain(
        of certificates: [[UInt8]], _ read: () throws(IntegrityFailure) -> CertificateChain
    ) throws(IntegrityFailure) -> CertificateChain {
        guard Self.isModest(certificates) else { return try read() }
        if let result = known.withLock({ $0[certificates] }) { return try result.get() }
        let result: Result<CertificateChain, IntegrityFailure>
        do throws(IntegrityFailure) { result = .success(try read()) } catch {
            result = .failure(error)
        }
        known.withLock { known in
            // Whoever brings ever new chains is not served faster, and takes no more memory.
            if known.count >= Self.countMax { known.removeAll() }
            known[certificates] = result
        }
        return try result.get()
    }

    /// Whether no limit is broken: what is too large is refused each time, and never kept.
    private static func isModest(_ certificates: [[UInt8]]) -> Bool {
        certificates.count <= X509Limits.chainCountMax
            && certificates.allSatisfy { $0.count <= X509Limits.certificateSizeMax }
    }

    /// How many chains are remembered.
    var count: Int { known.withLock { $0.count } }
}

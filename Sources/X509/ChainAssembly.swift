public import Cryptography
public import Encodings

/// A certificate as a token keeps it: tied to a key by an id.
public struct KeptCertificate: Sendable {
    /// The id that ties it to a key.
    public let id: [UInt8]
    /// The certificate.
    public let certificate: Certificate

    /// A certificate under an id.
    public init(id: [UInt8], certificate: Certificate) {
        self.id = id
        self.certificate = certificate
    }
}

/// Puts a chain together from certificates that lie about in no order.
///
/// Nothing is believed of the chain that comes out: `CertificateProfile` judges it before it signs.
public enum ChainAssembly {
    /// The chain of the key, leaf to root.
    ///
    /// The leaf holds `publicKey`; of several, one that bears `id`. Each next certificate has issued
    /// the one before, by name and by signature (rule X5), up to one that issued itself (rule X3).
    /// Where several did, those that are valid at `time` go before those that are not.
    ///
    /// - Throws: what is missing, or of what there are several.
    public static func chain(
        for publicKey: PublicKey, id: [UInt8], from kept: [KeptCertificate], at time: Timestamp
    ) throws(ChainAssemblyError) -> CertificateChain {
        let holders = kept.filter { $0.certificate.publicKey.isSameKey(as: publicKey) }
        let tied = distinct(holders.filter { $0.id == id }.map(\.certificate), at: time)
        let leaves = tied.isEmpty ? distinct(holders.map(\.certificate), at: time) : tied
        guard let leaf = leaves.first else { throw .noLeaf(certificateCount: kept.count) }
        guard leaves.count == 1 else { throw .severalLeaves(leaves) }
        var chain = [leaf]
        var last = leaf
        while !last.isSelfSigned {
            let issuers = distinct(
                kept.map(\.certificate).filter { last.isIssued(by: $0) }, at: time)
            guard let issuer = issuers.first else { throw .noIssuer(of: last) }
            guard issuers.count == 1 else { throw .severalIssuers(issuers, of: last) }
            // Two authorities that issued each other have no root.
            guard !chain.contains(issuer), chain.count < X509Limits.chainCountMax else {
                throw .noIssuer(of: last)
            }
            chain.append(issuer)
            last = issuer
        }
        do { return try CertificateChain(chain) } catch { throw .unusable(error) }
    }

    /// Each certificate once; where there are several, those that are valid, if any is.
    private static func distinct(_ certificates: [Certificate], at time: Timestamp)
        -> [Certificate]
    {
        var seen = Set<Certificate>()
        let once = certificates.filter { seen.insert($0).inserted }
        guard once.count > 1 else { return once }
        let valid = once.filter { $0.isValid(at: time) }
        return valid.isEmpty ? once : valid
    }
}

/// Why no chain could be put together.
public enum ChainAssemblyError: Error, Equatable {
    /// None of so many certificates holds the key.
    case noLeaf(certificateCount: Int)
    /// Several certificates hold the key, and nothing tells which is meant.
    case severalLeaves([Certificate])
    /// The certificate that issued this one is not there.
    case noIssuer(of: Certificate)
    /// Several certificates have the name and key that issued this one.
    case severalIssuers([Certificate], of: Certificate)
    /// They are no chain.
    case unusable(CertificateError)
}

/// Certificates from the leaf to the root, in that order. Nothing is promised about how they fit:
/// `CertificateProfile` tells.
public struct CertificateChain: Sendable, Hashable {
    /// The certificates, leaf first. Never empty.
    public let certificates: [Certificate]
    /// The certificate whose key signs.
    public let leaf: Certificate

    /// A chain of at most `X509Limits.chainCountMax` certificates.
    ///
    /// - Throws: `.noCertificate` for an empty list (rule X1), `.tooMany`.
    public init(_ certificates: [Certificate]) throws(CertificateError) {
        guard let leaf = certificates.first else { throw .noCertificate }
        guard certificates.count <= X509Limits.chainCountMax else {
            throw .tooMany(count: certificates.count)
        }
        self.certificates = certificates
        self.leaf = leaf
    }

    /// Reads a file of certificates, leaf first, PEM or DER.
    public init(file: [UInt8]) throws(CertificateError) {
        try self.init(Certificate.list(file))
    }

    /// The last certificate.
    public var root: Certificate { certificates.last ?? leaf }

    /// Every certificate but the leaf.
    public var authorities: ArraySlice<Certificate> { certificates.dropFirst() }

    /// The chain as PEM, leaf first.
    public var pem: String { certificates.map(\.pem).joined() }
}

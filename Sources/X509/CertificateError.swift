public import Cryptography

/// Why bytes are no certificate, or no chain of certificates, that Airseal reads.
public enum CertificateError: Error, Equatable {
    /// The DER is not what RFC 5280 asks for.
    case malformed(DERError)
    /// OpenSSL does not read it.
    case unreadable
    /// The subject's key cannot be read.
    case unreadableKey
    /// The cryptographic library lacks SHA-256.
    case cryptography(CryptographyError)
    /// The serial number is negative or longer than 20 bytes.
    case serialNumber
    /// The algorithm inside the signed part differs from the one beside the signature.
    case algorithmsDiffer
    /// An extension stands twice.
    case duplicateExtension(String)
    /// An extension that Airseal uses is malformed.
    case malformedExtension(String)
    /// More bytes than `X509Limits` allows.
    case tooLarge(byteCount: Int)
    /// More certificates than `X509Limits` allows.
    case tooMany(count: Int)
    /// Neither PEM nor DER, or no certificate in it.
    case noCertificate
    /// A PEM block that does not end, or whose text is no base64.
    case malformedPEM
    /// OpenSSL would not make a key or a certificate.
    case cannotIssue
}

/// How much of anything Airseal takes as certificates.
public enum X509Limits {
    /// One certificate, in bytes. Real ones stay below 4 KiB, post-quantum ones below 32 KiB.
    public static let certificateSizeMax = 64 << 10
    /// Certificates in one chain. Public ones have four at most.
    public static let chainCountMax = 16
    /// A file of certificates, in bytes: a large trust store in PEM is about 250 KiB.
    public static let fileSizeMax = 4 << 20
    /// Certificates in one file.
    public static let fileCountMax = 1000
    /// One list of revoked certificates, in bytes: what notation takes.
    public static let revocationListSizeMax = 32 << 20
    /// A file of lists, in bytes: the largest list in PEM.
    public static let revocationFileSizeMax = 48 << 20
    /// One OCSP response, in bytes. Real ones stay below 4 KiB.
    public static let responseSizeMax = 1 << 20
}

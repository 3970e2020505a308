public import Cryptography
public import Encodings

/// Why bytes are no time-stamp token over a signature, or one that proves nothing.
public enum TimestampTokenError: Error, Equatable {
    // As the token is read
    /// More bytes than `UnverifiedTimestampToken.byteCountMax`.
    case tooLarge(byteCount: Int)
    /// No CMS message (rule T18).
    case unreadable
    /// Bytes follow the message (rule T18).
    case trailingBytes
    /// A CMS message of another kind, or one that carries something else than a TSTInfo (rule T18).
    case otherContent
    /// The TSTInfo is malformed (rule T18).
    case malformed(DERError)
    /// The TSTInfo is of another version than 1 (rule T8).
    case version(Int)
    /// Its time is not one in UTC (rule T11).
    case generationTime(DERError)
    /// Its accuracy is negative, too large, or none (rule T25).
    case accuracy(DERError)
    /// The imprint is made with a hash that is none of SHA-256, SHA-384 and SHA-512 (rule T22).
    case hash(String)
    /// The token is over other bytes (rule T9).
    case otherImprint
    /// More certificates than `X509Limits.fileCountMax`.
    case tooManyCertificates(count: Int)
    /// A certificate in the token cannot be read (rule T18).
    case certificate(position: Int, CertificateError)
    /// The cryptographic library lacks the hash.
    case cryptography(CryptographyError)

    // As its signature is verified
    /// The CMS around the TSTInfo is malformed (rule T18).
    case malformedMessage(DERError)
    /// The SignedData is of another version than 3 (rule T18).
    case messageVersion(Int)
    /// A certificate in the token is none of X.509 (rule T18).
    case otherCertificates
    /// The TSTInfo has an extension that must be understood, and is not.
    case criticalExtension(String)
    /// Nobody has signed (rule T19).
    case noSigner
    /// More signers than `TimestampToken.signerCountMax`.
    case tooManySigners(count: Int)
    /// The SignerInfo is of another version than 1 (rule T19).
    case signerVersion(Int)
    /// No attributes are signed (rule T20).
    case noSignedAttributes
    /// A signed attribute is missing (rules T20 and T21).
    case missing(TimestampAttribute)
    /// A signed attribute stands twice, or its value is not one of its type (rules T20 and T21).
    case malformedAttribute(TimestampAttribute)
    /// The signed attributes speak of content of another type (rule T20).
    case otherContentType
    /// The signed attributes speak of other content (rule T20).
    case otherDigest
    /// The certificate is named by its SHA-1 alone (rule T21).
    case weakSigningCertificate
    /// The signed attributes name another certificate than the signer does (rule T21).
    case otherSigningCertificate
    /// The content is hashed with none of SHA-256, SHA-384 and SHA-512 (rule T22).
    case digestAlgorithm(String)
    /// The signature algorithm is none of RSA, RSA-PSS and ECDSA with that hash (rule T22).
    case signatureAlgorithm(String)
    /// The signer's certificate is not in the token (rule T23).
    case noSigningCertificate
    /// The signature is not by the signer's certificate (rule T22).
    case wrongSignature

    // As its signer is judged
    /// No chain leads from the certificate of this subject to a root that is trusted (rule T14).
    case untrusted(subject: String)
    /// A certificate was not valid when the authority says to have made the token (rule T14).
    case outsideValidity(Timestamp, subject: String, notBefore: Timestamp, notAfter: Timestamp)
    /// A certificate was not valid at the signing time that the signed attributes state (rule T20).
    case signedOutsideValidity(
        Timestamp, subject: String, notBefore: Timestamp, notAfter: Timestamp)
    /// The chain breaks a rule of the profile (rule T15).
    case profile(CertificateViolation)
    /// The chain breaks a rule of RFC 5280 that the profile does not ask for.
    case path(PathViolation)
}

/// A signed attribute that a time-stamp token is asked for.
public enum TimestampAttribute: String, Sendable, CaseIterable {
    /// What kind of content is signed.
    case contentType = "content-type"
    /// The hash of the content.
    case messageDigest = "message-digest"
    /// The certificate of the signer, by its hash (RFC 5035).
    case signingCertificate = "signing-certificate-v2"
    /// When the signer says to have signed.
    case signingTime = "signing-time"
}

extension TimestampTokenError {
    /// The rule of the conformance list that is broken; nil where there is none.
    public var rule: String? {
        switch self {
        case .unreadable, .trailingBytes, .otherContent, .malformed, .certificate,
            .malformedMessage, .messageVersion, .otherCertificates:
            "T18"
        case .version: "T8"
        case .generationTime: "T11"
        case .accuracy: "T25"
        case .otherImprint: "T9"
        case .noSigner, .signerVersion: "T19"
        case .missing(let attribute), .malformedAttribute(let attribute):
            attribute == .signingCertificate ? "T21" : "T20"
        case .noSignedAttributes, .otherContentType, .otherDigest, .signedOutsideValidity: "T20"
        case .weakSigningCertificate, .otherSigningCertificate: "T21"
        case .hash, .digestAlgorithm, .signatureAlgorithm, .wrongSignature: "T22"
        case .noSigningCertificate: "T23"
        case .untrusted, .outsideValidity: "T14"
        case .profile(let violation): violation.rule.number
        case .path(let violation): violation.rule
        case .tooLarge, .tooManyCertificates, .tooManySigners, .criticalExtension, .cryptography:
            nil
        }
    }
}

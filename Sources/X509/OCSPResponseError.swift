public import Cryptography

/// Why bytes are no OCSP response that Airseal reads.
public enum OCSPResponseError: Error, Equatable {
    /// More bytes than `X509Limits` allows.
    case tooLarge(byteCount: Int)
    /// A PEM block that does not end, or whose text is no base64.
    case malformedPEM
    /// The DER is not what RFC 6960 asks for.
    case malformed(DERError)
    /// The responder answered nothing: its status, 1 to 6, by RFC 6960 section 4.2.1.
    case status(Int)
    /// A response of another type than the basic one, by identifier.
    case otherType(String)
    /// The response is of another version than 1.
    case version(Int)
    /// An extension stands twice.
    case duplicateExtension(String)
    /// An extension that Airseal uses is malformed.
    case malformedExtension(String)
    /// More certificates than `X509Limits` allows in a chain.
    case tooManyCertificates(count: Int)
    /// A certificate in the response cannot be read.
    case certificate(position: Int, CertificateError)
    /// The cryptographic library lacks SHA-256.
    case cryptography(CryptographyError)

    init(_ flaw: ExtensionFlaw) {
        self =
            switch flaw {
            case .malformed(let error): .malformed(error)
            case .duplicate(let identifier): .duplicateExtension(identifier)
            case .malformedValue(let identifier): .malformedExtension(identifier)
            }
    }
}

public import Cryptography

/// Why bytes are no list of revoked certificates that Airseal reads.
public enum RevocationListError: Error, Equatable {
    /// More bytes than `X509Limits` allows.
    case tooLarge(byteCount: Int)
    /// More lists in one file than `X509Limits` allows.
    case tooMany(count: Int)
    /// Neither PEM nor DER, or no list in it.
    case noList
    /// A PEM block that does not end, or whose text is no base64.
    case malformedPEM
    /// The DER is not what RFC 5280 asks for.
    case malformed(DERError)
    /// The list is of another version than 1 and 2.
    case version(Int)
    /// The algorithm inside the signed part differs from the one beside the signature.
    case algorithmsDiffer
    /// An extension of the list, or of an entry, stands twice.
    case duplicateExtension(String)
    /// An extension that Airseal uses is malformed.
    case malformedExtension(String)
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

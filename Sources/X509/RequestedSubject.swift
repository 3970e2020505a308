private import COpenSSL

/// The name that a certificate request asks for, held against what each attribute can take.
///
/// - SeeAlso: RFC 5280, appendix A.1, for the upper bounds.
public enum RequestedSubject {
    /// Checks a subject without any key.
    ///
    /// - Parameter subject: the attributes by their short names.
    /// - Throws: what the first value is refused for.
    public static func check(_ subject: [(type: String, value: String)])
        throws(CertificateRequestError)
    {
        defer { ERR_clear_error() }
        guard let name = unsafe X509_NAME_new() else { throw .notMade }
        defer { unsafe X509_NAME_free(name) }
        for attribute in subject { try unsafe add(attribute, to: name) }
    }

    /// Adds an attribute at the end of `name`.
    static func add(_ attribute: (type: String, value: String), to name: OpaquePointer)
        throws(CertificateRequestError)
    {
        let (type, value) = attribute
        let number = unsafe OBJ_txt2nid(openSSLNames[type] ?? type)
        guard number != NID_undef else { throw .unknownAttribute(type) }
        if number == NID_countryName, !isCountry(value) { throw .country(value) }
        let count = value.unicodeScalars.count
        if let bounds = unsafe ASN1_STRING_TABLE_get(number) {
            let most = unsafe bounds.pointee.maxsize
            guard most < 0 || count <= most else {
                throw .tooLong(attribute: type, limit: most, actual: count)
            }
        }
        let bytes = Array(value.utf8)
        guard
            unsafe X509_NAME_add_entry_by_NID(
                name, number, MBSTRING_UTF8, bytes, Int32(bytes.count), -1, 0) == 1
        else { throw .characters(attribute: type) }
    }

    /// Two letters (ISO 3166).
    private static func isCountry(_ value: String) -> Bool {
        value.utf8.count == 2
            && value.utf8.allSatisfy { (65...90).contains($0) || (97...122).contains($0) }
    }

    /// Those that OpenSSL writes otherwise than RFC 4514 and trust policies do.
    private static let openSSLNames = [
        "SERIALNUMBER": "serialNumber", "STREET": "street", "POSTALCODE": "postalCode",
    ]
}

/// Why a certificate request cannot be made.
public enum CertificateRequestError: Error, Equatable {
    /// The key is none of the six that may sign.
    case unsupportedKey
    /// No attribute has this name.
    case unknownAttribute(String)
    /// The country is not two letters.
    case country(String)
    /// The value has more characters than the attribute takes.
    case tooLong(attribute: String, limit: Int, actual: Int)
    /// The value has characters that the attribute cannot hold, or none at all.
    case characters(attribute: String)
    /// OpenSSL would not make it.
    case notMade
    /// The signature is not that of the key.
    case foreignSignature
}

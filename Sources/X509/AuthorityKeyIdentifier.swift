/// What a certificate, or a list of revoked ones, says of the key that signed it.
///
/// - SeeAlso: RFC 5280 section 4.2.1.1.
public struct AuthorityKeyIdentifier: Sendable, Hashable {
    /// The name that the issuer's certificate gives to its key; nil if there is none.
    public let keyIdentifier: [UInt8]?

    init(_ value: inout DERReader) throws(DERError) {
        var fields = try value.enter(DERTag.sequence)
        keyIdentifier = try fields.optional(DERTag.primitiveContext(0)).map { Array($0.content) }
        // The issuer's certificate by its issuer and serial number: names and signatures tell more.
        if let names = try fields.optional(DERTag.context(1)) {
            _ = try GeneralName.list(DERReader(names.content))
        }
        _ = try fields.optional(DERTag.primitiveContext(2))
        try fields.requireEnd()
    }

    /// Whether the key of `issuer` may be the one that is meant: not where both name it, differently.
    public func allows(_ issuer: Certificate) -> Bool {
        guard let keyIdentifier, let name = issuer.subjectKeyIdentifier else { return true }
        return keyIdentifier == name
    }
}

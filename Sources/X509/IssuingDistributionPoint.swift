/// What a list of revoked certificates is about, where it is not about all of its issuer's.
///
/// - SeeAlso: RFC 5280 section 5.2.5.
public struct IssuingDistributionPoint: Sendable, Hashable {
    /// The extension's value in DER: a base and its deltas have the same.
    public let der: [UInt8]
    /// Where the list is to be had; nil where it does not say.
    public let name: DistributionPointName?
    /// Whether it is about certificates that are no authority's.
    public let isOfUsersOnly: Bool
    /// Whether it is about certificates of authorities.
    public let isOfAuthoritiesOnly: Bool
    /// Whether it is about attribute certificates.
    public let isOfAttributesOnly: Bool
    /// The reasons for which it lists certificates; nil for all.
    public let reasons: Set<RevocationReason>?
    /// Whether it lists certificates of other issuers too.
    public let isIndirect: Bool

    init(_ value: inout DERReader) throws(DERError) {
        let element = try value.next(DERTag.sequence)
        der = Array(element.whole)
        var fields = DERReader(element.content)
        name = try fields.optional(DERTag.context(0)).map { element throws(DERError) in
            try DistributionPointName(element)
        }
        isOfUsersOnly = try Self.flag(1, &fields)
        isOfAuthoritiesOnly = try Self.flag(2, &fields)
        reasons = try fields.optional(DERTag.primitiveContext(3)).map { element throws(DERError) in
            try RevocationReason.flags(element)
        }
        isIndirect = try Self.flag(4, &fields)
        isOfAttributesOnly = try Self.flag(5, &fields)
        try fields.requireEnd()
    }

    /// Reads the default FALSE where it is spelled out, as elsewhere.
    private static func flag(_ number: UInt8, _ fields: inout DERReader) throws(DERError) -> Bool {
        let tag = DERTag.primitiveContext(number)
        guard let element = try fields.optional(tag) else { return false }
        guard element.content.count == 1, let byte = element.content.first,
            byte == 0x00 || byte == 0xFF
        else { throw .badValue(tag: tag) }
        return byte == 0xFF
    }

    /// Whether the list is about certificates of the kind of `certificate`: of an authority or not.
    public func isAboutKind(of certificate: Certificate) -> Bool {
        guard !isOfAttributesOnly else { return false }
        return certificate.isCA ? !isOfUsersOnly : !isOfAuthoritiesOnly
    }
}

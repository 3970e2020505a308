/// The extensions of a list of revoked certificates.
///
/// - SeeAlso: RFC 5280 section 5.2.
struct RevocationListExtensions {
    private(set) var number: [UInt8]?
    private(set) var baseNumber: [UInt8]?
    private(set) var authorityKeyIdentifier: AuthorityKeyIdentifier?
    private(set) var issuingDistributionPoint: IssuingDistributionPoint?
    private(set) var freshestPoints: [DistributionPoint]?
    private(set) var unknownCritical: [String] = []

    init(_ list: DERReader?) throws(ExtensionFlaw) {
        guard let list else { return }
        for part in try Extension.list(list) { try take(part) }
    }

    private mutating func take(_ part: Extension) throws(ExtensionFlaw) {
        switch part.identifier {
        case "2.5.29.20": number = try part.parsed(Self.number)
        case "2.5.29.27": baseNumber = try part.parsed(Self.number)
        case "2.5.29.28":
            issuingDistributionPoint = try part.parsed { value throws(DERError) in
                try IssuingDistributionPoint(&value)
            }
        case "2.5.29.35":
            authorityKeyIdentifier = try part.parsed { value throws(DERError) in
                try AuthorityKeyIdentifier(&value)
            }
        case "2.5.29.46":
            freshestPoints = try part.parsed { value throws(DERError) in
                try DistributionPoint.list(&value)
            }
        // Other names of the issuer change nothing.
        case "2.5.29.18": return
        default: if part.isCritical { unknownCritical.append(part.identifier) }
        }
    }

    /// A number of at most 20 bytes, as RFC 5280 section 5.2.3 bounds it.
    private static func number(_ value: inout DERReader) throws(DERError) -> [UInt8] {
        let number = Array(try value.naturalNumber())
        guard number.count <= 20 else { throw .badValue(tag: DERTag.integer) }
        return number
    }
}

/// Why a certificate is revoked.
///
/// - SeeAlso: RFC 5280 section 5.3.1.
public enum RevocationReason: Int, Sendable, CaseIterable {
    /// No reason was given.
    case unspecified = 0
    /// The key is, or may be, in other hands.
    case keyCompromise = 1
    /// The key of the authority is, or may be, in other hands.
    case authorityCompromise = 2
    /// The name is no longer true.
    case affiliationChanged = 3
    /// Another certificate took its place.
    case superseded = 4
    /// Nobody needs it any more.
    case cessationOfOperation = 5
    /// It may come back: the one reason that can be undone.
    case certificateHold = 6
    /// It is no longer on hold.
    case removeFromCRL = 8
    /// What the certificate allowed is no longer allowed.
    case privilegeWithdrawn = 9
    /// The key of an attribute authority is in other hands.
    case attributeAuthorityCompromise = 10

    /// Reads a CRLReason, which must be all that is left.
    init(_ value: inout DERReader) throws(DERError) {
        let content = try value.next(DERTag.enumerated).content
        try value.requireEnd()
        guard content.count == 1, let code = content.first,
            let reason = RevocationReason(rawValue: Int(code))
        else { throw .badValue(tag: DERTag.enumerated) }
        self = reason
    }
}

extension RevocationReason {
    /// The reasons into which an authority may split its lists: the bits of ReasonFlags, from bit 1.
    static let flags: [RevocationReason] = [
        .keyCompromise, .authorityCompromise, .affiliationChanged, .superseded,
        .cessationOfOperation, .certificateHold, .privilegeWithdrawn,
        .attributeAuthorityCompromise,
    ]

    /// Every reason into which lists may be split. A list that names no reasons covers them all.
    public static let all = Set(flags)

    /// Reads the content of a ReasonFlags that is tagged by its context.
    static func flags(_ element: DERElement) throws(DERError) -> Set<RevocationReason> {
        let bytes = try DERReader.bits(element).bytes
        return Set(
            flags.enumerated().filter { place, _ in
                let (byte, bit) = (place + 1).quotientAndRemainder(dividingBy: 8)
                guard byte < bytes.count else { return false }
                return bytes[bytes.startIndex + byte] & (0x80 >> UInt8(bit)) != 0
            }.map(\.element))
    }
}

public import Encodings

/// What a list says of one certificate.
///
/// - SeeAlso: RFC 5280 section 5.3.
public struct RevokedEntry: Sendable, Equatable {
    /// The serial number, big-endian, without a leading zero byte.
    public let serialNumber: [UInt8]
    /// When the issuer revoked the certificate.
    public let revocationDate: Timestamp
    /// Why; nil where the list does not say.
    public let reason: RevocationReason?
    /// Since when the certificate is known, or suspected, to be no good; nil where the list does not
    /// say.
    public let invalidityDate: Timestamp?
    /// Critical extensions that nobody here knows, by identifier. Such a list must not be used.
    public let unknownCriticalExtensions: [String]

    /// Reads the entry, extensions included.
    init(_ entry: DERReader) throws(RevocationListError) {
        var entry = entry
        do {
            serialNumber = Array(try entry.naturalNumber())
            revocationDate = try entry.time()
        } catch { throw .malformed(error) }
        var reason: RevocationReason?
        var invalidityDate: Timestamp?
        var unknown: [String] = []
        do {
            for part in try Self.extensions(&entry) {
                switch part.identifier {
                case Self.reasonCode:
                    reason = try part.parsed { value throws(DERError) in
                        try RevocationReason(&value)
                    }
                case Self.invalidity:
                    invalidityDate = try part.parsed { value throws(DERError) in
                        try value.generalizedTime()
                    }
                default: if part.isCritical { unknown.append(part.identifier) }
                }
            }
        } catch { throw RevocationListError(error) }
        self.reason = reason
        self.invalidityDate = invalidityDate
        unknownCriticalExtensions = unknown
    }

    /// Whether nothing undoes it.
    public var isForGood: Bool { reason != .certificateHold && reason != .removeFromCRL }

    /// Whether this entry revokes for good, and for no shorter time than `other` does.
    func says(all other: RevokedEntry) -> Bool {
        guard isForGood else { return false }
        guard let invalidityDate else { return true }
        return other.invalidityDate.map { invalidityDate <= $0 } ?? false
    }

    /// The critical ones among the extensions of an entry that nobody here knows.
    static func unknownCritical(_ extensions: DERReader) throws(DERError) -> [String] {
        var rest = extensions
        var unknown: [String] = []
        while !rest.isAtEnd {
            var part = try rest.enter(DERTag.sequence)
            let start = part
            _ = try part.next(DERTag.objectIdentifier)
            // Half a million of them go by here, and hardly any is critical.
            guard part.nextTag == DERTag.boolean, try part.boolean() else { continue }
            var named = start
            let identifier = try named.objectIdentifier()
            if !known.contains(identifier) { unknown.append(identifier) }
        }
        return unknown
    }

    private static let known = [reasonCode, invalidity]
    private static let reasonCode = "2.5.29.21"
    private static let invalidity = "2.5.29.24"

    private static func extensions(_ entry: inout DERReader) throws(ExtensionFlaw) -> [Extension] {
        guard !entry.isAtEnd else { return [] }
        let list: DERReader
        do {
            list = try entry.enter(DERTag.sequence)
            try entry.requireEnd()
        } catch { throw .malformed(error) }
        return try Extension.list(list)
    }
}

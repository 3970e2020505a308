public import Encodings

/// What an OCSP response says of one certificate.
///
/// - SeeAlso: RFC 6960 section 4.2.1, `SingleResponse`.
public struct OCSPAnswer: Sendable {
    /// Whether the certificate is revoked.
    public enum Status: Sendable, Equatable {
        /// It is not, as far as the responder knows.
        case good
        /// It is, since a moment and for a reason, where one is given.
        case revoked(since: Timestamp, reason: RevocationReason?)
        /// The responder does not know it.
        case unknown
    }

    /// Which certificate is meant.
    public let subject: OCSPSubject
    /// What is said of it.
    public let status: Status
    /// When the responder knew that.
    public let thisUpdate: Timestamp
    /// When it will know more at the latest; nil where it does not say.
    public let nextUpdate: Timestamp?
    /// Since when a revoked certificate is known, or suspected, to be no good; nil where the response
    /// does not say.
    public let invalidityDate: Timestamp?
    /// Critical extensions that nobody here knows, by identifier. Such an answer must not be used.
    public let unknownCriticalExtensions: [String]

    init(_ single: DERReader) throws(OCSPResponseError) {
        var single = single
        var list: DERReader?
        do {
            subject = try OCSPSubject(single.enter(DERTag.sequence))
            status = try Self.status(single.next())
            thisUpdate = try single.generalizedTime()
            nextUpdate = try single.optional(DERTag.context(0)).map { element throws(DERError) in
                var tagged = DERReader(element.content)
                let time = try tagged.generalizedTime()
                try tagged.requireEnd()
                return time
            }
            if let tagged = try single.optional(DERTag.context(1)) {
                var tagged = DERReader(tagged.content)
                list = try tagged.enter(DERTag.sequence)
                try tagged.requireEnd()
            }
            try single.requireEnd()
        } catch { throw .malformed(error) }
        var invalidityDate: Timestamp?
        var unknown: [String] = []
        do {
            for part in try list.map(Extension.list) ?? [] {
                if part.identifier == "2.5.29.24" {
                    invalidityDate = try part.parsed { value throws(DERError) in
                        try value.generalizedTime()
                    }
                } else if part.isCritical, !Self.harmless.contains(part.identifier) {
                    unknown.append(part.identifier)
                }
            }
        } catch { throw OCSPResponseError(error) }
        self.invalidityDate = invalidityDate
        unknownCriticalExtensions = unknown
    }

    /// Where the answer was taken from, how long the responder remembers, and where it is: nothing
    /// that changes what the answer says.
    private static let harmless: Set = [
        "1.3.6.1.5.5.7.48.1.3", "1.3.6.1.5.5.7.48.1.6", "1.3.6.1.5.5.7.48.1.7",
    ]

    private static func status(_ element: DERElement) throws(DERError) -> Status {
        switch element.tag {
        case DERTag.primitiveContext(0), DERTag.primitiveContext(2):
            guard element.content.isEmpty else { throw .badValue(tag: element.tag) }
            return element.tag == DERTag.primitiveContext(0) ? .good : .unknown
        case DERTag.context(1):
            var revoked = DERReader(element.content)
            let since = try revoked.generalizedTime()
            let reason = try revoked.optional(DERTag.context(0)).map { element throws(DERError) in
                var tagged = DERReader(element.content)
                return try RevocationReason(&tagged)
            }
            try revoked.requireEnd()
            return .revoked(since: since, reason: reason)
        default: throw .unexpected(tag: element.tag)
        }
    }
}

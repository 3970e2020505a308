import Cryptography
public import Encodings

/// A TSTInfo: what an authority says in a time-stamp token. Whether it said so, a `TimestampToken`
/// proves.
///
/// - SeeAlso: RFC 3161 section 2.4.2; rules T8 to T12 and T25 of the conformance list.
public struct TimestampInfo: Sendable, Equatable {
    /// When the authority says to have made the token.
    public let generationTime: Timestamp
    /// How far that may be off to either side, in nanoseconds.
    public let accuracyNanoseconds: Int64
    /// The policy of the authority, as numbers with dots between.
    public let policy: String
    let version: Int
    let hashIdentifier: String
    let imprint: [UInt8]
    /// The first extension that is critical: none is known here.
    let criticalExtension: String?

    /// The earliest moment that the token may speak of (rule T24).
    public var lowerBound: Timestamp { generationTime.adding(nanoseconds: -accuracyNanoseconds) }
    /// The latest moment that the token may speak of (rule T24).
    public var upperBound: Timestamp { generationTime.adding(nanoseconds: accuracyNanoseconds) }

    /// The baseline policy of ETSI EN 319 421, whose accuracy is a second where none is stated
    /// (rule T25).
    private static let baselinePolicy = "0.4.0.2023.1.1"

    init(_ der: [UInt8]) throws(TimestampTokenError) {
        let fields: Fields
        do { fields = try Fields(der) } catch { throw .malformed(error) }
        version = fields.version
        policy = fields.policy
        hashIdentifier = fields.hashIdentifier
        imprint = fields.imprint
        criticalExtension = fields.criticalExtension
        do {
            var reader = DERReader(fields.time.whole)
            generationTime = try reader.preciseTime()
        } catch {
            throw .generationTime(error)
        }
        do {
            let stated = try fields.accuracy.map(Self.nanoseconds)
            accuracyNanoseconds = stated ?? (policy == Self.baselinePolicy ? 1_000_000_000 : 0)
        } catch {
            throw .accuracy(error)
        }
    }

    /// Seconds, milliseconds and microseconds, each optional.
    private static func nanoseconds(_ accuracy: DERElement) throws(DERError) -> Int64 {
        var accuracy = DERReader(accuracy.content)
        var seconds = 0
        if accuracy.nextTag == DERTag.integer { seconds = try accuracy.smallInteger() }
        var sum = Int64(seconds) * 1_000_000_000
        for (number, unit) in [(UInt8(0), Int64(1_000_000)), (1, 1000)] {
            let tag = DERTag.primitiveContext(number)
            guard let element = try accuracy.optional(tag) else { continue }
            let count = element.content.reduce(0) { min($0 << 8 | Int64($1), 1 << 32) }
            // RFC 3161 section 2.4.2: 1 to 999.
            guard (1...999).contains(count), element.content.first != 0 else {
                throw .badValue(tag: tag)
            }
            sum += count * unit
        }
        try accuracy.requireEnd()
        return sum
    }

    /// The elements of a TSTInfo, before time and accuracy are looked into.
    private struct Fields {
        let version: Int
        let policy: String
        let hashIdentifier: String
        let imprint: [UInt8]
        let time: DERElement
        let accuracy: DERElement?
        let criticalExtension: String?

        init(_ der: [UInt8]) throws(DERError) {
            var content = DERReader(der[...])
            var info = try content.enter(DERTag.sequence)
            try content.requireEnd()
            version = try info.smallInteger()
            policy = try info.objectIdentifier()
            var messageImprint = try info.enter(DERTag.sequence)
            var algorithm = try messageImprint.enter(DERTag.sequence)
            hashIdentifier = try algorithm.objectIdentifier()
            // The parameters of a hash are NULL, or absent (rules T3 and T9).
            _ = try algorithm.optional(DERTag.null)
            try algorithm.requireEnd()
            imprint = Array(try messageImprint.next(DERTag.octetString).content)
            try messageImprint.requireEnd()
            _ = try info.integerBytes()
            time = try info.next()
            accuracy = try info.optional(DERTag.sequence)
            // Ordering, nonce and name are for whoever asked for the token.
            if info.nextTag == DERTag.boolean { _ = try info.boolean() }
            if info.nextTag == DERTag.integer { _ = try info.integerBytes() }
            _ = try info.optional(DERTag.context(0))
            let extensions = try info.optional(DERTag.context(1))
            criticalExtension = try extensions.flatMap(Self.firstCritical)
            try info.requireEnd()
        }

        private static func firstCritical(_ extensions: DERElement) throws(DERError) -> String? {
            var list = DERReader(extensions.content)
            var found: String?
            while !list.isAtEnd {
                var entry = try list.enter(DERTag.sequence)
                let identifier = try entry.objectIdentifier()
                let isCritical = entry.nextTag == DERTag.boolean ? try entry.boolean() : false
                _ = try entry.next(DERTag.octetString)
                try entry.requireEnd()
                if isCritical, found == nil { found = identifier }
            }
            return found
        }
    }
}

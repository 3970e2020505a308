public import Cryptography
public import Encodings

/// An RFC 3161 token by its own word. Nobody has looked at its signature, its signer or its
/// certificates: it may be shown, and proves nothing.
///
/// - SeeAlso: RFC 3161 section 2.4.2; rules T8, T9, T11, T18 and T25 of the conformance list.
public struct UnverifiedTimestampToken: Sendable {
    /// When the authority says to have made it.
    public let generationTime: Timestamp
    /// How far that may be off to either side, in nanoseconds.
    public let accuracyNanoseconds: Int64
    /// The policy of the authority, as numbers with dots between.
    public let policy: String
    /// The certificates in the token, in the order in which they stand there.
    public let certificates: [Certificate]

    /// The earliest moment that the token may speak of (rule T24).
    public var lowerBound: Timestamp { generationTime.adding(nanoseconds: -accuracyNanoseconds) }
    /// The latest moment that the token may speak of (rule T24).
    public var upperBound: Timestamp { generationTime.adding(nanoseconds: accuracyNanoseconds) }

    /// The largest token, in bytes: notation takes no answer of an authority beyond it.
    public static let byteCountMax = 1 << 20

    /// Reads a token of at most `byteCountMax` bytes.
    ///
    /// - Parameters:
    ///   - bytes: the token, a CMS ContentInfo in BER or DER.
    ///   - signature: what it should have been made over (rule T2).
    /// - Throws: `TimestampTokenError`; `.otherImprint` for a token over anything but `signature`.
    public init(_ bytes: [UInt8], over signature: [UInt8]) throws(TimestampTokenError) {
        guard bytes.count <= Self.byteCountMax else { throw .tooLarge(byteCount: bytes.count) }
        let signed = try SignedContent(ofTimestampToken: bytes)
        let info: TimestampInfo
        do { info = try TimestampInfo(signed.content) } catch { throw .malformed(error) }
        guard info.version == 1 else { throw .version(info.version) }
        guard let hash = info.hash else { throw .hash(info.hashIdentifier) }
        let imprint: [UInt8]
        do { imprint = try hash.hash(signature) } catch { throw .cryptography(error) }
        guard info.imprint == imprint else { throw .otherImprint }
        generationTime = info.generationTime
        accuracyNanoseconds = info.accuracyNanoseconds
        policy = info.policy
        var certificates: [Certificate] = []
        for (position, der) in signed.certificates.enumerated() {
            do { certificates.append(try Certificate(der: der)) } catch {
                throw .certificate(position: position, error)
            }
        }
        self.certificates = certificates
    }
}

/// Why bytes are no time-stamp token, or none over this signature.
public enum TimestampTokenError: Error, Equatable {
    /// More bytes than `UnverifiedTimestampToken.byteCountMax`.
    case tooLarge(byteCount: Int)
    /// No CMS message.
    case unreadable
    /// Bytes follow the message.
    case trailingBytes
    /// A CMS message of another kind, or one that carries something else than a TSTInfo.
    case otherContent
    /// The TSTInfo is malformed.
    case malformed(DERError)
    /// The TSTInfo is of another version than 1 (rule T8).
    case version(Int)
    /// The imprint is made with a hash that is none of SHA-256, SHA-384 and SHA-512 (rule T22).
    case hash(String)
    /// The token is over other bytes (rule T9).
    case otherImprint
    /// More certificates than `X509Limits.fileCountMax`.
    case tooManyCertificates(count: Int)
    /// A certificate in the token cannot be read.
    case certificate(position: Int, CertificateError)
    /// The cryptographic library lacks the hash.
    case cryptography(CryptographyError)
}

/// The part of a token that the authority signs, as far as anybody shows it.
private struct TimestampInfo {
    let version: Int
    let policy: String
    let hashIdentifier: String
    let imprint: [UInt8]
    let generationTime: Timestamp
    let accuracyNanoseconds: Int64

    /// The hash of the imprint; nil for any but the three.
    var hash: SignatureHash? {
        switch hashIdentifier {
        case "2.16.840.1.101.3.4.2.1": .sha256
        case "2.16.840.1.101.3.4.2.2": .sha384
        case "2.16.840.1.101.3.4.2.3": .sha512
        default: nil
        }
    }

    /// The baseline policy of ETSI EN 319 421, whose accuracy is a second where none is stated
    /// (rule T25).
    private static let baselinePolicy = "0.4.0.2023.1.1"

    init(_ der: [UInt8]) throws(DERError) {
        var content = DERReader(der[...])
        var info = try content.enter(DERTag.sequence)
        try content.requireEnd()
        version = try info.smallInteger()
        policy = try info.objectIdentifier()
        var messageImprint = try info.enter(DERTag.sequence)
        var algorithm = try messageImprint.enter(DERTag.sequence)
        hashIdentifier = try algorithm.objectIdentifier()
        imprint = Array(try messageImprint.next(DERTag.octetString).content)
        try messageImprint.requireEnd()
        _ = try info.integerBytes()
        generationTime = try info.preciseTime()
        let accuracy = try info.optional(DERTag.sequence).map { DERReader($0.content) }
        let stated = try Self.nanoseconds(accuracy)
        accuracyNanoseconds = stated ?? (policy == Self.baselinePolicy ? 1_000_000_000 : 0)
        // What follows, ordering, nonce, name and extensions, is for whoever asked for the token.
    }

    /// Seconds, milliseconds and microseconds, each optional; nil where no accuracy is stated.
    private static func nanoseconds(_ accuracy: DERReader?) throws(DERError) -> Int64? {
        guard var accuracy else { return nil }
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
}

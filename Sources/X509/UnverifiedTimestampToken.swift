import Cryptography

/// An RFC 3161 token by its own word. Nobody has looked at its signature, its signer or its
/// certificates: it may be shown, and proves nothing. A `TimestampToken` does.
///
/// - SeeAlso: RFC 3161 section 2.4.2; rules T2, T8, T9, T11, T18 and T25 of the conformance list.
public struct UnverifiedTimestampToken: Sendable {
    /// What the authority says.
    public let info: TimestampInfo
    /// The certificates in the token, in the order in which they stand there.
    public let certificates: [Certificate]
    /// The token, a CMS ContentInfo in BER or DER.
    let bytes: [UInt8]

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
        let message = try CMSMessage(bytes)
        let info = try TimestampInfo(message.content())
        guard info.version == 1 else { throw .version(info.version) }
        guard let hash = SignatureHash(objectIdentifier: info.hashIdentifier) else {
            throw .hash(info.hashIdentifier)
        }
        let imprint: [UInt8]
        do { imprint = try hash.hash(signature) } catch { throw .cryptography(error) }
        guard info.imprint == imprint else { throw .otherImprint }
        var certificates: [Certificate] = []
        for (position, der) in try message.certificates().enumerated() {
            do { certificates.append(try Certificate(der: der)) } catch {
                throw .certificate(position: position, error)
            }
        }
        self.info = info
        self.certificates = certificates
        self.bytes = bytes
    }
}

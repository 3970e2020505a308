import Cryptography
public import Encodings

/// A list of revoked certificates (CRL), read once. That it could be read says nothing about trust,
/// nor about whether it is still current.
///
/// - SeeAlso: RFC 5280 section 5; section 11 of the conformance list.
public struct RevocationList: Sendable {
    /// The bytes of the list.
    public let der: [UInt8]
    /// SHA-256 over `der`.
    public let digest: Digest
    /// SHA-256 over the value of the issuing distribution point, lower-case hexadecimal; empty for a
    /// list without one. Lists of one issuer's key with the same are about the same certificates.
    public let scopeFingerprint: String
    /// Who says so.
    public let issuer: DistinguishedName
    /// When the list was made.
    public let thisUpdate: Timestamp
    /// When the next one is due at the latest; nil where the list does not say.
    public let nextUpdate: Timestamp?
    /// With what the issuer signed.
    public let signatureAlgorithm: CertificateSignatureAlgorithm
    private let fields: RevocationListExtensions
    private let entries: RevokedEntries
    private let statement: SignedStatement

    /// Reads one list in DER, of version 1 or 2.
    ///
    /// Its entries are walked through once; they are read when one is asked for.
    ///
    /// - Throws: `RevocationListError`; bytes after the list are an error too.
    public init(der: [UInt8]) throws(RevocationListError) {
        guard der.count <= X509Limits.revocationListSizeMax else {
            throw .tooLarge(byteCount: der.count)
        }
        let parts: Parts
        do { parts = try Parts(der) } catch { throw .malformed(error) }
        guard parts.version == 1 || parts.version == 2 else { throw .version(parts.version) }
        guard parts.innerAlgorithm.elementsEqual(parts.statement.algorithm) else {
            throw .algorithmsDiffer
        }
        self.der = der
        issuer = parts.issuer
        thisUpdate = parts.thisUpdate
        nextUpdate = parts.nextUpdate
        signatureAlgorithm = parts.statement.signatureAlgorithm
        statement = parts.statement
        entries = parts.entries
        do {
            fields = try RevocationListExtensions(parts.extensions)
        } catch { throw RevocationListError(error) }
        do {
            digest = Digest(.sha256, bytes: try SignatureHash.sha256.hash(der))
            let point = fields.issuingDistributionPoint?.der
            scopeFingerprint =
                try point.map { der throws(CryptographyError) in
                    Hex.encode(try SignatureHash.sha256.hash(der))
                } ?? ""
        } catch { throw .cryptography(error) }
    }

    /// Reads the lists of a file: PEM with any number of blocks and any text around them, or DER, one
    /// list after the other.
    ///
    /// - Throws: `RevocationListError` when any of them cannot be read, `.noList` for none.
    public static func list(_ file: [UInt8]) throws(RevocationListError) -> [RevocationList] {
        guard file.count <= X509Limits.revocationFileSizeMax else {
            throw .tooLarge(byteCount: file.count)
        }
        let encoded: [[UInt8]]
        do { encoded = try EncodedFile.elements(of: file) } catch {
            switch error {
            case .malformed(let error): throw .malformed(error)
            case .malformedPEM: throw .malformedPEM
            }
        }
        guard !encoded.isEmpty else { throw .noList }
        guard encoded.count <= X509Limits.fileCountMax else { throw .tooMany(count: encoded.count) }
        var lists: [RevocationList] = []
        for der in encoded { lists.append(try RevocationList(der: der)) }
        return lists
    }

    /// How many entries there are.
    public var entryCount: Int { entries.count }
    /// The list's number, big-endian, without a leading zero byte; nil where it has none.
    public var number: [UInt8]? { fields.number }
    /// The number of the list to which a delta adds; nil for a list that is complete.
    public var baseNumber: [UInt8]? { fields.baseNumber }
    /// Whether the list only adds to another one.
    public var isDelta: Bool { baseNumber != nil }
    /// What the list says of its issuer's key; nil if there is nothing.
    public var authorityKeyIdentifier: AuthorityKeyIdentifier? { fields.authorityKeyIdentifier }
    /// What the list is about; nil for everything that its issuer issued.
    public var issuingDistributionPoint: IssuingDistributionPoint? {
        fields.issuingDistributionPoint
    }
    /// Where deltas to this list are to be had; nil where it does not say.
    public var freshestPoints: [DistributionPoint]? { fields.freshestPoints }
    /// Critical extensions that nobody here knows, by identifier. Such a list must not be used.
    public var unknownCriticalExtensions: [String] { fields.unknownCritical }

    /// Whether the signature is by the key of `certificate`, whatever the names say.
    public func isSigned(by certificate: Certificate) -> Bool { certificate.hasSigned(statement) }

    /// Critical extensions of entries that nobody here knows, by identifier, whichever certificate
    /// they are about. Such a list must not be used.
    public var unknownCriticalEntryExtensions: [String] { entries.unknownCriticalExtensions }

    /// What the list says of the certificate with this serial number.
    ///
    /// `serialNumber` is big-endian, without a leading zero byte, as `Certificate` has it.
    public func entries(for serialNumber: [UInt8]) -> FoundEntries {
        entries.entries(for: serialNumber)
    }

    /// Whether every certificate that `other` revokes for good is revoked here as well, and for no
    /// shorter time.
    public func revokes(allOf other: RevocationList) -> Bool {
        other.entries.areListed(in: entries)
    }
}

/// The entries of a list about one certificate.
public struct FoundEntries: Sendable {
    /// Those that can be read, in the order of the list.
    public internal(set) var entries: [RevokedEntry] = []
    /// What keeps one of them from being read; nil where all can be.
    public internal(set) var error: RevocationListError?

    /// None.
    public init() {}
}

/// The elements of a list, before its extensions are judged.
private struct Parts {
    let statement: SignedStatement
    let version: Int
    let innerAlgorithm: ArraySlice<UInt8>
    let issuer: DistinguishedName
    let thisUpdate: Timestamp
    let nextUpdate: Timestamp?
    let entries: RevokedEntries
    let extensions: DERReader?

    init(_ der: [UInt8]) throws(DERError) {
        var file = DERReader(der[...])
        var list = try file.enter(DERTag.sequence)
        try file.requireEnd()
        statement = try SignedStatement(&list)
        try list.requireEnd()
        var outer = DERReader(statement.content)
        var signed = try outer.enter(DERTag.sequence)

        version = signed.nextTag == DERTag.integer ? try signed.smallInteger() + 1 : 1
        innerAlgorithm = try signed.next(DERTag.sequence).whole
        issuer = try DistinguishedName(signed.next(DERTag.sequence))
        thisUpdate = try signed.time()
        let hasNextUpdate =
            signed.nextTag == DERTag.utcTime || signed.nextTag == DERTag.generalizedTime
        nextUpdate = hasNextUpdate ? try signed.time() : nil
        entries =
            try signed.optional(DERTag.sequence).map { element throws(DERError) in
                try RevokedEntries(DERReader(element.content), of: der)
            } ?? RevokedEntries()
        if var tagged = try signed.optional(DERTag.context(0)).map({ DERReader($0.content) }) {
            guard version > 1 else { throw .badValue(tag: DERTag.context(0)) }
            extensions = try tagged.enter(DERTag.sequence)
            try tagged.requireEnd()
        } else {
            extensions = nil
        }
        try signed.requireEnd()
    }
}

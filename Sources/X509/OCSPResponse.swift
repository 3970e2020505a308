import Cryptography
public import Encodings

/// A successful basic OCSP response, read once. That it could be read says nothing about trust, nor
/// about whether it is still current.
///
/// - SeeAlso: RFC 6960 section 4.2.1; sections 11 and 17 of the conformance list.
public struct OCSPResponse: Sendable {
    /// Who answers.
    public enum ResponderName: Sendable, Hashable {
        /// By the subject of its certificate.
        case name(DistinguishedName)
        /// By the SHA-1 of its key.
        case keyHash([UInt8])
    }

    /// The bytes of the response.
    public let der: [UInt8]
    /// SHA-256 over `der`.
    public let digest: Digest
    /// Who says so.
    public let responder: ResponderName
    /// When the response was signed.
    public let producedAt: Timestamp
    /// What it says, certificate by certificate.
    public let answers: [OCSPAnswer]
    /// The certificates in the response, in the order in which they stand there.
    public let certificates: [Certificate]
    /// With what the responder signed.
    public let signatureAlgorithm: CertificateSignatureAlgorithm
    /// Critical extensions of the whole response that nobody here knows, by identifier. Such a
    /// response must not be used.
    public let unknownCriticalExtensions: [String]
    private let statement: SignedStatement

    /// Reads one response in DER.
    ///
    /// - Throws: `OCSPResponseError`; bytes after the response are an error too.
    public init(der: [UInt8]) throws(OCSPResponseError) {
        guard der.count <= X509Limits.responseSizeMax else {
            throw .tooLarge(byteCount: der.count)
        }
        let parts = try OCSPResponseParts(der)
        self.der = der
        statement = parts.statement
        signatureAlgorithm = parts.statement.signatureAlgorithm
        responder = parts.responder
        producedAt = parts.producedAt
        answers = parts.answers
        unknownCriticalExtensions = parts.unknownCriticalExtensions
        certificates = try Self.certificates(parts.certificates)
        do { digest = Digest(.sha256, bytes: try SignatureHash.sha256.hash(der)) } catch {
            throw .cryptography(error)
        }
    }

    /// What the response says of `certificate`, which `issuer` issued.
    public func answers(for certificate: Certificate, issuedBy issuer: Certificate) -> [OCSPAnswer]
    {
        answers.filter { $0.subject.names(certificate, issuedBy: issuer) }
    }

    /// Whether the signature is by the key of `certificate`, and the response says so.
    func isSigned(by certificate: Certificate) -> Bool { certificate.hasSigned(statement) }

    /// Whether the response names `certificate` as the responder's.
    func names(_ certificate: Certificate) -> Bool {
        switch responder {
        case .name(let name): name == certificate.subject
        case .keyHash(let hash): OCSPSubject.keyName(certificate) == hash
        }
    }

    private static func certificates(_ list: DERReader?) throws(OCSPResponseError) -> [Certificate]
    {
        guard var list else { return [] }
        var encoded: [[UInt8]] = []
        do {
            while !list.isAtEnd { encoded.append(Array(try list.next(DERTag.sequence).whole)) }
        } catch { throw .malformed(error) }
        guard encoded.count <= X509Limits.chainCountMax else {
            throw .tooManyCertificates(count: encoded.count)
        }
        var certificates: [Certificate] = []
        for (position, der) in encoded.enumerated() {
            do { certificates.append(try Certificate(der: der)) } catch {
                throw .certificate(position: position, error)
            }
        }
        return certificates
    }
}

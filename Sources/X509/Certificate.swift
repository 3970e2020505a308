public import Cryptography
public import Encodings

/// An X.509 certificate, read once. That it could be read says nothing about trust.
///
/// - SeeAlso: RFC 5280 section 4; rules X5 to X12 and R6 of the conformance list.
public struct Certificate: Sendable {
    /// The bytes of the certificate.
    public let der: [UInt8]
    /// Who the key belongs to.
    public let subject: DistinguishedName
    /// Who says so.
    public let issuer: DistinguishedName
    /// The serial number, big-endian, without a leading zero byte.
    public let serialNumber: [UInt8]
    /// The first moment of validity.
    public let notBefore: Timestamp
    /// The last moment of validity.
    public let notAfter: Timestamp
    /// The subject's key.
    public let publicKey: PublicKey
    /// With what the issuer signed.
    public let signatureAlgorithm: CertificateSignatureAlgorithm
    /// SHA-256 over `der`, lower-case hexadecimal.
    public let sha256Fingerprint: String
    /// SHA-256 over the SubjectPublicKeyInfo, lower-case hexadecimal.
    public let keyFingerprint: String
    private let extensions: CertificateExtensions
    private let handle: CertificateHandle

    /// Reads one certificate in DER.
    ///
    /// Both this reader and OpenSSL must accept it; every field comes from here, and OpenSSL
    /// checks signatures over the same bytes.
    ///
    /// - Throws: `CertificateError`; bytes after the certificate are an error too.
    public init(der: [UInt8]) throws(CertificateError) {
        guard der.count <= X509Limits.certificateSizeMax else {
            throw .tooLarge(byteCount: der.count)
        }
        let fields = try CertificateFields(der)
        self.der = der
        subject = fields.subject
        issuer = fields.issuer
        serialNumber = fields.serialNumber
        notBefore = fields.notBefore
        notAfter = fields.notAfter
        signatureAlgorithm = fields.signatureAlgorithm
        extensions = fields.extensions
        handle = try CertificateHandle(der: der)
        publicKey = try handle.publicKey(spki: fields.spki)
        do {
            sha256Fingerprint = Hex.encode(try SignatureHash.sha256.hash(der))
            keyFingerprint = Hex.encode(try SignatureHash.sha256.hash(fields.spki))
        } catch { throw .cryptography(error) }
    }

    /// The serial number in lower-case hexadecimal.
    public var serial: String { Hex.encode(serialNumber) }

    /// `basicConstraints`; nil if there is none.
    public var basicConstraints: BasicConstraints? { extensions.basicConstraints }
    /// `keyUsage`; nil if there is none.
    public var keyUsage: KeyUsage? { extensions.keyUsage }
    /// `extKeyUsage`; nil if there is none.
    public var extendedKeyUsage: ExtendedKeyUsage? { extensions.extendedKeyUsage }

    /// The URLs at which CRLs are to be had; nil when the certificate has no CRL distribution
    /// point, empty when it has one that names no URL.
    public var crlLocations: [String]? { distributionPoints?.flatMap(\.urls) }
    /// Where CRLs are to be had; nil when the certificate does not say.
    public var distributionPoints: [DistributionPoint]? { extensions.distributionPoints }
    /// Where delta CRLs are to be had; nil when the certificate does not say.
    public var freshestPoints: [DistributionPoint]? { extensions.freshestPoints }
    /// The URLs of OCSP responders; nil when the certificate names no responder.
    public var ocspLocations: [String]? { extensions.ocspLocations }
    /// Whether the certificate says where CRLs are to be had.
    public var namesCRL: Bool { crlLocations != nil }
    /// Whether the certificate names an OCSP responder.
    public var namesOCSP: Bool { ocspLocations != nil }

    /// A name that the certificate gives to its key; nil if there is none.
    public var subjectKeyIdentifier: [UInt8]? { extensions.subjectKeyIdentifier }
    /// What the certificate says of its issuer's key; nil if there is nothing.
    public var authorityKeyIdentifier: AuthorityKeyIdentifier? {
        extensions.authorityKeyIdentifier
    }
    /// Whether the issuer says that nobody need ask whether this OCSP responder was revoked:
    /// `id-pkix-ocsp-nocheck`.
    public var isResponderUnchecked: Bool { extensions.isResponderUnchecked }

    /// Whether the certificate says that its subject is a certificate authority.
    public var isCA: Bool { basicConstraints?.isCA == true }

    /// Whether subject and issuer are byte-equal and the signature is by the certificate's own key
    /// (rule X3).
    public var isSelfSigned: Bool { isIssued(by: self) }

    /// Whether the signature on the certificate is by the key of `other`, whatever the names say.
    public func isSigned(by other: Certificate) -> Bool { handle.isSigned(by: other.handle) }

    /// Whether the signature on `statement` is by the key of this certificate.
    func hasSigned(_ statement: SignedStatement) -> Bool { handle.hasSigned(statement) }

    /// Whether `other` is the issuer by name, byte for byte, and by signature (rule X5).
    public func isIssued(by other: Certificate) -> Bool {
        issuer == other.subject && isSigned(by: other)
    }

    /// Whether `time` lies between the first and the last moment of validity, both included.
    public func isValid(at time: Timestamp) -> Bool {
        // The last second counts to its end: 12:00:00.5 is not after 12:00:00 in whole seconds.
        notBefore <= time && time.wholeSeconds <= notAfter
    }
}

extension Certificate: Hashable {
    /// The same bytes.
    public static func == (left: Certificate, right: Certificate) -> Bool { left.der == right.der }

    /// Hashes what `==` compares.
    public func hash(into hasher: inout Hasher) { hasher.combine(der) }
}

import Cryptography
import Encodings

/// What the signer of a time-stamp token has signed beside the TSTInfo. It counts once the
/// signature is verified.
///
/// - SeeAlso: RFC 5652 section 11; RFC 5035 section 3; rules T19 to T23 of the conformance list.
struct TimestampAttributes {
    /// When the signer says to have signed; nil where it does not say.
    let signingTime: Timestamp?
    private let signingCertificate: SigningCertificate

    /// Reads the signed attributes of `signer`, and refuses what OpenSSL would not.
    init(of signer: SignerInfo) throws(TimestampTokenError) {
        guard signer.version == 1 else { throw .signerVersion(signer.version) }
        guard let attributes = signer.signedAttributes, !attributes.isEmpty else {
            throw .noSignedAttributes
        }
        let type = try Self.value(.contentType, in: attributes) { reader throws(DERError) in
            try reader.objectIdentifier()
        }
        guard let type else { throw .missing(.contentType) }
        guard type == Self.timestampInfo else { throw .otherContentType }
        let digest = try Self.value(.messageDigest, in: attributes) { reader throws(DERError) in
            try reader.next(DERTag.octetString).content
        }
        guard digest != nil else { throw .missing(.messageDigest) }
        signingTime = try Self.value(.signingTime, in: attributes) { reader throws(DERError) in
            try reader.time()
        }
        let certificate = try Self.value(.signingCertificate, in: attributes) {
            reader throws(DERError) in
            try SigningCertificate(&reader)
        }
        guard let certificate else {
            let isNamedWeakly = attributes.contains { $0.identifier == Self.signingCertificateV1 }
            throw isNamedWeakly ? .weakSigningCertificate : .missing(.signingCertificate)
        }
        signingCertificate = certificate
    }

    /// The certificate whose key should have signed.
    ///
    /// - Parameters:
    ///   - signer: whose attributes these are.
    ///   - certificates: those in the token (rule T23).
    /// - Returns: the one that signer and attributes both name.
    /// - Throws: where they name none or two, or where an algorithm is weak (rule T22).
    func certificate(of signer: SignerInfo, from certificates: [Certificate])
        throws(TimestampTokenError) -> Certificate
    {
        guard let digest = SignatureHash(objectIdentifier: signer.digestAlgorithm) else {
            throw .digestAlgorithm(signer.digestAlgorithm)
        }
        guard signer.signatureHash(digesting: digest) == digest else {
            throw .signatureAlgorithm(signer.signatureAlgorithm)
        }
        let meant = certificates.filter { signer.identity?.means($0) == true }
        guard !meant.isEmpty else { throw .noSigningCertificate }
        for certificate in meant where try signingCertificate.means(certificate) {
            return certificate
        }
        throw .otherSigningCertificate
    }

    private static let timestampInfo = "1.2.840.113549.1.9.16.1.4"
    private static let signingCertificateV1 = "1.2.840.113549.1.9.16.2.12"

    /// What `read` makes of the one value of an attribute; nil where the attribute is not there.
    private static func value<Value>(
        _ attribute: TimestampAttribute, in attributes: [SignerInfo.Attribute],
        _ read: (inout DERReader) throws(DERError) -> Value
    ) throws(TimestampTokenError) -> Value? {
        let found = attributes.filter { $0.identifier == attribute.objectIdentifier }
        guard let first = found.first else { return nil }
        guard found.count == 1, first.values.count == 1, let value = first.values.first else {
            throw .malformedAttribute(attribute)
        }
        var reader = DERReader(value.whole)
        do { return try read(&reader) } catch { throw .malformedAttribute(attribute) }
    }
}

extension TimestampAttribute {
    fileprivate var objectIdentifier: String {
        switch self {
        case .contentType: "1.2.840.113549.1.9.3"
        case .messageDigest: "1.2.840.113549.1.9.4"
        case .signingTime: "1.2.840.113549.1.9.5"
        case .signingCertificate: "1.2.840.113549.1.9.16.2.47"
        }
    }
}

/// The first ESSCertIDv2 of a signing-certificate-v2 attribute: which certificate signed, by its
/// hash.
private struct SigningCertificate {
    let hash: SignatureHash?
    let digest: [UInt8]
    /// Nil where the hash alone says.
    let identity: CertificateIdentity?

    init(_ value: inout DERReader) throws(DERError) {
        var attribute = try value.enter(DERTag.sequence)
        var list = try attribute.enter(DERTag.sequence)
        var entry = try list.enter(DERTag.sequence)
        if var algorithm = try entry.optional(DERTag.sequence).map({ DERReader($0.content) }) {
            hash = SignatureHash(objectIdentifier: try algorithm.objectIdentifier())
        } else {
            hash = .sha256
        }
        digest = Array(try entry.next(DERTag.octetString).content)
        identity = entry.isAtEnd ? nil : try CertificateIdentity(names: &entry)
        try entry.requireEnd()
    }

    func means(_ certificate: Certificate) throws(TimestampTokenError) -> Bool {
        guard let hash, identity?.means(certificate) != false else { return false }
        do { return try hash.hash(certificate.der) == digest } catch { throw .cryptography(error) }
    }
}

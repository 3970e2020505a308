private import COpenSSL
public import Cryptography
public import Encodings

/// A root that issues certificates for trials: its key is made in memory, never leaves it, and is
/// gone with this object. Its name says what it is.
@safe public final class ThrowawayAuthority {
    /// The curve of the root's key.
    public enum Curve: String, Sendable {
        /// NIST P-256, signing with SHA-256.
        case p256 = "P-256"
        /// NIST P-384, signing with SHA-384.
        case p384 = "P-384"

        fileprivate var hashName: String {
            switch self {
            case .p256: SignatureHash.sha256.name
            case .p384: SignatureHash.sha384.name
            }
        }
    }

    /// The root's certificate.
    public let root: Certificate
    private let curve: Curve
    private let key: OpaquePointer
    private let name = [
        (type: "C", value: "US"), (type: "ST", value: "Test"),
        (type: "O", value: "Airseal TEST ONLY"),
        (type: "CN", value: "Airseal throwaway test root - do not trust"),
    ]

    /// Makes a key and a root that is valid from `notBefore` to `notAfter`.
    ///
    /// - Throws: `.cannotIssue` when OpenSSL refuses.
    public init(_ curve: Curve = .p256, notBefore: Timestamp, notAfter: Timestamp)
        throws(CertificateError)
    {
        defer { ERR_clear_error() }
        guard let made = unsafe Self.makeKey(curve) else { throw .cannotIssue }
        let draft = CertificateDraft(
            subject: name, issuer: name, notBefore: notBefore, notAfter: notAfter,
            extensions: [
                (NID_basic_constraints, "critical,CA:TRUE"),
                (NID_key_usage, "critical,keyCertSign,cRLSign"),
                (NID_subject_key_identifier, "hash"),
            ])
        let der = unsafe draft.sign(made, by: made, issuer: nil, curve.hashName)
        do throws(CertificateError) {
            guard let der else { throw .cannotIssue }
            root = try Certificate(der: der)
        } catch {
            unsafe EVP_PKEY_free(made)
            throw error
        }
        unsafe key = made
        self.curve = curve
    }

    deinit {
        unsafe EVP_PKEY_free(key)
    }

    /// Issues a leaf for `publicKey` that keeps every rule of `CertificateProfile.codeSigning`, and
    /// whose name stock notation can match (rule Y11). Returns the leaf and the root.
    ///
    /// The common name has at most 64 characters, the bound of X.520.
    ///
    /// - Throws: `.cannotIssue` when OpenSSL refuses, `.unreadableKey` for a key that it does
    ///   not read.
    public func codeSigningChain(
        for publicKey: PublicKey, commonName: String, notBefore: Timestamp, notAfter: Timestamp
    ) throws(CertificateError) -> CertificateChain {
        defer { ERR_clear_error() }
        let subject = unsafe readKey(publicKey.spki)
        guard let subject = unsafe subject else { throw .unreadableKey }
        defer { unsafe EVP_PKEY_free(subject) }
        let draft = CertificateDraft(
            subject: name.dropLast() + [(type: "CN", value: commonName)], issuer: name,
            notBefore: notBefore, notAfter: notAfter,
            extensions: [
                (NID_basic_constraints, "critical,CA:FALSE"),
                (NID_key_usage, "critical,digitalSignature"),
                (NID_ext_key_usage, "codeSigning"),
                (NID_subject_key_identifier, "hash"),
                (NID_authority_key_identifier, "keyid:always"),
            ])
        guard let der = unsafe draft.sign(subject, by: key, issuer: root.der, curve.hashName)
        else { throw .cannotIssue }
        return try CertificateChain([Certificate(der: der), root])
    }

    private static func makeKey(_ curve: Curve) -> OpaquePointer? {
        guard let context = unsafe EVP_PKEY_CTX_new_from_name(nil, "EC", nil) else { return nil }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard unsafe EVP_PKEY_keygen_init(context) == 1,
            unsafe EVP_PKEY_CTX_set_group_name(context, curve.rawValue) == 1,
            unsafe EVP_PKEY_generate(context, &key) == 1
        else { return nil }
        return unsafe key
    }
}

private func readKey(_ spki: [UInt8]) -> OpaquePointer? {
    unsafe spki.withUnsafeBufferPointer { bytes in
        var place = bytes.baseAddress
        return unsafe d2i_PUBKEY(nil, &place, bytes.count)
    }
}

/// A certificate before it is signed.
private struct CertificateDraft {
    let subject: [(type: String, value: String)]
    let issuer: [(type: String, value: String)]
    let notBefore: Timestamp
    let notAfter: Timestamp
    /// OpenSSL's number of each extension and its value in OpenSSL's configuration language.
    let extensions: [(number: Int32, value: String)]

    /// The signed certificate in DER; nil when OpenSSL refuses anything. The issuer's certificate
    /// is in DER too, and nil for a root.
    func sign(
        _ publicKey: OpaquePointer, by key: OpaquePointer, issuer issuerDER: [UInt8]?,
        _ hashName: String
    ) -> [UInt8]? {
        guard let certificate = unsafe X509_new() else { return nil }
        defer { unsafe X509_free(certificate) }
        guard unsafe X509_set_version(certificate, 2) == 1,
            unsafe setSerialNumber(certificate),
            unsafe X509_set_pubkey(certificate, publicKey) == 1,
            unsafe set(subject, as: X509_get_subject_name(certificate)),
            unsafe set(self.issuer, as: X509_get_issuer_name(certificate)),
            unsafe ASN1_TIME_set(X509_getm_notBefore(certificate), time_t(notBefore.seconds))
                != nil,
            unsafe ASN1_TIME_set(X509_getm_notAfter(certificate), time_t(notAfter.seconds)) != nil,
            unsafe addExtensions(to: certificate, issuer: issuerDER),
            unsafe X509_sign(certificate, key, EVP_get_digestbyname(hashName)) > 0
        else { return nil }
        var encoded: UnsafeMutablePointer<UInt8>?
        let count = unsafe i2d_X509(certificate, &encoded)
        guard count > 0, let start = unsafe encoded else { return nil }
        defer { unsafe CRYPTO_free(start, #file, #line) }
        return unsafe Array(UnsafeBufferPointer(start: start, count: Int(count)))
    }

    /// 127 random bits: positive, and never zero for the bit that is set on top.
    private func setSerialNumber(_ certificate: OpaquePointer) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 16)
        guard unsafe RAND_bytes(&bytes, 16) == 1 else { return false }
        bytes[0] = bytes[0] & 0x7F | 0x40
        guard let number = unsafe BN_bin2bn(bytes, 16, nil) else { return false }
        defer { unsafe BN_free(number) }
        return unsafe BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nil
    }

    private func set(_ attributes: [(type: String, value: String)], as name: OpaquePointer?) -> Bool
    {
        attributes.allSatisfy { attribute in
            let value = Array(attribute.value.utf8)
            return unsafe X509_NAME_add_entry_by_txt(
                name, attribute.type, MBSTRING_FLAG | 0, value, Int32(value.count), -1, 0) == 1
        }
    }

    private func addExtensions(to certificate: OpaquePointer, issuer issuerDER: [UInt8]?) -> Bool {
        var issuer: OpaquePointer? = unsafe certificate
        if let issuerDER {
            unsafe issuer = issuerDER.withUnsafeBufferPointer { bytes in
                var place = bytes.baseAddress
                return unsafe d2i_X509(nil, &place, bytes.count)
            }
            guard unsafe issuer != nil else { return false }
        }
        defer { if issuerDER != nil { unsafe X509_free(issuer) } }
        var context = unsafe X509V3_CTX()
        unsafe X509V3_set_ctx(&context, issuer, certificate, nil, nil, 0)
        return extensions.allSatisfy { number, value in
            guard let made = unsafe X509V3_EXT_conf_nid(nil, &context, number, value) else {
                return false
            }
            defer { unsafe X509_EXTENSION_free(made) }
            return unsafe X509_add_ext(certificate, made, -1) == 1
        }
    }
}

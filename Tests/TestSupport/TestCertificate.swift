internal import COpenSSL
public import Encodings
public import X509

/// A certificate with its key, as good or as bad as a test wants it. TEST ONLY.
public struct TestCertificate {
    /// One extension in OpenSSL's configuration language.
    public struct Extension: Sendable {
        let name: String
        let value: String

        /// The extension called `name`; a value may begin with `critical,`.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// What every code signing authority has.
    public static let authority = [
        Extension("basicConstraints", "critical,CA:TRUE"),
        Extension("keyUsage", "critical,keyCertSign,cRLSign"),
    ]
    /// What every code signing leaf has.
    public static let leaf = [
        Extension("keyUsage", "critical,digitalSignature"),
        Extension("extendedKeyUsage", "codeSigning"),
    ]
    /// Validity of every certificate made here: from 2025
    public static let notBefore = Timestamp(seconds: 1_735_689_600)
    /// to 2046.
    public static let notAfter = Timestamp(seconds: 2_398_377_600)

    /// The key.
    public let key: TestKey
    /// The certificate.
    public let certificate: Certificate

    /// A certificate for `name`, or for all of `subject`, issued by `issuer`, or by itself if that
    /// is nil.
    public init(
        _ name: String, _ kind: TestKey.Kind = .ec("P-256"), issuer: TestCertificate? = nil,
        extensions: [Extension] = TestCertificate.authority, hash: String = "SHA256",
        subject: [(type: String, value: String)]? = nil
    ) throws {
        let key = try TestKey(kind)
        self.key = key
        certificate = try Self.issue(subject ?? Self.subject(name), key, issuer, extensions, hash)
    }

    /// A certificate for a key that is there already.
    public init(
        _ name: String, key: TestKey, issuer: TestCertificate? = nil, extensions: [Extension]
    ) throws {
        self.key = key
        certificate = try Self.issue(Self.subject(name), key, issuer, extensions, "SHA256")
    }

    private static func subject(_ name: String) -> [(type: String, value: String)] {
        [("C", "US"), ("ST", "Test"), ("O", "TEST ONLY"), ("CN", name)]
    }

    private static func issue(
        _ names: [(type: String, value: String)], _ key: TestKey, _ issuer: TestCertificate?,
        _ extensions: [Extension], _ hash: String
    ) throws -> Certificate {
        let made = unsafe X509_new()
        defer { unsafe X509_free(made) }
        unsafe X509_set_version(made, 2)
        unsafe ASN1_INTEGER_set(X509_get_serialNumber(made), Int.random(in: 1 ... .max))
        unsafe X509_set_pubkey(made, key.key)
        let subject = unsafe X509_get_subject_name(made)
        for (type, value) in names {
            unsafe X509_NAME_add_entry_by_txt(subject, type, MBSTRING_FLAG, value, -1, -1, 0)
        }
        unsafe ASN1_TIME_set(X509_getm_notBefore(made), time_t(notBefore.seconds))
        unsafe ASN1_TIME_set(X509_getm_notAfter(made), time_t(notAfter.seconds))
        if let issuer {
            let der = issuer.certificate.subject.der
            let issuerName = unsafe der.withUnsafeBufferPointer { bytes in
                var place = bytes.baseAddress
                return unsafe d2i_X509_NAME(nil, &place, bytes.count)
            }
            unsafe X509_set_issuer_name(made, issuerName)
            unsafe X509_NAME_free(issuerName)
        } else {
            unsafe X509_set_issuer_name(made, subject)
        }
        for entry in extensions {
            let part = unsafe X509V3_EXT_conf(nil, nil, entry.name, entry.value)
            guard let part = unsafe part else { throw Unavailable(call: entry.name) }
            unsafe X509_add_ext(made, part, -1)
            unsafe X509_EXTENSION_free(part)
        }
        let signingKey = unsafe issuer?.key.key ?? key.key
        guard unsafe X509_sign(made, signingKey, EVP_get_digestbyname(hash)) > 0 else {
            throw Unavailable(call: "X509_sign")
        }
        var encoded: UnsafeMutablePointer<UInt8>?
        let count = unsafe i2d_X509(made, &encoded)
        return try Certificate(der: unsafe taken(encoded, count))
    }
}

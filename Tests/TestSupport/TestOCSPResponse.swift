internal import COpenSSL
public import Encodings
public import X509

/// An OCSP response about one certificate, as good or as bad as a test wants it. TEST ONLY.
public struct TestOCSPResponse {
    /// The certificate in question.
    public var subject: Certificate
    /// Its issuer.
    public var issuer: Certificate
    /// Who signs.
    public var responder: TestCertificate
    /// Who is said to sign: a ResponderID in DER; nil for the name of `responder`.
    public var responderID: [UInt8]?
    /// The hash in the CertID, as OpenSSL calls it, and its identifier.
    public var certHash = (name: "SHA1", identifier: "1.3.14.3.2.26")
    /// The CertStatus in DER.
    public var status = TestOCSPResponse.good
    /// When it was signed.
    public var producedAt = TestRevocationList.start
    /// When the responder knew.
    public var thisUpdate = TestRevocationList.start
    /// When it will know more; nil for unsaid.
    public var nextUpdate: Timestamp? = TestRevocationList.end
    /// Extensions of the answer, in DER.
    public var answerExtensions: [UInt8] = []
    /// Extensions of the response, in DER.
    public var extensions: [UInt8] = []
    /// The certificates that go with it.
    public var certificates: [Certificate]
    /// The hash of the signature.
    public var hash = "SHA256"
    /// What stands for the status of the response.
    public var responseStatus: UInt8 = 0
    /// The type of the response.
    public var type = "1.3.6.1.5.5.7.48.1.1"

    /// It is good.
    public static let good: [UInt8] = [0x80, 0]
    /// The responder does not know it.
    public static let unknown: [UInt8] = [0x82, 0]

    /// It is revoked.
    public static func revoked(
        at time: Timestamp = TestRevocationList.start, reason: UInt8? = nil
    ) -> [UInt8] {
        let reason = reason.map { TestDER.element(0xA0, TestDER.element(0x0A, [$0])) } ?? []
        return TestDER.element(0xA1, TestDER.generalizedTime(time), reason)
    }

    /// A sound response by the issuer itself, or by a delegate whose certificate goes with it.
    public init(
        about subject: Certificate, by issuer: TestCertificate, delegate: TestCertificate? = nil
    ) {
        self.subject = subject
        self.issuer = issuer.certificate
        responder = delegate ?? issuer
        certificates = delegate.map { [$0.certificate] } ?? []
    }

    /// The same response with something changed.
    public func with(_ change: (inout TestOCSPResponse) -> Void) -> TestOCSPResponse {
        var response = self
        change(&response)
        return response
    }

    /// The ResponderID of a certificate by its key.
    public static func keyID(of certificate: Certificate) throws -> [UInt8] {
        TestDER.element(0xA2, TestDER.octets(try digest("SHA1", keyBits(of: certificate))))
    }

    /// The signed bytes.
    public var der: [UInt8] {
        get throws {
            let name = responder.certificate.subject.der
            let certID = try TestDER.sequence(
                TestDER.sequence(TestDER.identifier(certHash.identifier), [0x05, 0]),
                TestDER.octets(Self.digest(certHash.name, subject.issuer.der)),
                TestDER.octets(Self.digest(certHash.name, Self.keyBits(of: issuer))),
                TestDER.integer(subject.serialNumber))
            let answer = TestDER.sequence(
                certID, status, TestDER.generalizedTime(thisUpdate),
                nextUpdate.map { TestDER.element(0xA0, TestDER.generalizedTime($0)) } ?? [],
                Self.list(answerExtensions))
            let content = TestDER.sequence(
                responderID ?? TestDER.element(0xA1, name), TestDER.generalizedTime(producedAt),
                TestDER.sequence(answer), Self.list(extensions))
            let carried =
                certificates.isEmpty
                ? [] : TestDER.element(0xA0, TestDER.sequence(certificates.flatMap(\.der)))
            let basic = try TestDER.signed(content, by: responder.key, hash: hash, also: carried)
            return TestDER.sequence(
                TestDER.element(0x0A, [responseStatus]),
                TestDER.element(
                    0xA0, TestDER.sequence(TestDER.identifier(type), TestDER.octets(basic))))
        }
    }

    private static func list(_ extensions: [UInt8]) -> [UInt8] {
        extensions.isEmpty ? [] : TestDER.element(0xA1, TestDER.sequence(extensions))
    }

    /// The public key as responders hash it: what OpenSSL gives of it.
    private static func keyBits(of certificate: Certificate) throws -> [UInt8] {
        let der = certificate.der
        let read = unsafe der.withUnsafeBufferPointer { bytes in
            var place = bytes.baseAddress
            return unsafe d2i_X509(nil, &place, bytes.count)
        }
        defer { unsafe X509_free(read) }
        guard let bits = unsafe X509_get0_pubkey_bitstr(read) else {
            throw Unavailable(call: "X509_get0_pubkey_bitstr")
        }
        return unsafe Array(
            UnsafeBufferPointer(
                start: ASN1_STRING_get0_data(bits), count: Int(ASN1_STRING_length(bits))))
    }

    private static func digest(_ name: String, _ bytes: [UInt8]) throws -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count = 0
        guard unsafe EVP_Q_digest(nil, name, nil, bytes, bytes.count, &digest, &count) == 1 else {
            throw Unavailable(call: name)
        }
        return Array(digest[..<count])
    }
}

import Encodings
import TestSupport
import Testing
import X509

@Suite struct `Distribution points` {
    static let uri = TestDER.element(0x86, Array("http://a.test/".utf8))
    static let commonName = TestDER.sequence(
        TestDER.identifier("2.5.4.3"), TestDER.element(0x0C, Array("crl1".utf8)))

    func points(_ point: [UInt8]) throws -> [DistributionPoint]? {
        let der = TestDER.sequence(TestDER.sequence(point))
        let hex = der.map { Hex.encode([$0]) }.joined(separator: ":")
        return try TestCertificate(
            "a", extensions: [.init("crlDistributionPoints", "DER:\(hex)")]
        ).certificate.distributionPoints
    }

    @Test func `are none where a certificate has no such extension`() throws {
        let certificate = try TestCertificate("a").certificate
        #expect(certificate.distributionPoints == nil)
        #expect(certificate.freshestPoints == nil)
    }

    @Test(
        arguments: [
            [0x83, 0], [0xA0, 2, 0xA2, 0], [0x81, 0], [0x81, 2, 9, 0], [0xA0, 4, 0xA0, 2, 0xA4, 0],
        ] as [[UInt8]])
    func `are refused where they are malformed`(_ point: [UInt8]) {
        #expect(throws: CertificateError.malformedExtension("2.5.29.31")) { try points(point) }
    }

    @Test func `tell names of every kind, reasons and issuers`() throws {
        let name = try TestCertificate("Root").certificate.subject
        let names = Self.uri + TestDER.element(0xA4, name.der) + [0x82, 1, 0x62]
        let point = try #require(
            try points(
                TestDER.element(0xA0, TestDER.element(0xA0, names)) + [0x81, 2, 1, 0x42]
                    + TestDER.element(0xA2, TestDER.element(0xA4, name.der)))?.first)
        #expect(
            point.name
                == .fullName([
                    .uri("http://a.test/"), .directoryName(name), .other(tag: 0x82, [0x62]),
                ]))
        #expect(point.urls == ["http://a.test/"])
        #expect(point.reasons == [.keyCompromise, .certificateHold])
        #expect(point.listIssuer == [.directoryName(name)])
    }

    @Test func `complete a relative name with the issuer's`() throws {
        let issuer = try TestCertificate("Root").certificate.subject
        let relative = TestDER.element(0xA0, TestDER.element(0xA1, Self.commonName))
        let point = try #require(try points(relative)?.first)
        #expect(point.urls.isEmpty)
        guard case .directoryName(let name)? = point.names(under: issuer).first else {
            Issue.record("one name")
            return
        }
        #expect(name.description == "CN=crl1,CN=Root,O=TEST ONLY,ST=Test,C=US")
    }

    @Test func `bear the issuer's name where a certificate names none`() throws {
        let issuer = try TestCertificate("Root").certificate.subject
        let point = DistributionPoint.implied(by: issuer)
        #expect(point.names(under: issuer) == [.directoryName(issuer)])
        #expect(point.reasons == nil && point.listIssuer.isEmpty)
    }
}

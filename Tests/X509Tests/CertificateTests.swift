import Cryptography
import Encodings
import TestSupport
import Testing
import X509

@Suite struct `Certificate bytes` {
    @Test func `are refused with a byte after them (J16)`() throws {
        let der = try TestCertificate("a").certificate.der
        #expect(throws: CertificateError.malformed(.trailingBytes)) {
            try Certificate(der: der + [0])
        }
    }

    @Test func `are refused at any length but their own (J16)`() throws {
        let der = try TestCertificate("a").certificate.der
        for count in 0..<der.count {
            #expect(throws: CertificateError.malformed(.truncated)) {
                try Certificate(der: Array(der[..<count]))
            }
        }
    }

    @Test func `are refused with a length longer than needed`() throws {
        var der = try TestCertificate("a").certificate.der
        // 30 82 hh ll becomes 30 83 00 hh ll.
        der.replaceSubrange(1...1, with: [0x83, 0])
        #expect(throws: CertificateError.malformed(.notDistinguished)) {
            try Certificate(der: der)
        }
    }

    @Test func `are refused in indefinite length`() throws {
        var der = try TestCertificate("a").certificate.der
        der.replaceSubrange(1...3, with: [0x80])
        #expect(throws: CertificateError.malformed(.notDistinguished)) {
            try Certificate(der: der + [0, 0])
        }
    }

    @Test func `are refused above the limit`() {
        let count = X509Limits.certificateSizeMax + 1
        #expect(throws: CertificateError.tooLarge(byteCount: count)) {
            try Certificate(der: [UInt8](repeating: 0x30, count: count))
        }
    }

    @Test func `are refused with an extension twice`() throws {
        #expect(throws: CertificateError.duplicateExtension("2.5.29.15")) {
            try TestCertificate(
                "a", extensions: [.init("keyUsage", "cRLSign"), .init("keyUsage", "cRLSign")])
        }
    }

    @Test func `are refused with a malformed extension that counts`() throws {
        #expect(throws: CertificateError.malformedExtension("2.5.29.19")) {
            try TestCertificate("a", extensions: [.init("basicConstraints", "DER:04:00")])
        }
    }

    @Test func `are read with an extension that does not count (X17)`() throws {
        let certificate = try TestCertificate(
            "a", extensions: [.init("1.2.3.4", "critical,DER:04:00")]
        ).certificate
        #expect(!certificate.isCA)
        #expect(certificate.keyUsage == nil)
    }

    @Test func `tell where revocation is to be asked`() throws {
        let certificate = try TestCertificate(
            "a",
            extensions: [
                .init("crlDistributionPoints", "URI:http://a.test/1.crl,URI:http://a.test/2.crl"),
                .init(
                    "authorityInfoAccess",
                    "caIssuers;URI:http://a.test/ca,OCSP;URI:http://a.test/ocsp"),
            ]
        ).certificate
        #expect(certificate.crlLocations == ["http://a.test/1.crl", "http://a.test/2.crl"])
        #expect(certificate.ocspLocations == ["http://a.test/ocsp"])
        let silent = try TestCertificate("a").certificate
        #expect(!silent.namesCRL && !silent.namesOCSP)
    }

    @Test func `are the same for each reader`() throws {
        let certificate = try TestCertificate("a").certificate
        #expect(certificate.subject == certificate.issuer)
        #expect(certificate.notBefore == TestCertificate.notBefore)
        #expect(certificate.notAfter == TestCertificate.notAfter)
        #expect(certificate.isValid(at: TestCertificate.notAfter))
        #expect(!certificate.isValid(at: TestCertificate.notAfter.adding(seconds: 1)))
        #expect(!certificate.isValid(at: TestCertificate.notBefore.adding(seconds: -1)))
    }
}

@Suite struct `Certificate files` {
    @Test func `are read as PEM with text around, and as DER one after the other (R6)`() throws {
        let first = try TestCertificate("a").certificate
        let second = try TestCertificate("b").certificate
        let pem = "Certificate:\n  Data:\n" + first.pem + "\nsubject=b\r\n" + second.pem
        #expect(try Certificate.list(Array(pem.utf8)) == [first, second])
        #expect(try Certificate.list(first.der + second.der) == [first, second])
    }

    @Test(arguments: [
        ("", CertificateError.noCertificate), ("README\n", .noCertificate),
        ("-----BEGIN CERTIFICATE-----\nMIIB\n", .malformedPEM),
        ("-----BEGIN CERTIFICATE-----\nM*IB\n-----END CERTIFICATE-----\n", .malformedPEM),
        ("-----END CERTIFICATE-----\n", .malformedPEM),
        ("-----BEGIN KEY-----\n-----BEGIN KEY-----\n", .malformedPEM),
        ("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", .malformed(.truncated)),
        (
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
            .malformed(.unexpected(tag: 0))
        ),
    ]) func `are refused`(_ text: String, _ error: CertificateError) {
        #expect(throws: error) { try Certificate.list(Array(text.utf8)) }
    }
}

@Suite struct `Names` {
    @Test(arguments: [
        ("plain", "plain"), ("a,b+c;d", "a\\,b\\+c\\;d"), ("#1", "\\#1"), (" x ", "\\ x\\ "),
        ("a\u{1B}[31m", "a\\1b[31m"), ("a\u{202E}b", "a\\e2\\80\\aeb"), ("Zoë 日本", "Zoë 日本"),
    ]) func `are safe to show`(_ name: String, _ shown: String) throws {
        let subject = try TestCertificate(name).certificate.subject
        #expect(subject.description == "CN=\(shown),O=TEST ONLY,ST=Test,C=US")
        #expect(subject.commonName == name)
        #expect(subject.attributes.map(\.shortName) == ["C", "ST", "O", "CN"])
    }
}

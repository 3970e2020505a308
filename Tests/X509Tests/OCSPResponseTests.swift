import Encodings
import TestSupport
import Testing
import X509

@Suite struct `OCSP response bytes` {
    let issuer: TestCertificate
    let leaf: TestCertificate
    let response: TestOCSPResponse
    init() throws {
        issuer = try TestCertificate("Root")
        leaf = try TestCertificate("Leaf", issuer: issuer, extensions: TestCertificate.leaf)
        response = TestOCSPResponse(about: leaf.certificate, by: issuer)
    }

    func error(_ response: TestOCSPResponse) throws -> OCSPResponseError? {
        let der = try response.der
        do throws(OCSPResponseError) {
            _ = try OCSPResponse(der: der)
            return nil
        } catch { return error }
    }

    @Test func `are refused with a byte after them, and at any length but their own`() throws {
        let der = try response.der
        #expect(throws: OCSPResponseError.malformed(.trailingBytes)) {
            try OCSPResponse(der: der + [0])
        }
        for count in 0..<der.count {
            #expect(throws: OCSPResponseError.malformed(.truncated)) {
                try OCSPResponse(der: Array(der[..<count]))
            }
        }
    }

    @Test func `are refused above the limit`() {
        let count = X509Limits.responseSizeMax + 1
        #expect(throws: OCSPResponseError.tooLarge(byteCount: count)) {
            try OCSPResponse(der: [UInt8](repeating: 0x30, count: count))
        }
    }

    @Test(arguments: [UInt8(1), 2, 3, 5, 6])
    func `are refused where the responder answered nothing`(_ status: UInt8) throws {
        #expect(throws: OCSPResponseError.status(Int(status))) {
            try OCSPResponse(der: [0x30, 3, 0x0A, 1, status])
        }
        #expect(try error(response.with { $0.responseStatus = status }) == .status(Int(status)))
        #expect(throws: OCSPResponseError.malformed(.truncated)) {
            try OCSPResponse(der: [0x30, 3, 0x0A, 1, 0])
        }
    }

    @Test func `are refused in another type`() throws {
        #expect(try error(response.with { $0.type = "1.2.3" }) == .otherType("1.2.3"))
    }

    @Test func `are refused with an unreadable certificate or too many`() throws {
        let many = Array(repeating: issuer.certificate, count: X509Limits.chainCountMax + 1)
        #expect(
            try error(response.with { $0.certificates = many })
                == .tooManyCertificates(count: many.count))
    }

    @Test func `are refused with an extension twice, or a malformed one`() throws {
        let nonce = TestDER.part("1.3.6.1.5.5.7.48.1.2", [4, 0])
        #expect(
            try error(response.with { $0.extensions = nonce + nonce })
                == .duplicateExtension("1.3.6.1.5.5.7.48.1.2"))
        #expect(
            try error(response.with { $0.answerExtensions = TestDER.part("2.5.29.24", [5, 0]) })
                == .malformedExtension("2.5.29.24"))
    }

    @Test func `are refused with another status of the certificate`() throws {
        #expect(
            try error(response.with { $0.status = [0x83, 0] }) == .malformed(.unexpected(tag: 0x83))
        )
        #expect(
            try error(response.with { $0.status = [0x80, 1, 0] })
                == .malformed(.badValue(tag: 0x80)))
        #expect(
            try error(response.with { $0.status = TestOCSPResponse.revoked(reason: 7) })
                == .malformed(.badValue(tag: 0x0A)))
    }

    @Test func `tell what stands in them`() throws {
        let read = try OCSPResponse(
            der: response.with {
                $0.status = TestOCSPResponse.revoked(reason: 4)
                $0.extensions = TestDER.part("1.3.6.1.5.5.7.48.1.2", isCritical: true, [4, 0])
            }.der)
        #expect(read.responder == .name(issuer.certificate.subject))
        #expect(read.producedAt == TestRevocationList.start)
        #expect(read.unknownCriticalExtensions.isEmpty)
        let answers = read.answers(for: leaf.certificate, issuedBy: issuer.certificate)
        #expect(read.answers.count == 1 && answers.count == 1)
        #expect(
            answers.first?.status
                == .revoked(since: TestRevocationList.start, reason: .superseded))
        #expect(answers.first?.nextUpdate == TestRevocationList.end)
        let other = try TestCertificate("Root")
        #expect(read.answers(for: leaf.certificate, issuedBy: other.certificate).isEmpty)
        #expect(read.answers(for: issuer.certificate, issuedBy: issuer.certificate).isEmpty)
    }
}

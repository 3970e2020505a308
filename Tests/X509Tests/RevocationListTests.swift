import Encodings
import TestSupport
import Testing
import X509

@Suite struct `Revocation list bytes` {
    let issuer: TestCertificate
    let list: TestRevocationList
    init() throws {
        issuer = try TestCertificate("Root")
        list = TestRevocationList(
            by: issuer, [.init([5], reason: 1), .init([0x91, 2]), .init([5], reason: 6)])
    }

    func error(_ list: TestRevocationList) throws -> RevocationListError? {
        let der = try list.der
        do throws(RevocationListError) {
            _ = try RevocationList(der: der)
            return nil
        } catch { return error }
    }

    @Test func `are refused with a byte after them, and at any length but their own`() throws {
        let der = try list.der
        #expect(throws: RevocationListError.malformed(.trailingBytes)) {
            try RevocationList(der: der + [0])
        }
        for count in 0..<der.count {
            #expect(throws: RevocationListError.malformed(.truncated)) {
                try RevocationList(der: Array(der[..<count]))
            }
        }
    }

    @Test func `are refused above the limit`() {
        let count = X509Limits.revocationListSizeMax + 1
        #expect(throws: RevocationListError.tooLarge(byteCount: count)) {
            try RevocationList(der: [UInt8](repeating: 0x30, count: count))
        }
    }

    @Test func `are refused in another version`() throws {
        #expect(try error(list.with { $0.version = TestDER.integer([2]) }) == .version(3))
    }

    @Test func `are refused with one algorithm within and another beside`() throws {
        var der = try list.der
        let algorithm = TestDER.identifier("1.2.840.10045.4.3.2")
        let place = try #require(
            der.indices.dropFirst(80).last { place in
                der[place...].starts(with: algorithm)
            })
        der[place + algorithm.count - 1] = 3
        #expect(throws: RevocationListError.algorithmsDiffer) { try RevocationList(der: der) }
    }

    @Test func `are refused with an extension twice, or a malformed one`() throws {
        let number = TestDER.part("2.5.29.20", TestDER.integer([7]))
        #expect(
            try error(list.with { $0.extensions = number }) == .duplicateExtension("2.5.29.20"))
        for name in ["2.5.29.28", "2.5.29.35", "2.5.29.46", "2.5.29.27"] {
            let part = TestDER.part(name, [0x04, 0])
            #expect(
                try error(list.with { $0.extensions = part }) == .malformedExtension(name))
        }
        let long = TestDER.integer([UInt8](repeating: 1, count: 21))
        #expect(
            try error(
                list.with {
                    $0.number = nil
                    $0.extensions = TestDER.part("2.5.29.20", long)
                }) == .malformedExtension("2.5.29.20"))
    }

    @Test func `are refused with a malformed entry, wherever it stands`() throws {
        for place in 0..<3 {
            var entries = list.entries
            entries[place].extensions = [0x05, 0]
            entries[place].reason = nil
            let sound = try list.with { $0.entries = entries }.der
            // The list of extensions, a SEQUENCE around 05 00, becomes a SET.
            let mark: [UInt8] = [0x30, 2, 5, 0]
            let start = try #require(sound.indices.first { sound[$0...].starts(with: mark) })
            var spoilt = sound
            spoilt[start] = 0x31
            #expect(throws: RevocationListError.malformed(.unexpected(tag: 0x31))) {
                try RevocationList(der: spoilt)
            }
        }
    }

    @Test func `tell what stands in them`() throws {
        let read = try RevocationList(der: list.der)
        #expect(read.issuer == issuer.certificate.subject)
        #expect(read.thisUpdate == TestRevocationList.start)
        #expect(read.nextUpdate == TestRevocationList.end)
        #expect(read.number == [7])
        #expect(read.baseNumber == nil && !read.isDelta)
        #expect(read.entryCount == 3)
        #expect(read.signatureAlgorithm == .strong("1.2.840.10045.4.3.2"))
        #expect(read.unknownCriticalExtensions.isEmpty)
        #expect(read.issuingDistributionPoint == nil && read.scopeFingerprint.isEmpty)
        #expect(read.entries(for: [5]).entries.map(\.reason) == [.keyCompromise, .certificateHold])
        #expect(read.entries(for: [0x91, 2]).entries.map(\.reason) == [nil])
        #expect(read.entries(for: [0x91]).entries.isEmpty)
    }

    @Test func `tell their extensions`() throws {
        let read = try RevocationList(
            der: list.with {
                $0.baseNumber = [3]
                $0.extensions =
                    TestRevocationList.scope(
                        TestRevocationList.name("http://a.test/") + [0x81, 1, 0xFF])
                    + TestDER.part("2.5.29.46", TestDER.points(["http://d.test/"]))
                    + TestDER.part("1.2.3", isCritical: true, [5, 0])
                    + TestDER.part("1.2.4", [5, 0])
            }.der)
        #expect(read.isDelta && read.baseNumber == [3])
        let scope = try #require(read.issuingDistributionPoint)
        #expect(scope.isOfUsersOnly && !scope.isOfAuthoritiesOnly && !scope.isIndirect)
        #expect(scope.name == .fullName([.uri("http://a.test/")]))
        #expect(read.scopeFingerprint.count == 64)
        #expect(read.freshestPoints?.flatMap(\.urls) == ["http://d.test/"])
        #expect(read.unknownCriticalExtensions == ["1.2.3"])
    }

    @Test func `of version 1 have no extensions`() throws {
        let read = try RevocationList(der: list.with { $0.version = [] }.der)
        #expect(read.number == nil)
        #expect(read.entryCount == 3)
        #expect(read.isSigned(by: issuer.certificate))
    }

    @Test func `are signed by one key, and not with a bit changed`() throws {
        var der = try list.der
        #expect(try RevocationList(der: der).isSigned(by: issuer.certificate))
        let other = try TestCertificate("Root")
        #expect(try !RevocationList(der: der).isSigned(by: other.certificate))
        der[der.count - 1] ^= 1
        #expect(try !RevocationList(der: der).isSigned(by: issuer.certificate))
    }

    @Test func `with serial numbers of equal hashes are told apart`() throws {
        // FNV-1a in 32 bits gives the same for both.
        let one: [UInt8] = [0x01, 0x01, 0x71, 0x83, 0x95, 0xC3]
        let other: [UInt8] = [0x01, 0x01, 0x9B, 0x7A, 0x56, 0xE5]
        let read = try RevocationList(
            der: list.with { $0.entries = [.init(other, reason: 4), .init(one, reason: 1)] }.der)
        #expect(read.entries(for: one).entries.map(\.reason) == [.keyCompromise])
        #expect(read.entries(for: other).entries.map(\.reason) == [.superseded])
        let alone = try RevocationList(der: list.with { $0.entries = [.init(other)] }.der)
        #expect(alone.entries(for: one).entries.isEmpty)
    }

    @Test func `with many entries tell each one`() throws {
        let entries = (0..<3000).map { number in
            TestRevocationList.Entry([1, UInt8(number >> 8), UInt8(number & 255)], reason: 1)
        }
        let read = try RevocationList(der: list.with { $0.entries = entries }.der)
        for entry in entries {
            let found = read.entries(for: entry.serialNumber).entries
            #expect(found.map(\.serialNumber) == [entry.serialNumber])
        }
        #expect(read.entries(for: [2, 0, 0]).entries.isEmpty)
    }

    @Test func `never take a negative number for a certificate's`() throws {
        // 02 01 FF is -1; a certificate with the number 255 has the bytes FF, too.
        let entry = TestDER.sequence([0x02, 1, 0xFF], TestDER.utcTime(TestRevocationList.start))
        let positive = try list.with { $0.entries = [.init([0x7F])] }.der
        let plain = TestDER.sequence([0x02, 1, 0x7F], TestDER.utcTime(TestRevocationList.start))
        let place = try #require(positive.indices.first { positive[$0...].starts(with: plain) })
        var negative = positive
        negative.replaceSubrange(place..<place + plain.count, with: entry)
        let read = try RevocationList(der: negative)
        #expect(read.entryCount == 1)
        #expect(read.entries(for: [0xFF]).entries.isEmpty)
    }
}

@Suite struct `Revocation list files` {
    @Test func `hold lists in PEM and DER, one or several`() throws {
        let issuer = try TestCertificate("Root")
        let der = try TestRevocationList(by: issuer).der
        let pem = "text\n-----BEGIN X509 CRL-----\n\(Base64.encode(der))\n-----END X509 CRL-----\n"
        #expect(try RevocationList.list(der).map(\.der) == [der])
        #expect(try RevocationList.list(der + der).count == 2)
        #expect(try RevocationList.list(Array((pem + pem).utf8)).map(\.der) == [der, der])
    }

    @Test func `are refused where they hold none`() throws {
        #expect(throws: RevocationListError.noList) { try RevocationList.list([]) }
        #expect(throws: RevocationListError.noList) { try RevocationList.list(Array("x".utf8)) }
        #expect(throws: RevocationListError.malformedPEM) {
            try RevocationList.list(Array("-----BEGIN X509 CRL-----\nAAAA".utf8))
        }
        #expect(throws: RevocationListError.malformed(.truncated)) {
            try RevocationList.list([0x30, 5, 0])
        }
    }
}

import Encodings
import Testing

@Suite struct `Base64 texts` {
    @Test(
        arguments: [
            ("", []), ("Zg==", [0x66]), ("Zm8=", [0x66, 0x6F]), ("Zm9v", [0x66, 0x6F, 0x6F]),
            ("+/+/", [0xFB, 0xFF, 0xBF]),
        ] as [(String, [UInt8])]) func `has one spelling for each byte string`(
            _ text: String, _ bytes: [UInt8]
        )
    {
        #expect(Base64.encode(bytes) == text)
        #expect(Base64.decode(text) == bytes)
        let unpadded = String(
            text.filter { $0 != "=" }.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
        #expect(Base64.encode(bytes, .url) == unpadded)
        #expect(Base64.decode(unpadded, .url) == bytes)
    }

    @Test(arguments: ["Zg", "Zg=", "Zh==", "Zm9=", "Z===", "Zm9v\n", "Zm 9v", "Zm-_", "====", "="])
    func `J13: refuses every other spelling of the standard alphabet`(_ text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test(arguments: ["Zg==", "Zh", "Zm9", "Z", "Zm9v\r\n", "Zm+/", "Zm9vé"])
    func `J2: refuses every other spelling of the URL alphabet`(_ text: String) {
        #expect(Base64.decode(text, .url) == nil)
    }
}

@Suite struct `Digests` {
    @Test func `round-trip through their text`() throws {
        let text = "sha256:" + String(repeating: "ab", count: 32)
        let digest = try Digest(text)
        #expect(digest.description == text)
        #expect(digest.algorithm == .sha256)
        #expect(Digest(.sha256, bytes: [UInt8](repeating: 0xAB, count: 32)) == digest)
    }

    @Test(arguments: [
        "", "sha256", "sha256:", ":ab", "sha256:AB", "sha256:" + String(repeating: "A", count: 64),
        "sha256:" + String(repeating: "a", count: 63),
        "sha512:" + String(repeating: "a", count: 64),
        "SHA256:" + String(repeating: "a", count: 64), "../x:aa",
        "sha256:../" + String(repeating: "a", count: 61),
    ]) func `are refused when malformed`(_ text: String) {
        #expect(throws: DigestError.malformed(text)) { try Digest(text) }
    }

    @Test(arguments: ["sha224", "md5", "blake3", "sha256+b64u"])
    func `are refused by name in any other algorithm`(_ name: String) {
        #expect(throws: DigestError.unsupportedAlgorithm(name)) { try Digest("\(name):00") }
    }
}

@Suite struct `Timestamps` {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2026-11-22T06:06:56Z", 1_795_327_616),
        ("2023-06-27T13:30:33+08:00", 1_687_843_833), ("1969-12-31T23:59:59z", -1),
        ("2024-02-29T00:00:00-00:30", 1_709_166_600), ("0001-01-01T00:00:00Z", -62_135_596_800),
    ]) func `J10: read any offset`(_ text: String, _ seconds: Int64) {
        #expect(Timestamp(rfc3339: text) == Timestamp(seconds: seconds))
    }

    @Test(arguments: [
        ("2026-11-22T06:06:56Z", "Sun Nov 22 06:06:56 2026"),
        ("2025-01-01T00:00:00Z", "Wed Jan  1 00:00:00 2025"),
        ("1969-12-31T23:59:59Z", "Wed Dec 31 23:59:59 1969"),
        ("2024-02-29T12:00:00Z", "Thu Feb 29 12:00:00 2024"),
        ("0001-01-01T00:00:00Z", "Mon Jan  1 00:00:00 0001"),
    ]) func `are written as C's asctime does`(_ text: String, _ expected: String) throws {
        #expect(try #require(Timestamp(rfc3339: text)).ansiDescription == expected)
    }

    @Test(arguments: [
        ("2026-01-01T00:00:00.141Z", "2026-01-01T00:00:00.141Z"),
        ("2026-01-01T00:00:00.100Z", "2026-01-01T00:00:00.1Z"),
        ("2026-01-01T00:00:00.000000001Z", "2026-01-01T00:00:00.000000001Z"),
        ("2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00Z"),
    ]) func `are written with the digits that count`(_ text: String, _ expected: String) throws {
        #expect(try #require(Timestamp(rfc3339: text)).preciseDescription == expected)
    }

    @Test func `move by nanoseconds to either side`() throws {
        let time = try #require(Timestamp(rfc3339: "2026-01-01T00:00:00.25Z"))
        let earlier = time.adding(nanoseconds: -1_500_000_000)
        #expect(earlier.preciseDescription == "2025-12-31T23:59:58.75Z")
        #expect(
            time.adding(nanoseconds: 2_750_000_000).preciseDescription == "2026-01-01T00:00:03Z")
    }

    @Test func `keep a fraction`() throws {
        let time = try #require(Timestamp(rfc3339: "2026-01-01T00:00:00.5Z"))
        #expect(time.nanoseconds == 500_000_000)
        #expect(time > Timestamp(seconds: time.seconds))
        #expect(time.description == "2026-01-01T00:00:00Z")
    }

    @Test(arguments: [
        "", "2026-01-01", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00", "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:60Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00Zx", "0000-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59",
        "+026-01-01T00:00:00Z", "2026-1-1T00:00:00Z",
    ]) func `refuse what RFC 3339 does not allow`(_ text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test(arguments: ["1970-01-01T00:00:00Z", "2026-11-22T06:06:56Z", "0001-01-01T00:00:00Z"])
    func `are written in UTC`(_ text: String) {
        #expect(Timestamp(rfc3339: text)?.description == text)
    }
}

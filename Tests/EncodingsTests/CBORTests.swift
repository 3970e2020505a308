import Encodings
import Testing

@Suite struct `CBOR bytes` {
    struct Refusal: Sendable, CustomTestStringConvertible {
        let hex: String
        let error: CBORError
        let rule: String
        var testDescription: String { "\(rule): \(hex)" }
    }

    static let refusals: [Refusal] = [
        Refusal(hex: "", error: .truncated(offset: 0), rule: "C2"),
        Refusal(hex: "0000", error: .trailingBytes(offset: 1), rule: "C2"),
        Refusal(hex: "18", error: .truncated(offset: 0), rule: "C3"),
        Refusal(hex: "4201", error: .truncated(offset: 0), rule: "C3"),
        Refusal(hex: "5bffffffffffffffff", error: .truncated(offset: 0), rule: "C3"),
        Refusal(hex: "9bffffffffffffffff", error: .truncated(offset: 0), rule: "C3"),
        Refusal(hex: "bbffffffffffffffff", error: .truncated(offset: 0), rule: "C3"),
        Refusal(hex: "9a00010000", error: .truncated(offset: 0), rule: "C3"),
        Refusal(hex: "1817", error: .notShortest(offset: 0), rule: "C3"),
        Refusal(hex: "1900ff", error: .notShortest(offset: 0), rule: "C3"),
        Refusal(hex: "1a0000ffff", error: .notShortest(offset: 0), rule: "C3"),
        Refusal(hex: "1b00000000ffffffff", error: .notShortest(offset: 0), rule: "C3"),
        Refusal(hex: "580100", error: .notShortest(offset: 0), rule: "C3"),
        Refusal(hex: "1b8000000000000000", error: .integerTooLarge(offset: 0), rule: "C3"),
        Refusal(hex: "3b8000000000000000", error: .integerTooLarge(offset: 0), rule: "C3"),
        Refusal(hex: "1c", error: .reserved(offset: 0), rule: "C3"),
        Refusal(hex: "fc", error: .reserved(offset: 0), rule: "C3"),
        Refusal(hex: "f814", error: .reserved(offset: 0), rule: "C3"),
        Refusal(hex: "5f4100ff", error: .indefinite(offset: 0), rule: "C3"),
        Refusal(hex: "7f6161ff", error: .indefinite(offset: 0), rule: "C3"),
        Refusal(hex: "9fff", error: .indefinite(offset: 0), rule: "C3"),
        Refusal(hex: "bfff", error: .indefinite(offset: 0), rule: "C3"),
        Refusal(hex: "ff", error: .indefinite(offset: 0), rule: "C3"),
        Refusal(hex: "61ff", error: .notUTF8(offset: 0), rule: "C3"),
        Refusal(hex: "a24100004100", error: .badLabel(offset: 1), rule: "C3"),
        Refusal(hex: "a1f500", error: .badLabel(offset: 1), rule: "C3"),
        Refusal(hex: "a1f9000000", error: .badLabel(offset: 1), rule: "C3"),
        Refusal(hex: "a201000100", error: .duplicateLabel(1), rule: "C3"),
        Refusal(hex: "a2616100616100", error: .duplicateLabel("a"), rule: "C3"),
        Refusal(hex: "c100", error: .tag(1, offset: 0), rule: "C4"),
        Refusal(hex: "81c100", error: .tag(1, offset: 1), rule: "C4"),
        Refusal(
            hex: String(repeating: "81", count: 16) + "00", error: .tooDeep, rule: "limit"),
        Refusal(
            hex: "992710" + String(repeating: "00", count: 10_000), error: .tooManyItems,
            rule: "limit"),
    ]

    @Test(arguments: refusals) func `are refused where two readers may differ`(
        _ refusal: Refusal
    ) throws {
        let bytes = try #require(Hex.decode(refusal.hex))
        #expect(throws: refusal.error) { try CBOR(parsing: bytes) }
    }

    /// RFC 8949, appendix A, as far as it is deterministic and within our part.
    @Test(arguments: [
        "00", "17", "1818", "1864", "1903e8", "1a000f4240", "1b000000e8d4a51000",
        "1b7fffffffffffffff", "20", "3863", "3903e7", "3b7fffffffffffffff", "f90000", "f97e00",
        "fa47c35000", "fb3ff199999999999a", "f4", "f5", "f6", "f7", "f0", "f8ff", "40",
        "4401020304", "60", "6161", "62c3bc", "80", "83010203", "8301820203820405", "a0",
        "a201020304", "a26161016162820203", "c074323031332d30332d32315432303a30343a30305a",
        "c11a514b67b0", "d818456449455446",
    ]) func `are written back as they were read`(_ hex: String) throws {
        let bytes = try #require(Hex.decode(hex))
        #expect(try CBOR(parsing: bytes, tags: .allowed).serialized() == bytes)
    }

    @Test func `are written in the order of their encoded labels (C7)`() throws {
        var map = CBORMap()
        for label: CBORLabel in ["bb", "a", 33, -1, 3, 1] { map[label] = .null }
        #expect(Hex.encode(CBOR.map(map).serialized()) == "a601f603f61821f620f66161f6626262f6")
        map[3] = nil
        #expect(map.entries.count == 5)
    }

    @Test func `keep labels apart that Unicode calls equivalent`() throws {
        let map = try CBOR(parsing: #require(Hex.decode("a262c3a9006365cc8101")))
        guard case .map(let map) = map else {
            Issue.record("no map")
            return
        }
        #expect(map["\u{E9}"] == .integer(0))
        #expect(map["e\u{301}"] == .integer(1))
    }

    @Test func `are read down to the limit`() throws {
        let bytes = [UInt8](repeating: 0x81, count: 15) + [0]
        #expect(try CBOR(parsing: bytes).serialized() == bytes)
    }
}

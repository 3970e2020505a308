import Encodings
import Testing

@Suite struct `JSON texts` {
    struct Refusal: Sendable, CustomTestStringConvertible {
        let text: String
        let error: JSONError
        var testDescription: String { text }
    }

    static let refusals: [Refusal] = [
        Refusal(text: "\u{FEFF}{}", error: .byteOrderMark),
        Refusal(text: "", error: .truncated),
        Refusal(text: "{", error: .truncated),
        Refusal(text: "{\"a\":1,}", error: .unexpected(offset: 7)),
        Refusal(text: "[1,]", error: .unexpected(offset: 3)),
        Refusal(text: "{\"a\":1,\"a\":2}", error: .duplicateName("a")),
        Refusal(text: "{\"a\":1,\"\\u0061\":2}", error: .duplicateName("a")),
        Refusal(text: "{} {}", error: .trailingBytes(offset: 3)),
        Refusal(text: "01", error: .trailingBytes(offset: 1)),
        Refusal(text: "1.", error: .truncated),
        Refusal(text: "+1", error: .unexpected(offset: 0)),
        Refusal(text: "NaN", error: .unexpected(offset: 0)),
        Refusal(text: "nul", error: .truncated),
        Refusal(text: "'a'", error: .unexpected(offset: 0)),
        Refusal(text: "\"\u{01}\"", error: .unexpected(offset: 1)),
        Refusal(text: "\"\\x\"", error: .badEscape(offset: 1)),
        Refusal(text: "\"\\ud800\"", error: .badEscape(offset: 1)),
        Refusal(text: "\"\\ud800\\u0041\"", error: .badEscape(offset: 1)),
        Refusal(text: "\"\\udc00\"", error: .badEscape(offset: 1)),
        Refusal(text: String(repeating: "[", count: 33), error: .tooDeep),
        Refusal(text: "// no\n1", error: .unexpected(offset: 0)),
    ]

    @Test(arguments: refusals) func `refuses what two readers may read differently`(
        _ refusal: Refusal
    ) {
        #expect(throws: refusal.error) { try JSON(parsing: Array(refusal.text.utf8)) }
    }

    @Test func `refuses bytes that are not UTF-8`() {
        #expect(throws: JSONError.notUTF8) { try JSON(parsing: [0x22, 0xFF, 0x22]) }
    }

    @Test(arguments: [
        "null", "true", "-0", "0", "1.50", "1e400", "9223372036854775807", "9223372036854775808",
        "\"\"", "\"\u{1F600}é\"", "[]", "[1,[2]]", "{}", "{\"b\":1,\"a\":{\"c\":[null]}}",
        "\"\\u0000\\\"\\\\\"",
    ]) func `writes back what it read`(_ text: String) throws {
        #expect(try JSON(parsing: Array(text.utf8)).serialized() == Array(text.utf8))
    }

    @Test func `takes nesting up to the limit`() throws {
        let text = String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
        #expect(try JSON(parsing: Array(text.utf8)).serialized() == Array(text.utf8))
    }

    @Test func `tells names apart that Unicode calls equivalent`() throws {
        let text = "{\"\u{E9}\":1,\"e\u{301}\":2}"
        let place = try JSONPlace(JSON(parsing: Array(text.utf8)))
        #expect(try place.member("\u{E9}").integer() == 1)
        #expect(try place.member("e\u{301}").integer() == 2)
    }

    @Test func `names the place of what is missing or of another kind`() throws {
        let place = try JSONPlace(JSON(parsing: Array("{\"a\":[{\"b\":\"x\"}],\"c\":-1}".utf8)))
        let inner = try place.member("a").array()[0]
        #expect(throws: JSONShapeError.missing(path: "a[0].d")) { try inner.member("d") }
        #expect(throws: JSONShapeError.unexpected(path: "a[0].b", expected: "an integer")) {
            try inner.member("b").integer()
        }
        #expect(throws: JSONShapeError.unexpected(path: "c", expected: "an integer of at least 0"))
        {
            try place.member("c").integer(atLeast: 0)
        }
        #expect(throws: JSONShapeError.unknownMember(path: "c")) { try place.onlyMembers(["a"]) }
    }
}

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

    /// Texts that differ in the spelling of one letter only.
    static let spellings = [
        ("\"\u{E9}\"", "\"e\u{301}\""), ("[\"\u{E9}\"]", "[\"e\u{301}\"]"),
        ("{\"a\":\"\u{E9}\"}", "{\"a\":\"e\u{301}\"}"),
        ("{\"\u{E9}\":1}", "{\"e\u{301}\":1}"),
    ]

    @Test(arguments: spellings) func `tells values apart that Unicode calls equivalent`(
        _ one: String, _ other: String
    ) throws {
        let values = try [one, other, one].map { try JSON(parsing: Array($0.utf8)) }
        #expect(values[0] != values[1])
        #expect(values[0] == values[2])
    }

    /// One value of each kind, and the next one that is none of them.
    static let kinds: [JSON] = [
        .null, true, false, 1, 0, .number("1.0"), .number("1.00"), "1", "1.0", [1], [], ["a": 1],
        [:],
    ]

    @Test(arguments: kinds.indices) func `equals itself and no other value`(_ place: Int) {
        for other in Self.kinds.indices {
            #expect((Self.kinds[place] == Self.kinds[other]) == (place == other))
        }
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

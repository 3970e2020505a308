import Encodings
import Notary
import Testing

@testable import airseal

@Suite struct `Text that came from media` {
    @Test func `has its backslashes doubled, unless they escape already`() {
        #expect("\(ForeignText(#"a\n"#))" == #"a\\n"#)
        #expect("\(ForeignText(escaped: #"O=One\, Two"#))" == #"O=One\, Two"#)
        #expect("\(ForeignText(escaped: "a\u{1B}[2J"))" == #"a\u{1b}[2J"#)
    }

    static let headers: [(value: SignedAttributes.Extended.Value, text: String)] = [
        (.json("plain"), "plain"), (.json(7), "7"), (.json(["a", 1]), #"["a",1]"#),
        (.cbor(.text("plain")), "plain"), (.cbor(.integer(-7)), "-7"),
        (.cbor(.bytes([1, 0xFF])), "h'01ff'"), (.cbor(.tagged(1, .integer(5))), "1(5)"),
        (.cbor(.array([.text("a"), .boolean(true), .null])), #"["a", true, null]"#),
        (.cbor(.simple(23)), "undefined"), (.cbor(.float(bits: 0x3FC0_0000, byteCount: 4)), "1.5"),
    ]

    @Test(arguments: headers.indices) func `is written for a header of any type`(_ index: Int) {
        let (value, text) = Self.headers[index]
        #expect(value.text == text)
    }

    @Test func `in a map of CBOR stands under its label`() throws {
        let map = try CBOR(parsing: [0xA2, 0x01, 0x02, 0x61, 0x61, 0x80])
        #expect(SignedAttributes.Extended.Value.cbor(map).text == #"{1: 2, "a": []}"#)
    }
}

@Suite struct `A tree` {
    @Test func `is drawn four columns a level`() {
        let tree = Tree(
            "a", [Tree("b", [Tree("c", value: 1)]), Tree("d", [Tree("e"), Tree("f")])])
        #expect(
            tree.lines == ["a", "├── b", "│   └── c: 1", "└── d", "    ├── e", "    └── f"])
    }
}

@Suite struct `JSON on a terminal` {
    @Test func `holds no character that could move the cursor, and means the same`() throws {
        let hostile: JSON = ["a": "\u{9b}2J \u{202e}abc\u{2028} \u{e0001} é 漢 \\ \" \n"]
        let text = String(decoding: hostile.serialized(.indented), as: UTF8.self)
        let shown = ForeignText.escapedInJSON(text)
        #expect(
            shown.unicodeScalars.allSatisfy {
                !["\u{9b}", "\u{202e}", "\u{2028}", "\u{e0001}"].contains($0)
            })
        #expect(shown.contains(#"\u009b2J \u202eabc\u2028 \udb40\udc01 é 漢"#))
        #expect(try JSON(parsing: Array(shown.utf8)) == hostile)
    }
}

/// Text that came from media, made safe to show: nothing in it can move the cursor, change colours,
/// reverse the reading order or hide itself.
struct ForeignText: CustomStringConvertible {
    /// The longest text shown, in characters; what is longer ends in `…`.
    static let characterCountMax = 512

    let description: String

    init(_ text: some StringProtocol) {
        self.init(text, keepsBackslash: false)
    }

    /// Text in which a backslash already escapes, such as a name that RFC 4514 writes: it would be
    /// doubled otherwise.
    init(escaped text: some StringProtocol) {
        self.init(text, keepsBackslash: true)
    }

    private init(_ text: some StringProtocol, keepsBackslash: Bool) {
        var shown = ""
        var count = 0
        for scalar in text.unicodeScalars {
            guard count < Self.characterCountMax else {
                shown += "…"
                break
            }
            // A backslash is escaped too, so that an escape can be told from text that looks like one.
            let isPlain = scalar == "\\" ? keepsBackslash : Self.isPlain(scalar)
            shown += isPlain ? String(scalar) : Self.escape(scalar)
            count += 1
        }
        description = shown
    }

    /// A JSON text in which the same characters stand as `\u` and four digits, which mean the same
    /// there.
    static func escapedInJSON(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0 != "\n" && !isPlain($0) }) else {
            return text
        }
        var shown = ""
        for scalar in text.unicodeScalars {
            guard scalar != "\n", !isPlain(scalar) else {
                shown.unicodeScalars.append(scalar)
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                shown += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return shown
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
            .paragraphSeparator:
            return false
        case .spaceSeparator: return scalar == " "
        default: return true
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\\": "\\\\"
        case "\n": "\\n"
        case "\t": "\\t"
        default: "\\u{\(String(scalar.value, radix: 16))}"
        }
    }
}

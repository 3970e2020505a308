extension JSON {
    /// How a value is laid out as text.
    public enum Style: Sendable {
        /// No blanks at all.
        case compact
        /// Two blanks a level and a line for each member, for people.
        case indented
    }

    /// The UTF-8 text of the value: members in their order, only what must be escaped escaped.
    public func serialized(_ style: Style = .compact) -> [UInt8] {
        var writer = JSONWriter(style: style)
        writer.write(self, level: 0)
        if style == .indented { writer.text.append(10) }
        return writer.text
    }
}

private struct JSONWriter {
    let style: JSON.Style
    var text: [UInt8] = []

    mutating func write(_ value: JSON, level: Int) {
        switch value {
        case .null: text.append(contentsOf: "null".utf8)
        case .boolean(let flag): text.append(contentsOf: (flag ? "true" : "false").utf8)
        case .integer(let integer): text.append(contentsOf: String(integer).utf8)
        case .number(let spelling): text.append(contentsOf: spelling.utf8)
        case .string(let string): write(string)
        case .array(let elements):
            write(elements.count, "[", "]", level) { writer, index in
                writer.write(elements[index], level: level + 1)
            }
        case .object(let object):
            write(object.members.count, "{", "}", level) { writer, index in
                writer.write(object.members[index].name)
                writer.text.append(contentsOf: (writer.style == .compact ? ":" : ": ").utf8)
                writer.write(object.members[index].value, level: level + 1)
            }
        }
    }

    private mutating func write(
        _ count: Int, _ open: Unicode.Scalar, _ close: Unicode.Scalar, _ level: Int,
        _ item: (inout JSONWriter, Int) -> Void
    ) {
        text.append(UInt8(ascii: open))
        for index in 0..<count {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            startLine(level + 1)
            item(&self, index)
        }
        if count > 0 { startLine(level) }
        text.append(UInt8(ascii: close))
    }

    private mutating func startLine(_ level: Int) {
        guard style == .indented else { return }
        text.append(10)
        text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * level))
    }

    private mutating func write(_ string: String) {
        text.append(UInt8(ascii: "\""))
        for unit in string.utf8 {
            switch unit {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                text.append(UInt8(ascii: "\\"))
                text.append(unit)
            case 0..<0x20, 0x7F:
                text.append(contentsOf: ("\\u00" + Hex.encode([unit])).utf8)
            default: text.append(unit)
            }
        }
        text.append(UInt8(ascii: "\""))
    }
}

/// Reads the attributes of a distinguished name in the string form of RFC 4514, without its
/// hexadecimal values and without multi-valued names.
struct SubjectPatternReader {
    private let units: [UInt8]
    private var position = 0

    init(_ units: [UInt8]) {
        self.units = units
    }

    /// `TYPE=value`, up to the next separator or the end.
    mutating func attribute() throws(SubjectPatternError) -> SubjectAttribute {
        let type = try type()
        skipBlanks()
        guard position < units.count, !isSeparator(units[position]) else {
            throw .emptyValue(type)
        }
        guard units[position] != UInt8(ascii: "#") else { throw .hexadecimalValue(type) }
        let value = try value()
        guard !value.isEmpty else { throw .emptyValue(type) }
        return SubjectAttribute(type: type, value: value)
    }

    /// Takes the sign between two attributes; false at the end.
    mutating func takeSeparator() throws(SubjectPatternError) -> Bool {
        guard position < units.count else { return false }
        guard units[position] != UInt8(ascii: "+") else { throw .multipleValues }
        position += 1
        return true
    }

    private mutating func type() throws(SubjectPatternError) -> SubjectAttribute.Kind {
        skipBlanks()
        let start = position
        while position < units.count, units[position] != UInt8(ascii: "=") {
            guard !isSeparator(units[position]) else { throw .malformed(offset: position) }
            position += 1
        }
        guard position < units.count else { throw .malformed(offset: position) }
        var end = position
        while end > start, units[end - 1] == UInt8(ascii: " ") { end -= 1 }
        position += 1
        let name = String(decoding: units[start..<end], as: UTF8.self)
        guard let type = SubjectAttribute.Kind(policyName: name) else { throw .unknownType(name) }
        return type
    }

    /// The value with its escapes resolved, blanks at its end dropped unless escaped (rule Y8).
    private mutating func value() throws(SubjectPatternError) -> String {
        let start = position
        var bytes: [UInt8] = []
        var length = 0
        while position < units.count, !isSeparator(units[position]) {
            let unit = units[position]
            switch unit {
            case UInt8(ascii: "\\"):
                bytes.append(try escape())
                length = bytes.count
            case UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), 0:
                throw .malformed(offset: position)
            default:
                position += 1
                bytes.append(unit)
                if unit != UInt8(ascii: " ") { length = bytes.count }
            }
        }
        guard let text = String(validating: bytes[..<length], as: UTF8.self) else {
            throw .badEscape(offset: start)
        }
        return text
    }

    /// A backslash and the sign it stands before, or two hexadecimal digits.
    private mutating func escape() throws(SubjectPatternError) -> UInt8 {
        let start = position
        guard start + 1 < units.count else { throw .badEscape(offset: start) }
        let sign = units[start + 1]
        if " \"#+,;<=>\\".utf8.contains(sign) {
            position += 2
            return sign
        }
        guard start + 2 < units.count, let high = Self.digit(sign),
            let low = Self.digit(units[start + 2])
        else { throw .badEscape(offset: start) }
        position += 3
        return high << 4 | low
    }

    private static func digit(_ unit: UInt8) -> UInt8? {
        Character(Unicode.Scalar(unit)).hexDigitValue.map(UInt8.init)
    }

    private func isSeparator(_ unit: UInt8) -> Bool {
        unit == UInt8(ascii: ",") || unit == UInt8(ascii: ";") || unit == UInt8(ascii: "+")
    }

    private mutating func skipBlanks() {
        while position < units.count, units[position] == UInt8(ascii: " ") { position += 1 }
    }
}

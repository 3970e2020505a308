/// Why a text is not acceptable as JSON; `offset` counts bytes from its start.
public enum JSONError: Error, Equatable {
    /// The text begins with a byte order mark.
    case byteOrderMark
    /// The text is not UTF-8.
    case notUTF8
    /// Something else stands where the grammar asks for a value, a name or a sign.
    case unexpected(offset: Int)
    /// The text ends inside a value.
    case truncated
    /// Bytes follow the value.
    case trailingBytes(offset: Int)
    /// An object names a member twice, escapes resolved.
    case duplicateName(String)
    /// More levels than `JSONScanner.depthMax`.
    case tooDeep
    /// An escape that is no character: a lone surrogate, or letters that are no escape.
    case badEscape(offset: Int)
}

/// Reads JSON as RFC 8259 defines it, and refuses everything that two readers might read
/// differently.
struct JSONScanner {
    /// Levels of nesting. The generic rules of the conformance list, section 16, give the number.
    static let depthMax = 32

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func document() throws(JSONError) -> JSON {
        guard !bytes.starts(with: [0xEF, 0xBB, 0xBF]) else { throw .byteOrderMark }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw .notUTF8 }
        let value = try value(depth: 1)
        skipBlanks()
        guard position == bytes.count else { throw .trailingBytes(offset: position) }
        return value
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSON {
        guard depth <= Self.depthMax + 1 else { throw .tooDeep }
        skipBlanks()
        guard position < bytes.count else { throw .truncated }
        switch bytes[position] {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), 48...57: return try number()
        default: throw .unexpected(offset: position)
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSON {
        guard depth <= Self.depthMax else { throw .tooDeep }
        position += 1
        var members: [JSONObject.Member] = []
        var names = Set<[UInt8]>()
        if try take("}") { return .object(JSONObject()) }
        while true {
            skipBlanks()
            guard position < bytes.count else { throw .truncated }
            guard bytes[position] == UInt8(ascii: "\"") else {
                throw .unexpected(offset: position)
            }
            let name = try string()
            guard names.insert(Array(name.utf8)).inserted else { throw .duplicateName(name) }
            try require(":")
            members.append(JSONObject.Member(name: name, value: try value(depth: depth + 1)))
            if try take("}") { return .object(JSONObject(distinct: members)) }
            try require(",")
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSON {
        guard depth <= Self.depthMax else { throw .tooDeep }
        position += 1
        var elements: [JSON] = []
        if try take("]") { return .array([]) }
        while true {
            elements.append(try value(depth: depth + 1))
            if try take("]") { return .array(elements) }
            try require(",")
        }
    }

    private mutating func number() throws(JSONError) -> JSON {
        let start = position
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        guard position < bytes.count else { throw .truncated }
        if bytes[position] == UInt8(ascii: "0") {
            position += 1
        } else {
            try digits()
        }
        var isInteger = true
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            try digits()
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            position += 1
            if position < bytes.count, bytes[position] == 43 || bytes[position] == 45 {
                position += 1
            }
            try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isInteger, text != "-0", let integer = Int64(text) { return .integer(integer) }
        return .number(text)
    }

    private mutating func digits() throws(JSONError) {
        let start = position
        while position < bytes.count, case 48...57 = bytes[position] { position += 1 }
        guard position > start else {
            throw position < bytes.count ? .unexpected(offset: position) : .truncated
        }
    }

    private mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        // Most strings hold no escape: their bytes are taken as they are.
        while position < bytes.count, bytes[position] != UInt8(ascii: "\""),
            bytes[position] != UInt8(ascii: "\\"), bytes[position] >= 0x20
        {
            position += 1
        }
        guard position < bytes.count else { throw .truncated }
        if bytes[position] == UInt8(ascii: "\"") {
            defer { position += 1 }
            return String(decoding: bytes[start..<position], as: UTF8.self)
        }
        var text = Array(bytes[start..<position])
        while true {
            guard position < bytes.count else { throw .truncated }
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw .unexpected(offset: position)
            default:
                text.append(byte)
                position += 1
            }
        }
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        let start = position
        position += 1
        guard position < bytes.count else { throw .truncated }
        let letter = bytes[position]
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
        case UInt8(ascii: "b"): text.append(8)
        case UInt8(ascii: "f"): text.append(12)
        case UInt8(ascii: "n"): text.append(10)
        case UInt8(ascii: "r"): text.append(13)
        case UInt8(ascii: "t"): text.append(9)
        case UInt8(ascii: "u"):
            var code = try fourDigits(start)
            if (0xD800..<0xDC00).contains(code) {
                guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                    bytes[position + 1] == UInt8(ascii: "u")
                else { throw .badEscape(offset: start) }
                position += 2
                let low = try fourDigits(start)
                guard (0xDC00..<0xE000).contains(low) else { throw .badEscape(offset: start) }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw .badEscape(offset: start) }
            text.append(contentsOf: Array(String(Character(scalar)).utf8))
        default: throw .badEscape(offset: start)
        }
    }

    private mutating func fourDigits(_ start: Int) throws(JSONError) -> UInt32 {
        guard position + 4 <= bytes.count else { throw .truncated }
        var code: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw .badEscape(offset: start)
            }
            code = code << 4 | UInt32(digit)
        }
        position += 4
        return code
    }

    private mutating func word(_ word: String, _ value: JSON) throws(JSONError) -> JSON {
        for unit in word.utf8 {
            guard position < bytes.count else { throw .truncated }
            guard bytes[position] == unit else { throw .unexpected(offset: position) }
            position += 1
        }
        return value
    }

    private mutating func skipBlanks() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private mutating func take(_ sign: Unicode.Scalar) throws(JSONError) -> Bool {
        skipBlanks()
        guard position < bytes.count else { throw .truncated }
        guard bytes[position] == UInt8(ascii: sign) else { return false }
        position += 1
        return true
    }

    private mutating func require(_ sign: Unicode.Scalar) throws(JSONError) {
        guard try take(sign) else { throw .unexpected(offset: position) }
    }
}

/// Base64 in its one canonical spelling: no blanks, no line ends, no stray bits at the end.
///
/// - SeeAlso: RFC 4648 sections 4 and 5; rules J2 and J13 of the conformance list.
public enum Base64 {
    /// The two alphabets that the Notary formats use.
    public enum Alphabet: Sendable {
        /// RFC 4648 section 4, with padding.
        case standard
        /// RFC 4648 section 5, without padding.
        case url
    }

    /// The text of `bytes`.
    public static func encode(_ bytes: [UInt8], _ alphabet: Alphabet = .standard) -> String {
        let symbols = symbols(of: alphabet)
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var index = 0
        while index < bytes.count {
            let taken = min(3, bytes.count - index)
            var group: UInt32 = 0
            for offset in 0..<3 {
                group = group << 8 | (offset < taken ? UInt32(bytes[index + offset]) : 0)
            }
            for position in 0...taken {
                text.append(symbols[Int(group >> UInt32(18 - 6 * position)) & 63])
            }
            if alphabet == .standard {
                for _ in taken..<3 { text.append(UInt8(ascii: "=")) }
            }
            index += 3
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes that `text` stands for, or nil if `text` is not their canonical spelling.
    public static func decode(_ text: some StringProtocol, _ alphabet: Alphabet = .standard)
        -> [UInt8]?
    {
        var units = Array(text.utf8)
        if alphabet == .standard {
            guard units.count.isMultiple(of: 4) else { return nil }
            for _ in 0..<2 where units.last == UInt8(ascii: "=") { units.removeLast() }
        }
        guard units.count % 4 != 1 else { return nil }
        let values = values(of: alphabet)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(units.count / 4 * 3 + 2)
        var group: UInt32 = 0
        var bits = 0
        for unit in units {
            guard let value = values[Int(unit)] else { return nil }
            group = group << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(bits)))
                group &= (1 << UInt32(bits)) - 1
            }
        }
        // Bits left over must be zero: otherwise two texts would stand for the same bytes.
        return group == 0 ? bytes : nil
    }

    private static let standardSymbols = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let urlSymbols = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    private static let standardValues = inverse(of: standardSymbols)
    private static let urlValues = inverse(of: urlSymbols)

    private static func symbols(of alphabet: Alphabet) -> [UInt8] {
        switch alphabet {
        case .standard: standardSymbols
        case .url: urlSymbols
        }
    }

    private static func values(of alphabet: Alphabet) -> [UInt8?] {
        switch alphabet {
        case .standard: standardValues
        case .url: urlValues
        }
    }

    private static func inverse(of symbols: [UInt8]) -> [UInt8?] {
        var values = [UInt8?](repeating: nil, count: 256)
        for (value, symbol) in symbols.enumerated() { values[Int(symbol)] = UInt8(value) }
        return values
    }
}

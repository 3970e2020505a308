extension CBOR {
    /// The bytes of the item in core deterministic encoding: shortest heads, definite lengths, map
    /// entries in the bytewise order of their encoded labels (rule C7).
    ///
    /// - SeeAlso: RFC 8949 section 4.2.1.
    public func serialized() -> [UInt8] {
        var bytes: [UInt8] = []
        write(into: &bytes)
        return bytes
    }

    private func write(into bytes: inout [UInt8]) {
        switch self {
        case .integer(let integer): Self.writeInteger(integer, into: &bytes)
        case .bytes(let content):
            Self.writeHead(2, UInt64(content.count), into: &bytes)
            bytes.append(contentsOf: content)
        case .text(let text): Self.writeText(text, into: &bytes)
        case .array(let elements):
            Self.writeHead(4, UInt64(elements.count), into: &bytes)
            for element in elements { element.write(into: &bytes) }
        case .map(let map):
            Self.writeHead(5, UInt64(map.entries.count), into: &bytes)
            let encoded = map.entries.map { (label: Self.encoded($0.label), value: $0.value) }
            for entry in encoded.sorted(by: { $0.label.lexicographicallyPrecedes($1.label) }) {
                bytes.append(contentsOf: entry.label)
                entry.value.write(into: &bytes)
            }
        case .tagged(let tag, let item):
            Self.writeHead(6, tag, into: &bytes)
            item.write(into: &bytes)
        case .boolean(let flag): bytes.append(flag ? 0xF5 : 0xF4)
        case .null: bytes.append(0xF6)
        case .simple(let value): Self.writeHead(7, UInt64(value), into: &bytes)
        case .float(let bits, let byteCount):
            bytes.append(byteCount == 2 ? 0xF9 : byteCount == 4 ? 0xFA : 0xFB)
            Self.writeNumber(bits, byteCount: byteCount, into: &bytes)
        }
    }

    private static func encoded(_ label: CBORLabel) -> [UInt8] {
        var bytes: [UInt8] = []
        switch label {
        case .integer(let integer): writeInteger(integer, into: &bytes)
        case .text(let text): writeText(text, into: &bytes)
        }
        return bytes
    }

    private static func writeInteger(_ integer: Int64, into bytes: inout [UInt8]) {
        // The complement of a negative number is what major type 1 counts.
        writeHead(integer < 0 ? 1 : 0, UInt64(integer < 0 ? ~integer : integer), into: &bytes)
    }

    private static func writeText(_ text: String, into bytes: inout [UInt8]) {
        writeHead(3, UInt64(text.utf8.count), into: &bytes)
        bytes.append(contentsOf: text.utf8)
    }

    private static func writeHead(_ major: UInt8, _ argument: UInt64, into bytes: inout [UInt8]) {
        let (information, byteCount): (UInt8, Int) =
            switch argument {
            case 0..<24: (UInt8(argument), 0)
            case 24...0xFF: (24, 1)
            case 0x100...0xFFFF: (25, 2)
            case 0x1_0000...0xFFFF_FFFF: (26, 4)
            default: (27, 8)
            }
        bytes.append(major << 5 | information)
        writeNumber(argument, byteCount: byteCount, into: &bytes)
    }

    private static func writeNumber(_ number: UInt64, byteCount: Int, into bytes: inout [UInt8]) {
        for index in (0..<byteCount).reversed() {
            bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * index)))
        }
    }
}

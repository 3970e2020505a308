public import Encodings

/// DER written by a hand of its own, so that tests share no code with the readers.
public enum TestDER {
    /// One element with these parts as its content.
    public static func element(_ tag: UInt8, _ parts: [UInt8]...) -> [UInt8] {
        let content = parts.flatMap { $0 }
        switch content.count {
        case ..<0x80: return [tag, UInt8(content.count)] + content
        case ..<0x100: return [tag, 0x81, UInt8(content.count)] + content
        case ..<0x10000:
            return [tag, 0x82, UInt8(content.count >> 8), UInt8(content.count & 0xFF)] + content
        default:
            let count = UInt32(content.count)
            let length = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) }
            let most = length.drop { $0 == 0 }
            return [tag, 0x80 | UInt8(most.count)] + most + content
        }
    }

    /// A SEQUENCE.
    public static func sequence(_ parts: [UInt8]...) -> [UInt8] {
        element(0x30, parts.flatMap { $0 })
    }

    /// An INTEGER of these bytes, big-endian, never negative.
    public static func integer(_ bytes: [UInt8]) -> [UInt8] {
        element(0x02, (bytes.first ?? 0x80) < 0x80 ? bytes : [0] + bytes)
    }

    /// An OCTET STRING.
    public static func octets(_ bytes: [UInt8]) -> [UInt8] { element(0x04, bytes) }

    /// A BIT STRING of whole bytes.
    public static func bits(_ bytes: [UInt8]) -> [UInt8] { element(0x03, [0], bytes) }

    /// An OBJECT IDENTIFIER, from numbers with dots between.
    public static func identifier(_ text: String) -> [UInt8] {
        let arcs = text.split(separator: ".").compactMap { UInt64($0) }
        var content: [UInt8] = []
        for arc in [arcs[0] * 40 + arcs[1]] + arcs.dropFirst(2) {
            var bytes = [UInt8(arc & 0x7F)]
            var rest = arc >> 7
            while rest > 0 {
                bytes.insert(UInt8(rest & 0x7F) | 0x80, at: 0)
                rest >>= 7
            }
            content += bytes
        }
        return element(0x06, content)
    }

    /// A GeneralizedTime in whole seconds.
    public static func generalizedTime(_ time: Timestamp) -> [UInt8] {
        let digits = time.wholeSeconds.description.utf8.filter { (48...57).contains($0) }
        return element(0x18, digits + Array("Z".utf8))
    }

    /// A UTCTime in whole seconds.
    public static func utcTime(_ time: Timestamp) -> [UInt8] {
        let digits = time.wholeSeconds.description.utf8.filter { (48...57).contains($0) }
        return element(0x17, digits.dropFirst(2) + Array("Z".utf8))
    }

    /// An extension.
    public static func part(_ name: String, isCritical: Bool = false, _ value: [UInt8]) -> [UInt8] {
        sequence(identifier(name), isCritical ? [0x01, 0x01, 0xFF] : [], octets(value))
    }

    /// Distribution points, each with one URI.
    public static func points(_ urls: [String]) -> [UInt8] {
        sequence(
            urls.flatMap { url in
                sequence(element(0xA0, element(0xA0, element(0x86, Array(url.utf8)))))
            })
    }

    /// A SEQUENCE with the ECDSA signature of `key` over its first element.
    static func signed(
        _ content: [UInt8], by key: TestKey, hash: String = "SHA256", also more: [UInt8] = []
    ) throws -> [UInt8] {
        try sequence(content, algorithm(hash), bits(key.signature(over: content, hash)), more)
    }

    /// ECDSA with a hash.
    static func algorithm(_ hash: String) -> [UInt8] {
        sequence(identifier(hash == "SHA1" ? "1.2.840.10045.4.1" : "1.2.840.10045.4.3.2"))
    }
}

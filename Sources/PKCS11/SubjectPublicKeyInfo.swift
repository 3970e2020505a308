/// Writes the public half of a key as certificates carry it.
///
/// - SeeAlso: RFC 5280 section 4.1.2.7, RFC 3279 section 2.3.1, RFC 5480 section 2.
enum SubjectPublicKeyInfo {
    private static let rsaEncryption: [UInt8] = [
        0x06, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1, 0x05, 0,
    ]
    private static let ecPublicKey: [UInt8] = [0x06, 7, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1]

    static func rsa(modulus: [UInt8], exponent: [UInt8]) -> [UInt8] {
        let key = value(0x30, integer(modulus) + integer(exponent))
        return value(0x30, value(0x30, rsaEncryption) + bitString(key))
    }

    static func ec(point: [UInt8], curve: [UInt8]) -> [UInt8] {
        value(0x30, value(0x30, ecPublicKey + curve) + bitString(point))
    }

    /// The uncompressed point in `CKA_EC_POINT`; nil if it is anything else.
    ///
    /// PKCS #11 wants it in an OCTET STRING; some modules leave the wrapping away. The length
    /// tells the two apart.
    static func point(_ attribute: [UInt8], coordinateByteCount: Int) -> [UInt8]? {
        let byteCount = 1 + 2 * coordinateByteCount
        guard attribute.count >= byteCount else { return nil }
        let point = Array(attribute.suffix(byteCount))
        guard point.first == 0x04, attribute == point || attribute == value(0x04, point) else {
            return nil
        }
        return point
    }

    /// An INTEGER of these big-endian digits, which are not negative.
    static func integer(_ digits: [UInt8]) -> [UInt8] {
        let short = Array(digits.drop { $0 == 0 })
        // A leading one bit would read as a negative number.
        return value(0x02, (short.first ?? 0x80) >= 0x80 ? [0] + short : short)
    }

    private static func bitString(_ content: [UInt8]) -> [UInt8] { value(0x03, [0] + content) }

    private static func value(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        precondition(content.count < 1 << 16, "no key is longer than 65535 bytes")
        let count = content.count
        let length: [UInt8] =
            switch count {
            case ..<0x80: [UInt8(count)]
            case ..<0x100: [0x81, UInt8(count)]
            default: [0x82, UInt8(count >> 8), UInt8(count & 0xFF)]
            }
        return [tag] + length + content
    }
}

import Encodings

/// Bytes as text between two lines that say what they are.
///
/// - SeeAlso: RFC 7468.
enum PEM {
    /// One block, in lines of 64 characters.
    static func block(_ label: String, _ bytes: [UInt8]) -> String {
        let text = Array(Base64.encode(bytes).utf8)
        var lines = "-----BEGIN \(label)-----\n"
        for start in stride(from: 0, to: text.count, by: 64) {
            lines += String(decoding: text[start..<min(start + 64, text.count)], as: UTF8.self)
            lines += "\n"
        }
        return lines + "-----END \(label)-----\n"
    }
}

import Encodings

/// The bytes of one component of a path: to Linux a name is no text.
struct FileName: Sendable, Equatable {
    /// The bytes, with the zero that ends them.
    let terminated: [CChar]
    /// The text to show.
    let shown: String

    init(_ text: String) {
        terminated = Array(text.utf8CString)
        shown = text
    }

    init(_ bytes: [UInt8]) {
        terminated = bytes.map { CChar(bitPattern: $0) } + [0]
        shown =
            String(validating: bytes, as: UTF8.self)
            ?? bytes.map { $0 < 0x80 ? String(Unicode.Scalar($0)) : "\\x\(Hex.encode([$0]))" }
            .joined()
    }
}

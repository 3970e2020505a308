import Glibc

/// Asks a person something at the terminal, where standard input and output may be files.
enum Question {
    /// Longest answer, in bytes: a label of PKCS #11 has no bound, and nobody types more.
    private static let byteCountMax = 1024

    /// What was typed, without the end of the line; nil when there is no terminal, nobody answers,
    /// or the answer is no text.
    static func ask(_ question: String) -> String? {
        let terminal = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
        guard terminal >= 0 else { return nil }
        defer { close(terminal) }
        let bytes = Array(question.utf8)
        // A question that cannot be shown is still answered blindly or not at all.
        _ = unsafe bytes.withUnsafeBytes { unsafe write(terminal, $0.baseAddress, $0.count) }
        var answer: [UInt8] = []
        var byte: UInt8 = 0
        while answer.count <= byteCountMax {
            let count = unsafe read(terminal, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1 else { return nil }
            if byte == UInt8(ascii: "\n") { return String(validating: answer, as: UTF8.self) }
            answer.append(byte)
        }
        return nil
    }
}

import CPlatform
import Encodings
import Glibc

/// The two streams. Answers go to standard output, talk goes to standard error.
enum Terminal {
    /// Writes a line of the answer.
    static func answer(_ line: String) {
        write(line + "\n", to: 1)
    }

    /// Writes a document of the answer, in the layout for people and programs alike.
    static func answer(_ document: JSON) {
        write(String(decoding: document.serialized(.indented), as: UTF8.self), to: 1)
    }

    /// Says something that is not the answer.
    static func say(_ line: String) {
        write("airseal: \(line)\n", to: 2)
    }

    /// Says what went wrong, and what would help.
    static func complain(_ sentence: Sentence) {
        say("error: \(sentence.text)")
        if let hint = sentence.hint { say("hint: \(hint)") }
    }

    /// Whether a person reads standard output.
    static var answersToPerson: Bool { isatty(1) == 1 }

    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count > 0 {
                bytes = bytes.dropFirst(count)
            } else if errno != EINTR {
                // Nobody reads any more, and there is no one left to tell.
                return
            }
        }
    }
}

import CPlatform
import Encodings
import Glibc
import Synchronization

/// The two streams. Answers go to standard output, talk goes to standard error.
enum Terminal {
    /// Writes a line of the answer.
    static func answer(_ line: String) {
        write(line + "\n", to: 1)
    }

    /// Writes a document of the answer, in the layout for people and programs alike.
    static func answer(_ document: JSON) {
        let text = String(decoding: document.serialized(.indented), as: UTF8.self)
        // Only strings hold such characters, and there the escape means the same.
        write(ForeignText.escapedInJSON(text), to: 1)
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
    /// Whether a person reads standard error.
    static var talksToPerson: Bool { isatty(2) == 1 }

    private static let showsProgress = Mutex(false)

    /// Shows how far the work is, in the place of what was shown of it before. Anything else that
    /// is said erases it.
    static func show(progress line: String) {
        showsProgress.withLock { shows in
            put("\r\u{1B}[K\(line)", to: 2)
            shows = true
        }
    }

    /// Erases what `show(progress:)` shows.
    static func eraseProgress() {
        showsProgress.withLock { shows in
            if shows { put("\r\u{1B}[K", to: 2) }
            shows = false
        }
    }

    private static func write(_ text: String, to descriptor: Int32) {
        eraseProgress()
        put(text, to: descriptor)
    }

    private static func put(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            guard count <= 0 else {
                bytes = bytes.dropFirst(count)
                continue
            }
            let reason = errno
            if reason == EINTR { continue }
            // A reader that has seen enough is no failure; an answer that was lost is one.
            if descriptor == 1, reason != EPIPE {
                say("error: the answer could not be written to standard output")
                exit(ExitStatus.undecided.rawValue)
            }
            return
        }
    }
}

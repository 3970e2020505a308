import Configuration
import Encodings
import Processes
import Receiving

extension ScannerSettingsError: Speakable {
    var sentence: Sentence {
        switch self {
        case .command:
            Sentence(
                "command must begin with the absolute path of a program",
                hint: "it is a list: the program, then each argument; no shell reads it")
        case .timeLimit(let text):
            Sentence(
                "\"\(ForeignText(text))\" is no time that a scan may take",
                hint: "timeLimit takes a number with s, m, h or d, a day at most: 10m")
        case .status(let number):
            Sentence("\(number) is no exit status, or stands twice in clean and found")
        case .noStatus: Sentence("clean and found must each name an exit status")
        }
    }
}

extension ProcessError: Speakable {
    var sentence: Sentence {
        switch self {
        case .unknownUser(let name):
            Sentence("this system has no user \(ForeignText(name)) for the scanner")
        case .notAnotherUser(let name):
            Sentence(
                "the scanner may not run as \(ForeignText(name))",
                hint:
                    "name a user in scanner.json that is neither root nor the one who runs airseal")
        case .mayNotBecome(let name, let errno):
            Sentence(
                "this process may not become the scanner's user \(ForeignText(name)): \(errno)",
                hint: "run airseal as root, or with the capabilities in docs/formats/scanner.md")
        case .notExecutable(let path, let errno):
            Sentence("the scanner \(ForeignText(path)) cannot be executed by its user: \(errno)")
        case .survived:
            Sentence(
                "something that the scanner has started goes on, whatever is done to it",
                hint: "end it, and find out what it is, before anything is received")
        case .system(let call, let errno):
            Sentence("the scanner could not be run: \(call): \(errno)")
        }
    }
}

extension ScanReport {
    /// What came of it, in a line, and what it said in the next ones.
    var lines: [String] {
        let shown = output.split(separator: "\n").prefix(Self.lineCountMax)
        let rest = output.split(separator: "\n").count - shown.count
        var lines = ["  scan: \(words)"]
        // Everything in it is printable ASCII already.
        lines += shown.map { "    \($0)" }
        if rest > 0 || isCut { lines.append("    …") }
        return lines
    }

    /// Lines that a person still reads.
    private static let lineCountMax = 20

    private var words: String {
        let end: String
        switch way {
        case .exited(let status): end = "exit status \(status)"
        case .signalled(let signal): end = "ended by signal \(signal)"
        case .timedOut: end = "its time was over"
        }
        switch verdict {
        case .clean: return "nothing found, \(end)"
        case .found: return "something found, \(end)"
        case .undecided: return "undecided, \(end)"
        }
    }
}

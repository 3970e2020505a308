public import Encodings
public import Processes

/// What the scanner said of one image.
public struct ScanReport: Sendable, Equatable {
    /// What its end means by the site's settings.
    public enum Verdict: String, Sendable {
        /// Nothing was found.
        case clean
        /// Something was.
        case found
        /// It did not say: another status, a signal, its time was over.
        case undecided
    }

    /// The verdict.
    public let verdict: Verdict
    /// How it ended.
    public let way: ProcessEnd.Way
    /// What it said first: printable ASCII and ends of lines, all other bytes as `\xNN`.
    public let output: String
    /// Whether it said more.
    public let isCut: Bool

    /// Characters that are kept, at most: an escape is four of them.
    private static let characterCountMax = 8192

    init(_ end: ProcessEnd, _ verdict: Verdict) {
        self.verdict = verdict
        way = end.way
        let text = Self.escaped(end.output)
        output = String(text.prefix(Self.characterCountMax))
        isCut = end.isCut || text.utf8.count > Self.characterCountMax
    }

    private static func escaped(_ bytes: [UInt8]) -> String {
        var text = ""
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\\"): text += "\\\\"
            case UInt8(ascii: "\n"), 0x20...0x7E: text.unicodeScalars.append(Unicode.Scalar(byte))
            default: text += "\\x" + Hex.encode([byte])
            }
        }
        return text
    }

    /// As it stands in answers; with `limit` no more than so many characters of what was said.
    public func json(limit: Int = .max) -> JSON {
        var status: JSON = .null
        var signal: JSON = .null
        var isTimedOut = false
        switch way {
        case .exited(let number): status = .integer(Int64(number))
        case .signalled(let number): signal = .integer(Int64(number))
        case .timedOut: isTimedOut = true
        }
        return [
            "verdict": .string(verdict.rawValue), "exitStatus": status, "signal": signal,
            "timedOut": .boolean(isTimedOut), "output": .string(String(output.prefix(limit))),
            "cut": .boolean(isCut || output.utf8.count > limit),
        ]
    }
}

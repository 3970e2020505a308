import Encodings
import Files
import TestSupport
import Testing

/// A page of docs/commands or docs/operating and the examples on it: fenced blocks of the kind `console`, in which a
/// line after `$ ` is typed and the lines up to the next are what it says. docs/hacking.md tells how
/// one is written.
struct CommandPage: Sendable, CustomTestStringConvertible {
    /// The verb: `key`.
    let name: String
    /// The examples, in their order.
    let examples: [DocumentedExample]
    /// Lines that look like an example and stand where nobody runs them.
    let strays: [String]

    /// The folder: `commands`.
    let folder: String

    var testDescription: String { "docs/\(folder)/\(name).md" }

    static let all = pages(of: "commands")
    static let guides = pages(of: "operating")

    /// Where the pages of a folder are.
    static func path(of folder: String) -> String { "\(Site.package)/docs/\(folder)" }

    /// Every page but the list of pages, by the names in the folder.
    private static func pages(of folder: String) -> [CommandPage] {
        do {
            return try FileSystem.real.folder(at: path(of: folder)).entries().map(\.name).sorted()
                .filter { $0.hasSuffix(".md") && $0 != "README.md" }
                .map { try CommandPage(String($0.dropLast(3)), in: folder) }
        } catch {
            Issue.record("the pages cannot be read: \(error)")
            return []
        }
    }

    init(_ name: String, in folder: String) throws {
        self.name = name
        self.folder = folder
        let bytes = try TestFiles.bytes("\(Self.path(of: folder))/\(name).md")
        var examples: [DocumentedExample] = []
        var strays: [String] = []
        var fence: Substring?
        for line in String(decoding: bytes, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        {
            if line.hasPrefix("```") {
                fence = fence == nil ? line.dropFirst(3) : nil
            } else if fence == "console" {
                if line.hasPrefix("$ ") {
                    examples.append(DocumentedExample(line: String(line.dropFirst(2))))
                } else if examples.isEmpty {
                    strays.append(String(line))
                } else {
                    examples[examples.count - 1].expect(String(line))
                }
            } else if line.drop(while: { $0 == " " }).hasPrefix("$ ")
                || fence != nil && line.contains("airseal ")
            {
                strays.append(String(line))
            }
        }
        self.examples = examples
        self.strays = strays
    }
}

/// What is typed, and what it says.
struct DocumentedExample: Sendable {
    /// The line of shell; a line after `> ` continues it.
    private(set) var line: String
    /// What is said on both streams. `…` stands for anything within a line, alone on a line for any
    /// number of lines.
    private(set) var output: [String] = []
    /// How it ends; other than 0 it is written `(exit status 1)` in the last line.
    private(set) var status: Int32 = 0

    init(line: String) {
        self.line = line
    }

    /// The same where another port is free.
    func reaching(port: Int) -> DocumentedExample {
        var example = self
        example.line = line.replacing(":5000", with: ":\(port)")
        return example
    }

    mutating func expect(_ text: String) {
        if output.isEmpty, text.hasPrefix("> ") {
            line += "\n" + text.dropFirst(2)
        } else if text.hasPrefix("(exit status "), let end = text.firstIndex(of: ")"),
            let number = Int32(text[..<end].dropFirst(13))
        {
            status = number
        } else {
            output.append(text)
        }
    }

    /// Whether `actual` is what the page promises.
    func promises(_ actual: [String]) -> Bool { Self.matches(output[...], actual[...]) }

    private static func matches(_ promised: ArraySlice<String>, _ actual: ArraySlice<String>)
        -> Bool
    {
        guard let first = promised.first else { return actual.isEmpty }
        if first == "…" {
            let rest = promised.dropFirst()
            return actual.indices.contains { matches(rest, actual[$0...]) }
                || matches(rest, actual[actual.endIndex...])
        }
        guard let line = actual.first, matches(first, line) else { return false }
        return matches(promised.dropFirst(), actual.dropFirst())
    }

    /// Whether `line` is the promised line, anything standing for each `…`.
    private static func matches(_ promised: String, _ line: String) -> Bool {
        let parts = promised.split(separator: "…", omittingEmptySubsequences: false)
        guard parts.count > 1, let first = parts.first, let last = parts.last else {
            return promised == line
        }
        guard line.hasPrefix(first) else { return false }
        var rest = line.dropFirst(first.count)
        for part in parts.dropFirst().dropLast() {
            guard let found = rest.firstRange(of: part) else { return false }
            rest = rest[found.upperBound...]
        }
        return rest.hasSuffix(last)
    }
}

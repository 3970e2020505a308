import Encodings
import TestSupport
import Testing

@Suite struct `Rules of the conformance list` {
    /// Every rule of sections 1 to 10, 13, 16 and 17 by its number. Sections without
    /// numbers have names: S is for section 6, G for the generic rules of section 16.
    static let numbers: [String] = {
        let ranges: [(String, ClosedRange<Int>)] = [
            ("M", 1...16), ("P", 1...7), ("U", 1...6), ("J", 1...16), ("C", 1...14), ("A", 1...4),
            ("X", 1...18), ("T", 1...28), ("R", 1...12), ("Y", 1...19), ("V", 1...9), ("F", 1...8),
            ("L", 1...10),
        ]
        let named = [
            "S-scheme", "S-store", "S-time", "S-expiry", "G-ASN1", "G-paths", "G-tags", "G-time",
            "G-signatures",
        ]
        return ranges.flatMap { letter, range in range.map { "\(letter)\($0)" } } + named
    }()

    @Test func `stand in rules.json, each once`() {
        #expect(RuleEntry.all.map(\.id).sorted() == Self.numbers.sorted())
    }

    @Test(arguments: RuleEntry.all) func `are covered both ways, or there is a reason`(
        _ entry: RuleEntry
    ) throws {
        let cases = OwnCase.all.filter { $0.example.rules.contains(entry.id) }
        let kept = cases.filter { $0.example.expected.verdict == "verified" }
        let broken = cases.filter { $0.example.expected.verdict != "verified" }
        switch entry.cover {
        case .cases:
            #expect(!kept.isEmpty, "no case keeps \(entry.id)")
            #expect(!broken.isEmpty, "no case breaks \(entry.id)")
        case .keptOnly:
            #expect(!kept.isEmpty, "no case keeps \(entry.id)")
            #expect(broken.isEmpty, "the reason for no refused case is no longer needed")
        case .tests(let files):
            #expect(!files.isEmpty)
            for file in files {
                let text = String(decoding: try TestFiles.bytes(in: file), as: UTF8.self)
                let names = text.split(separator: "`").filter { $0.contains(entry.id) }
                let isNamed = names.contains { name in
                    name.split { !($0.isLetter || $0.isNumber || $0 == "-") }
                        .contains { $0 == entry.id }
                }
                #expect(isNamed, "no test in \(file) names \(entry.id)")
            }
        case .nothing:
            #expect(broken.isEmpty, "the reason for no case is no longer needed")
        }
    }

    @Test func `have no cases beside them`() {
        let known = Set(Self.numbers)
        for example in OwnCase.all.map(\.example) {
            #expect(known.isSuperset(of: example.rules), "\(example.id)")
        }
    }
}

/// One entry of `rules.json`: where a rule is held.
struct RuleEntry: Sendable, CustomTestStringConvertible {
    enum Cover: Sendable {
        /// By our vectors, both ways.
        case cases
        /// By our vectors, which can only keep it.
        case keptOnly
        /// By tests elsewhere that name it: most are about signing.
        case tests([String])
        /// By nothing, for a reason.
        case nothing
    }

    let id: String
    let cover: Cover
    var testDescription: String { id }

    static let all: [RuleEntry] = {
        do {
            return try VectorFolder.own.json("rules.json").array().map { try RuleEntry($0) }
        } catch {
            preconditionFailure("rules.json cannot be read: \(error)")
        }
    }()

    private init(_ place: JSONPlace) throws {
        try place.onlyMembers(["id", "refused", "tests", "without"])
        id = try place.member("id").string()
        if let tests = try place.optional("tests") {
            cover = .tests(try tests.array().map { try $0.string() })
        } else if try place.text("refused") != nil {
            cover = .keptOnly
        } else {
            cover = try place.text("without") == nil ? .cases : .nothing
        }
    }
}

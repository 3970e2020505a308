import Audit
import Encodings
import Files
import State
import SystemPackage
import TestTokens
import Testing

import class TestSupport.FaultyFiles

@Suite struct `The journal of operations` {
    let path = TemporaryFolder.make()

    func journal(_ fileSystem: FileSystem = .real) throws -> Journal {
        try StateFolder(at: path, in: fileSystem).journal()
    }

    func intent(_ number: UInt8) -> Intent {
        Intent(
            operation: OperationID(from: Randomness { [UInt8](repeating: number, count: $0) }),
            kind: "sign", body: ["layout": "here", "number": .integer(Int64(number))])
    }

    func journalFolder() throws -> Folder { try FileSystem.real.folder(at: "\(path)/journal") }

    @Test(arguments: ["x.json", "1-ab.json", "0-\(String(repeating: "a", count: 32)).json"])
    func `is damaged when it holds a file that is no intent`(_ name: String) throws {
        let journal = try journal()
        try journalFolder().replace(name, with: [])
        #expect(throws: StateError.damaged(path: "\(path)/journal/\(name)")) {
            try journal.pending()
        }
    }

    @Test(arguments: [
        "{}", "nonsense", #"{"version":1,"operation":"OP","kind":"sign","body":{},"more":1}"#,
        #"{"version":1,"operation":"00","kind":"sign","body":{}}"#,
        #"{"version":1,"operation":"OP","kind":"sign","body":[]}"#,
    ]) func `is damaged when an intent is not of its form`(_ text: String) throws {
        let journal = try journal()
        let operation = String(repeating: "a", count: 32)
        let name = "1-\(operation).json"
        let spoilt = text.split(separator: "OP", omittingEmptySubsequences: false)
            .joined(separator: operation)
        try journalFolder().replace(name, with: Array(spoilt.utf8))
        #expect(throws: StateError.damaged(path: "\(path)/journal/\(name)")) {
            try journal.pending()
        }
    }

    @Test func `refuses an intent of a later version by its number`() throws {
        let journal = try journal()
        let name = "1-\(String(repeating: "a", count: 32)).json"
        try journalFolder().replace(name, with: Array(#"{"version":2}"#.utf8))
        #expect(throws: StateError.unknownVersion(path: "\(path)/journal/\(name)", 2)) {
            try journal.pending()
        }
    }

    @Test func `gives the intents of dead runs in their order, and of living ones none`() throws {
        let journal = try journal()
        do {
            let held = try (1...12).map { try journal.begin(intent($0)) }
            #expect(try journal.pending().isEmpty)
            withExtendedLifetime(held) {}
        }
        let left = try journal.pending()
        #expect(left.map(\.intent) == (1...12).map { intent($0) })
        // Taken up by one run, they are nobody else's.
        #expect(try journal.pending().isEmpty)
        for open in left { try journal.finish(open) }
        for open in left { try journal.finish(open) }
        #expect(try journalFolder().entries().isEmpty)
    }

    @Test func `holds an intent or does not, whichever operation fails`() throws {
        for number in 1... {
            try FileSystem.real.folder(at: path).removeTree("journal")
            _ = try journal()
            let faulty = FaultyFiles(at: number, by: .fail(.ioError))
            do {
                let journal = try journal(faulty.files)
                let open = try journal.begin(intent(1))
                try journal.finish(open)
            } catch StateError.file {}
            let pending = try journal().pending().map(\.intent)
            #expect(pending.isEmpty || pending == [intent(1)], "operation \(number)")
            guard faulty.hasStruck else {
                #expect(number > 5)
                return
            }
        }
    }
}

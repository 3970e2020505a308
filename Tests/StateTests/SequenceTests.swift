import Encodings
import Files
import State
import SystemPackage
import TestTokens
import Testing

import class TestSupport.FaultyFiles

private func digest(_ byte: UInt8) -> Digest {
    Digest(.sha256, bytes: [UInt8](repeating: byte, count: 32))
}

@Suite struct `Sequences to a destination` {
    let path = TemporaryFolder.make()
    let site: SiteName
    let parts: [(name: String, bytes: [UInt8])] = [("inventory", [1, 2]), ("manifest", [3])]

    init() throws {
        site = try SiteName("high")
    }

    func store(_ fileSystem: FileSystem = .real, seed: UInt8 = 7) throws -> SendingStore {
        try StateFolder(at: path, in: fileSystem).sending(
            to: site, Randomness { [UInt8](repeating: seed, count: $0) })
    }

    func bind(_ store: SendingStore, _ sequence: Int64, inventory: UInt8 = 1) throws
        -> SendingState.Pending
    {
        try store.bind(
            sequence: sequence, inventory: digest(inventory), bundle: digest(inventory + 1),
            parts: parts)
    }

    @Test func `never bind one number to two inventories`() throws {
        let store = try store()
        let pending = try bind(store, 1)
        #expect(throws: StateError.exportPending(site, sequence: 1)) {
            try bind(store, 1, inventory: 9)
        }
        #expect(throws: StateError.exportPending(site, sequence: 1)) { try bind(store, 2) }
        #expect(try bind(store, 1) == pending)
        #expect(try store.state().pending == pending)
    }

    @Test func `refuse a number out of turn, a void of nothing and a receipt from nowhere`() throws
    {
        let store = try store()
        for wrong in [0, 2, -1] as [Int64] {
            #expect(throws: StateError.wrongSequence(site, expected: 1, actual: wrong)) {
                try bind(store, wrong)
            }
        }
        #expect(throws: StateError.noExportPending(site)) { try store.void(reason: "lost") }
        #expect(throws: StateError.wrongSequence(site, expected: 0, actual: 1)) {
            try store.acknowledge(1)
        }
    }

    @Test(arguments: ["", ".", "..", ".hidden", "a/b", "a\0"])
    func `refuse a part whose name is no file name`(_ name: String) throws {
        let store = try store()
        #expect(throws: StateError.badPartName(name)) {
            try store.bind(
                sequence: 1, inventory: digest(1), bundle: digest(2), parts: [(name, [])])
        }
    }

    @Test func `refuse stored parts that have changed`() throws {
        let store = try store()
        let pending = try bind(store, 1)
        let folder = try FileSystem.real.folder(at: "\(path)/sending/high/pending-1")
        try folder.replace("manifest", with: [4])
        #expect(throws: StateError.partsDamaged(site, sequence: 1)) {
            try store.parts(of: pending)
        }
    }

    @Test func `count on, with what was finished and what was void`() throws {
        let store = try store()
        let first = try bind(store, 1)
        #expect(try store.parts(of: first).map(\.bytes) == parts.map(\.bytes))
        try store.finish(first)
        try store.finish(first)
        _ = try bind(store, 2, inventory: 3)
        try store.void(reason: "the disc broke")
        try store.acknowledge(1)
        // A later run finds the same stream, whatever its randomness gives.
        let state = try self.store(seed: 8).state()
        #expect(state.stream.text == String(repeating: "07", count: 16))
        #expect(state.next == 3 && state.previous == digest(2) && state.pending == nil)
        #expect(state.voids.map(\.sequence) == [2] && state.acknowledged == 1)
        let folder = try FileSystem.real.folder(at: "\(path)/sending/high")
        #expect(try folder.entries().map(\.name) == ["state.json"])
    }

    @Test func `are as before or after, whichever operation fails`() throws {
        for number in 1... {
            try FileSystem.real.folder(at: path).removeTree("sending")
            let before = try store().state()
            let faulty = FaultyFiles(at: number, by: .fail(.ioError))
            do {
                let store = try store(faulty.files)
                try store.finish(bind(store, 1))
            } catch StateError.file {}
            let store = try store()
            let state = try store.state()
            if let pending = state.pending {
                #expect(try store.parts(of: pending).map(\.bytes) == parts.map(\.bytes))
                try store.finish(pending)
            } else if state == before {
                try store.finish(bind(store, 1))
            }
            let after = try store.state()
            #expect(after.next == 2 && after.previous == digest(2), "operation \(number)")
            guard faulty.hasStruck else {
                #expect(number > 9)
                return
            }
        }
    }
}

@Suite struct `Sequences from an origin` {
    let path = TemporaryFolder.make()
    let site: SiteName
    let stream: StreamID
    let other: StreamID

    init() throws {
        site = try SiteName("low")
        stream = try #require(StreamID(String(repeating: "a", count: 32)))
        other = try #require(StreamID(String(repeating: "b", count: 32)))
    }

    func store() throws -> ReceivingStore {
        try StateFolder(at: path, in: .real).receiving(from: site)
    }

    @Test func `are an error where they are missing, never zero`() throws {
        #expect(throws: StateError.missing(site)) { try store().state() }
        #expect(throws: StateError.missing(site)) {
            try store().advance(stream: stream, sequence: 1, bundle: digest(1))
        }
        #expect(throws: StateError.missing(site)) {
            try store().advance(
                stream: stream, sequence: 1, bundle: digest(1), leaving: other)
        }
    }

    @Test func `are fixed to a stream and only grow`() throws {
        let store = try store()
        try store.enrol()
        try store.advance(stream: stream, sequence: 2, bundle: digest(2))
        try store.advance(stream: stream, sequence: 2, bundle: digest(2))
        #expect(throws: StateError.foreignStream(site, expected: stream, actual: other)) {
            try store.advance(stream: other, sequence: 3, bundle: digest(3))
        }
        for (sequence, byte) in [(1, 1), (2, 9)] as [(Int64, UInt8)] {
            #expect(throws: StateError.wrongSequence(site, expected: 3, actual: sequence)) {
                try store.advance(stream: stream, sequence: sequence, bundle: digest(byte))
            }
        }
        // A second enrolment keeps them.
        try store.enrol()
        #expect(try store.state().sequence == 2)
        try store.advance(stream: other, sequence: 1, bundle: digest(4), leaving: stream)
        #expect(try store.state().stream == other && store.state().sequence == 1)
        // Back again is not back to the beginning.
        #expect(throws: StateError.wrongSequence(site, expected: 3, actual: 1)) {
            try store.advance(stream: stream, sequence: 1, bundle: digest(1), leaving: other)
        }
        try store.advance(stream: stream, sequence: 3, bundle: digest(3), leaving: other)
        #expect(try store.state().sequence == 3)
        #expect(try store.state().former.map(\.stream) == [other])
    }

    @Test(arguments: [
        "", "{}", #"{"version":1,"origin":"low","stream":null,"sequence":0}"#,
        #"{"version":1,"origin":"low","stream":null,"sequence":0,"bundle":null,"more":0}"#,
        #"{"version":1,"origin":"other","stream":null,"sequence":0,"bundle":null}"#,
        #"{"version":1,"origin":"low","stream":null,"sequence":1,"bundle":null}"#,
        #"{"version":1,"origin":"low","stream":null,"sequence":-1,"bundle":null}"#,
        #"{"version":1,"origin":"low","stream":"a","sequence":0,"bundle":null}"#,
    ]) func `are damaged when not of their form`(_ text: String) throws {
        let store = try store()
        try store.enrol()
        let folder = try FileSystem.real.folder(at: "\(path)/receiving/low")
        try folder.replace("state.json", with: Array(text.utf8))
        #expect(throws: StateError.damaged(path: "\(path)/receiving/low/state.json")) {
            try store.state()
        }
        #expect(throws: StateError.damaged(path: "\(path)/receiving/low/state.json")) {
            try store.enrol()
        }
    }
}

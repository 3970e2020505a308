import Audit
import Encodings
import Files
import OCI
import OCILayout
import State
import SystemPackage
import TestTokens
import Testing

import class TestSupport.FaultyFiles

/// A layout with one image, a state, and a change that lists a referrer, names a copy of the image
/// and moves a mark.
private struct Scene {
    let root = TemporaryFolder.make()
    let origin: SiteName
    let change: LayoutChange
    let image: Descriptor
    let referrer: Descriptor

    init() throws {
        origin = try SiteName("low")
        let writer = try LayoutWriter(try Layout.create(at: "\(root)/layout"))
        let config = try writer.add(
            Array(#"{"architecture":"amd64","os":"linux"}"#.utf8), mediaType: MediaType.imageConfig)
        let manifest = ImageManifest(config: config, layers: [])
        image = try writer.add(manifest.serialized(), mediaType: MediaType.imageManifest)
        let about = ImageManifest(
            config: config, layers: [], artifactType: "application/vnd.test", subject: image)
        referrer = try writer.add(about.serialized(), mediaType: MediaType.imageManifest)
        var named = image
        named.referenceName = "v1"
        try StateFolder(at: "\(root)/state", in: .real).receiving(from: origin).enrol()
        let id = OperationID(from: .system)
        change = LayoutChange(
            layoutPath: "\(root)/layout", entries: [named],
            referrers: [.init(descriptor: referrer, subject: image)],
            events: [
                AuditEvent(
                    operation: id, kind: "receive", time: Timestamp(seconds: 1000),
                    userName: "tester", userID: 1, details: ["bundle": "x"])
            ],
            mark: .init(
                origin: origin, stream: try #require(StreamID(Hex.encode([UInt8](1...16)))),
                sequence: 1, bundle: image.digest))
    }

    func commit(_ files: FileSystem) throws {
        let writer = try LayoutWriter(try Layout(at: "\(root)/layout", in: files))
        let state = try StateFolder(at: "\(root)/state", in: files)
        try change.commit(by: writer, in: state, as: OperationID(from: .system))
    }

    func recover() throws -> [LayoutChange.Recovery] {
        try LayoutChange.recover(in: StateFolder(at: "\(root)/state", in: .real), .real)
    }

    /// Nil for the old state, true for the new one; anything between is an issue.
    func isNew() throws -> Bool {
        let layout = try Layout(at: "\(root)/layout")
        let state = try StateFolder(at: "\(root)/state", in: .real)
        let isNamed = !layout.index.entries(named: "v1").isEmpty
        let graph = try LayoutGraph(layout)
        let isListed = graph.referrers(of: image)
            .contains { $0.descriptor.digest == referrer.digest }
        let isMarked = try state.receiving(from: origin).state().sequence == 1
        var kinds: [String] = []
        _ = try state.audit.verify { kinds.append($0.event.kind) }
        #expect(isNamed == isListed)
        #expect(isNamed == isMarked)
        if isNamed {
            #expect(kinds.contains("receive"))
        } else {
            #expect(kinds.isEmpty || kinds.last == "withdrawn")
        }
        #expect(try LayoutCheck(layout).isWhole)
        return isNamed
    }
}

@Suite struct `Changes of layout and record` {
    @Test func `become visible whole`() throws {
        let scene = try Scene()
        #expect(try !scene.isNew())
        try scene.commit(.real)
        #expect(try scene.isNew())
        #expect(try scene.recover() == [])
    }

    @Test func `refuse a taken name before the first trace`() throws {
        let scene = try Scene()
        let writer = try LayoutWriter(try Layout(at: "\(scene.root)/layout"))
        var other = scene.referrer
        other.referenceName = "v1"
        var index = writer.layout.index
        _ = index.add(other)
        try writer.replaceIndex(with: index)
        let conflict = NameConflict(
            name: "v1", present: scene.referrer.digest, new: scene.image.digest)
        let state = try StateFolder(at: "\(scene.root)/state", in: .real)
        #expect(throws: LayoutChangeError.nameTaken(conflict)) {
            try scene.change.commit(by: writer, in: state, as: OperationID(from: .system))
        }
        #expect(try state.journal().pending().isEmpty)
        let nothing = AuditVerdict.intact(recordCount: 0, head: nil, unfinishedByteCount: 0)
        #expect(try state.audit.verify() == nothing)
    }

    /// The n-th operation fails, alone or with every one after it, as a pulled medium does.
    @Test(arguments: 1...40, FaultyFiles.Duration.allCases)
    func `are old or new whichever operation fails`(
        _ n: Int, _ duration: FaultyFiles.Duration
    ) throws {
        let scene = try Scene()
        let faulty = FaultyFiles(at: n, for: duration, by: .fail(.ioError))
        let isDone = (try? scene.commit(faulty.files)) != nil
        _ = try scene.recover()
        #expect(try scene.isNew() || !isDone)
        // Nothing is left to do, and doing it again changes nothing.
        #expect(try scene.recover() == [])
        if try !scene.isNew() { try scene.commit(.real) }
        #expect(try scene.isNew())
    }

    @Test func `count as unfinished while another run is completing them`() throws {
        let scene = try Scene()
        let files = FileSystem { operation in
            if case .remove = operation { return .fail(.ioError) }
            return nil
        }
        #expect(throws: (any Error).self) { try scene.commit(files) }
        let state = try StateFolder(at: "\(scene.root)/state", in: .real)
        // Held, as by a run that waits for the layout: its mark does not stand yet.
        let held = try state.journal().pending()
        #expect(held.count == 1)
        #expect(try LayoutChange.unfinished(in: state).map(\.mark) == [scene.change.mark])
        withExtendedLifetime(held) {}
    }

    @Test func `are completed after the run died at its last step`() throws {
        let scene = try Scene()
        let files = FileSystem { operation in
            if case .remove = operation { return .fail(.ioError) }
            return nil
        }
        #expect(throws: (any Error).self) { try scene.commit(files) }
        #expect(try scene.recover() == [.completed(layoutPath: "\(scene.root)/layout")])
        #expect(try scene.isNew())
    }

    @Test func `wait for a layout that is not there now`() throws {
        let scene = try Scene()
        let files = FileSystem { operation in
            if case .remove = operation { return .fail(.ioError) }
            return nil
        }
        #expect(throws: (any Error).self) { try scene.commit(files) }
        let root = try FileSystem.real.folder(at: scene.root)
        try root.rename("layout", to: "away")
        #expect(try scene.recover() == [.waiting(layoutPath: "\(scene.root)/layout")])
        try root.rename("away", to: "layout")
        #expect(try scene.recover() == [.completed(layoutPath: "\(scene.root)/layout")])
    }
}

@Suite struct `Changes that somebody overtook` {
    @Test func `are withdrawn when their name was given away`() throws {
        let scene = try Scene()
        let files = FileSystem { operation in
            if case .rename(_, let name) = operation, name.hasSuffix("/\(LayoutIndex.name)") {
                return .fail(.ioError)
            }
            // The withdrawal fails too, as in a run that is killed.
            if case .remove = operation { return .fail(.ioError) }
            return nil
        }
        #expect(throws: (any Error).self) { try scene.commit(files) }
        do {
            let writer = try LayoutWriter(try Layout(at: "\(scene.root)/layout"))
            var other = scene.referrer
            other.referenceName = "v1"
            var index = writer.layout.index
            _ = index.add(other)
            try writer.replaceIndex(with: index)
        }
        #expect(try scene.recover() == [.withdrawn(layoutPath: "\(scene.root)/layout")])
        let state = try StateFolder(at: "\(scene.root)/state", in: .real)
        #expect(try state.receiving(from: scene.origin).state().sequence == 0)
        #expect(try state.journal().pending().isEmpty)
    }
}

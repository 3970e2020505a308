import Encodings
import Files
import OCI
import OCILayout
import Receiving
import Sending
import State
import SystemPackage
import TestSupport
import Testing

@Suite struct `When the file system fails across the gap` {
    struct Way: Sendable, CustomTestStringConvertible {
        let target: String
        let duration: FaultyFiles.Duration
        var testDescription: String { "\(target), \(duration)" }
    }

    static let ways = [
        Way(target: "media/b.tar", duration: .forGood), Way(target: "media/b", duration: .once),
    ]

    /// The digest of the bundle in the folder or tar, by what a receiver says of it.
    func bundle(_ target: String, in gap: Gap) throws -> Digest? {
        guard FileSystem.real.kind(at: gap.box.path(target)) != nil else { return nil }
        return try gap.receive(target, into: "probe-layout").report.bundle.bundle
    }

    @Test(arguments: ways) func `an export is there or not, and can be finished`(_ way: Way) throws
    {
        for place in 1... {
            let gap = try Gap()
            try gap.addImage("registry.test/app:v1")
            let failing = FaultyFiles(at: place, for: way.duration)
            var isDone = false
            do {
                isDone = try gap.export(way.target, on: failing.files).report.sequence == 1
            } catch is SendingError {
            } catch is StateError {}
            let isThere = FileSystem.real.kind(at: gap.box.path(way.target)) != nil
            #expect(isThere || !isDone, "operation \(place)")
            let store = try StateFolder(at: gap.box.path("low-state"), in: .real)
                .sending(to: gap.destination, .system)
            // What the number is bound to, if it is bound to anything.
            let pending = try store.state().pending
            #expect(!isThere || isDone || pending != nil, "operation \(place)")
            if isDone {
                #expect(throws: SendingError.targetExists(path: gap.box.path(way.target))) {
                    try gap.export(way.target)
                }
            } else {
                let report = try gap.export(way.target).report
                #expect(report.sequence == 1, "operation \(place)")
                #expect(pending.map { $0.bundle == report.bundle } ?? true, "operation \(place)")
            }
            let after = try store.state()
            #expect(after.next == 2 && after.pending == nil, "operation \(place)")
            #expect(try bundle(way.target, in: gap) == after.previous, "operation \(place)")
            let names = try gap.box.folder("media").entries().map(\.name)
            #expect(["media/\(names.joined(separator: "|"))"] == [way.target])
            #expect(try gap.kinds("low") == ["export"], "operation \(place)")
            if !failing.hasStruck {
                #expect(place > 20)
                return
            }
        }
    }

    @Test(arguments: ways) func `a reception leaves the old layout or the new`(_ way: Way) throws {
        for place in 1... {
            let gap = try Gap()
            let image = try gap.addImage("registry.test/app:v1")
            _ = try gap.export(way.target).report
            let failing = FaultyFiles(at: place, for: way.duration)
            do {
                _ = try gap.receive(way.target, on: failing.files).report
            } catch is ReceivingError {
            } catch is StateError {}
            if let layout = try? gap.highLayout() {
                #expect(try LayoutCheck(layout).isWhole, "operation \(place)")
            }
            // Either the first run has released it, or its successor does.
            let second = try gap.receive(way.target)
            #expect(second.code == nil || second.code == "repeat", "operation \(place)")
            // The next writer sweeps what could not be removed.
            let layout = try LayoutWriter(gap.highLayout()).layout
            let check = try LayoutCheck(layout)
            #expect(check.isWhole && check.notes == [], "operation \(place): \(check.notes)")
            #expect(layout.index.entries(named: "registry.test/app:v1")[0].digest == image.digest)
            #expect(try gap.mark().sequence == 1, "operation \(place)")
            #expect(try gap.kinds("high").contains("receive"), "operation \(place)")
            if !failing.hasStruck {
                #expect(place > 20)
                return
            }
        }
    }
}

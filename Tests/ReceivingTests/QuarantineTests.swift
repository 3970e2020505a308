import Audit
import BundleFormat
import Encodings
import Files
import OCI
import OCILayout
import Receiving
import Sending
import State
import TestSupport
import Testing
import X509

@Suite struct `Bundles that wait` {
    /// Two bundles on their media, the first of which waits.
    static func gap() throws -> Gap {
        let gap = try Gap()
        try gap.addImage("registry.test/app:v1")
        _ = try gap.export("media/1").report
        try gap.addImage("registry.test/app:v2", layer: [4, 4])
        _ = try gap.export("media/2.tar").report
        try gap.hold("media/1")
        return gap
    }

    static func held(_ gap: Gap) throws -> [Int64] {
        try StateFolder(at: gap.box.path("high-state"), in: .real).heldBundles().map(\.sequence)
    }

    /// Where the first bundle's folder is.
    static func folder(_ gap: Gap) throws -> String {
        let all = "high-layout/\(LayoutQuarantine.folderName)"
        let name = try #require(try gap.box.folder(all).entries().first?.name)
        return "\(all)/\(name)"
    }

    // MARK: Refusals

    @Test func `are seen by nobody, and swept by nobody`() throws {
        let gap = try Self.gap()
        let layout = try LayoutWriter(gap.highLayout()).layout
        #expect(layout.index.entries.isEmpty)
        #expect(try layout.blobs().isEmpty)
        #expect(try LayoutCheck(layout).notes == [])
        #expect(try gap.mark().sequence == 0)
        #expect(try Self.held(gap) == [1])
        #expect(try gap.kinds("high") == ["hold"])
        #expect(try LayoutPruning(of: layout, .init()).blobs.isEmpty)
    }

    @Test func `let no other of their origin pass`() throws {
        let gap = try Self.gap()
        #expect(try gap.receive("media/2.tar").code == "held")
        #expect(
            try gap.receive("media/2.tar") {
                $0.purpose = .reject
                $0.reason = "no"
            }.code == "held")
        #expect(try gap.receive("media/1").code == "repeat")
        #expect(try gap.receive("media/1") { $0.purpose = .hold }.code == "repeat")
        #expect(try gap.mark().sequence == 0)
        try gap.hold("media/2.tar")
        #expect(try gap.receive("media/1").code == "rollback")
        #expect(try Self.held(gap) == [1, 2])
    }

    @Test func `leave in the order in which they came`() throws {
        let gap = try Self.gap()
        try gap.hold("media/2.tar")
        #expect(throws: ReceivingError.self) { try gap.release(.number(gap.origin, 2)) }
        #expect(throws: ReceivingError.self) {
            try gap.release(.number(gap.origin, 2)) {
                $0.isRejection = true
                $0.reason = "no"
            }
        }
        _ = try gap.release(.number(gap.origin, 1)).report
        #expect(try gap.mark().sequence == 1)
        _ = try gap.release().report
        #expect(try gap.mark().sequence == 2)
        #expect(throws: ReceivingError.self) { try gap.release() }
        let layout = try gap.highLayout()
        #expect(try LayoutCheck(layout).notes == [])
        #expect(layout.index.entries(named: "registry.test/app:v2").count == 1)
        #expect(try layout.folder.kind(of: LayoutQuarantine.folderName) == nil)
        #expect(try gap.kinds("high") == ["hold", "hold", "release", "release"])
    }

    /// One thing that has changed since a bundle came, and the word with which it is refused now.
    struct Change: Sendable, CustomTestStringConvertible {
        let code: String
        let what: String
        var seconds: Int64 = 0
        let change: @Sendable (Gap) throws -> Void
        var testDescription: String { "\(code): \(what)" }
    }

    static let changes = [
        Change(code: "unknown-origin", what: "its origin was suspended") {
            try $0.setHome(isSuspended: true)
        },
        Change(code: "bundle-signature", what: "its origin has another anchor now") { gap in
            try gap.setHome(anchor: TestCertificate("somebody").certificate)
        },
        Change(code: "repository-not-allowed", what: "its origin may not speak for it now") {
            try $0.setHome(repositories: ["registry.test/other"])
        },
        Change(code: "image", what: "its signer is not trusted any more") { gap in
            let other = try TestCertificate("other").certificate.der
            try gap.box.write(other, to: "home/truststore/x509/ca/main/root.crt")
        },
        Change(code: "late", what: "its time is over", seconds: 31 * 86_400) { _ in },
        Change(code: "name-taken", what: "its name was given away") { gap in
            let writer = try LayoutWriter(gap.highLayout())
            let config = try writer.add([0x7B, 0x7D], mediaType: MediaType.imageConfig)
            var image = try writer.add(
                ImageManifest(config: config, layers: []).serialized(),
                mediaType: MediaType.imageManifest)
            image.referenceName = "registry.test/app:v1"
            var index = writer.layout.index
            index.append(image)
            try writer.replaceIndex(with: index)
        },
        Change(code: "content", what: "a flipped bit in a layer") { gap in
            try gap.box.write([1, 2, 2], to: "\(folder(gap))/\(gap.layerPath)")
        },
        Change(code: "content", what: "a layer that is missing") { gap in
            try gap.box.remove("\(folder(gap))/\(gap.layerPath)")
        },
        Change(code: "content", what: "a longer layer") { gap in
            try gap.box.write([1, 2, 3, 4], to: "\(folder(gap))/\(gap.layerPath)")
        },
        Change(code: "not-a-bundle", what: "no index any more") { gap in
            try gap.box.remove("\(folder(gap))/index.json")
        },
    ]

    @Test(arguments: changes) func `are judged again when they leave`(_ change: Change) throws {
        let gap = try Self.gap()
        try change.change(gap)
        let before = try gap.picture()
        let time = Gap.now.adding(seconds: change.seconds)
        let rehearsed = try gap.release(at: time) { $0.isRehearsal = true }
        #expect(rehearsed.code == change.code, "\(rehearsed)")
        let outcome = try gap.release(at: time)
        #expect(outcome.code == change.code, "\(outcome)")
        #expect(try gap.picture() == before)
        #expect(try Self.held(gap) == [1])
        #expect(try gap.kinds("high") == ["hold", "release-refused"])
        // Whatever it is, its number can be closed.
        let rejected = try gap.release {
            $0.isRejection = true
            $0.reason = "no"
        }
        #expect(rejected.isRejected)
        #expect(try gap.mark().sequence == 1)
        #expect(try Self.held(gap) == [])
    }

    @Test func `are no fault of their own where somebody took them away`() throws {
        let gap = try Self.gap()
        try gap.box.remove("high-layout/\(LayoutQuarantine.folderName)")
        #expect(throws: ReceivingError.self) { try gap.release() }
        #expect(
            try gap.release {
                $0.isRejection = true
                $0.reason = "it is gone"
            }.isRejected)
        #expect(try gap.receive("media/2.tar").report.bundle.sequence == 2)
    }

    @Test func `are released late only by their own override`() throws {
        let gap = try Self.gap()
        let late = Gap.now.adding(seconds: 31 * 86_400)
        #expect(throws: ReceivingError.unneeded([.late])) {
            try gap.release {
                $0.acceptsLate = true
                $0.reason = "why not"
            }
        }
        let report = try gap.release(at: late) {
            $0.acceptsLate = true
            $0.reason = "still wanted"
        }.report
        #expect(report.lifted == [.late])
    }

    // MARK: Acceptances

    @Test func `need no medium, and no second copy`() throws {
        let gap = try Self.gap()
        try gap.box.remove("media/1")
        let before = try gap.highSide()
        let rehearsed = try gap.release { $0.isRehearsal = true }.report
        #expect(rehearsed.roots.count == 1)
        #expect(try gap.highSide() == before)
        let report = try gap.release().report
        #expect(report.bundle.sequence == 1)
        let check = try LayoutCheck(gap.highLayout())
        #expect(check.isWhole && check.notes == [], "\(check.notes)")
        #expect(try gap.receive("media/2.tar").report.bundle.sequence == 2)
    }

    @Test func `are released in part, and the rest stays with its reasons`() throws {
        let gap = try Gap()
        try gap.addImage("registry.test/app:v1")
        try gap.addImage("registry.test/other:v1", layer: [9])
        _ = try gap.export("media/1").report
        try gap.hold("media/1")
        let policy = String(decoding: try gap.box.read("home/trustpolicy.oci.json"), as: UTF8.self)
        try gap.box.write(
            Array(
                policy.split(separator: "\"*\"", maxSplits: 1)
                    .joined(separator: "\"registry.test/app\"").utf8),
            to: "home/trustpolicy.oci.json")
        guard case .undecided(.images, _) = try gap.release() else {
            Issue.record("decided")
            return
        }
        let report = try gap.release { $0.isPartial = true }.report
        #expect(report.roots.map(\.isWithheld) == [false, true])
        let layout = try gap.highLayout()
        #expect(layout.index.entries.compactMap(\.referenceName).contains("registry.test/app:v1"))
        #expect(
            !layout.index.entries.compactMap(\.referenceName).contains("registry.test/other:v1"))
        let check = try LayoutCheck(layout)
        #expect(check.isWhole && check.notes == [], "\(check.notes)")
        let waiting = try WaitingBundles(in: layout)
        #expect(waiting.waitingCount == 0)
        let note = try #require(waiting.closed.first?.note)
        #expect(note.outcome == .partial && note.images.map(\.name) == ["registry.test/other:v1"])
        #expect(note.images.map(\.verdict) == ["undecided"])
        #expect(try gap.mark().sequence == 1)
    }

    @Test func `of which no image passes are not released in part`() throws {
        let gap = try Self.gap()
        let other = try TestCertificate("other").certificate.der
        try gap.box.write(other, to: "home/truststore/x509/ca/main/root.crt")
        #expect(try gap.release { $0.isPartial = true }.code == "image")
        #expect(try Self.held(gap) == [1])
    }

    @Test func `keep what they need from being pruned`() throws {
        let gap = try Self.gap()
        // A release that was killed may have moved a blob already.
        let layer = try gap.layer
        _ = try LayoutWriter(gap.highLayout()).add([1, 2, 3], mediaType: MediaType.layer)
        let layout = try gap.highLayout()
        try gap.box.remove("\(Self.folder(gap))/\(gap.layerPath)")
        var options = LayoutPruning.Options()
        options.kept = try WaitingBundles(in: layout).needed
        #expect(try LayoutPruning(of: layout, options).blobs == [])
        #expect(try LayoutPruning(of: layout, .init()).blobs.map(\.digest) == [layer.digest])
        _ = try gap.release().report
        #expect(try LayoutCheck(gap.highLayout()).isWhole)
    }

    @Test func `follow their layout when it is moved`() throws {
        let gap = try Self.gap()
        let files = FileSystem.real
        try files.folder(at: gap.box.root).rename("high-layout", to: "elsewhere")
        let held = try HeldRelease.held(
            at: gap.box.path("elsewhere"),
            in: StateFolder(at: gap.box.path("high-state"), in: files), on: files)
        #expect(held.map(\.sequence) == [1])
    }
}

@Suite struct `Bundles that are turned away` {
    @Test func `must be signed and next, and nothing else`() throws {
        let gap = try Gap()
        try gap.addImage("registry.test/app:v1", isSigned: false)
        _ = try gap.export("media/1").report
        try gap.setHome(repositories: ["elsewhere.test"])
        try gap.box.remove("media/1/\(gap.layerPath)")
        let late = Gap.now.adding(seconds: 31 * 86_400)
        let outcome = try gap.receive("media/1", at: late) {
            $0.purpose = .reject
            $0.reason = "no"
        }
        #expect(outcome.isRejected)
        #expect(try gap.mark().sequence == 1)
        #expect(try gap.kinds("high") == ["reject"])
        let closed = try WaitingBundles(in: gap.highLayout()).closed
        #expect(closed.map(\.note?.reason) == ["no"])
        #expect(try gap.highLayout().index.entries.isEmpty)
        #expect(try gap.receive("media/1").code == "repeat")
    }

    static let places: [Spoilt] =
        `Bundles that are refused`.places.filter { !["late", "name-taken"].contains($0.code) }
        + `Bundles that are refused`.origins.filter {
            ["unknown-origin", "bundle-signature"].contains($0.code)
        }

    @Test(arguments: places) func `are refused where they are not next, or not signed`(
        _ spoilt: Spoilt
    ) throws {
        let gap = try Gap()
        try spoilt.prepare(gap)
        let before = try gap.picture()
        let outcome = try gap.receive(
            spoilt.isTar ? "media/b.tar" : "media/b",
            at: Gap.now.adding(seconds: spoilt.seconds)
        ) {
            $0.purpose = .reject
            $0.reason = "no"
        }
        #expect(outcome.code == spoilt.code, "\(outcome)")
        #expect(try gap.picture() == before)
    }
}

@Suite struct `An override` {
    struct Lifted: Sendable, CustomTestStringConvertible {
        let code: String
        let override: ChainOverride
        var testDescription: String { code }
    }

    static let lifted = [
        Lifted(code: "foreign-stream", override: .stream), Lifted(code: "gap", override: .gap),
        Lifted(code: "late", override: .late),
        Lifted(code: "restored-receiver", override: .restored),
    ]

    static func gap(_ code: String) throws -> (Gap, Timestamp) {
        let gap = try Gap()
        let spoilt = try #require(
            `Bundles that are refused`.places.first { $0.code == code })
        try spoilt.prepare(gap)
        return (gap, Gap.now.adding(seconds: spoilt.seconds))
    }

    @Test(arguments: lifted) func `lifts its own refusal, and says so in the record`(
        _ lifted: Lifted
    ) throws {
        let (gap, time) = try Self.gap(lifted.code)
        for other in ChainOverride.allCases where other != lifted.override {
            #expect(
                try gap.receive("media/b", at: time) {
                    $0.overrides = [other]
                    $0.reason = "why"
                }.code == lifted.code)
        }
        let report = try gap.receive("media/b", at: time) {
            $0.overrides = [lifted.override]
            $0.reason = "why"
        }.report
        #expect(report.lifted == [lifted.override])
        #expect(try gap.mark().bundle == report.bundle.bundle)
        #expect(try gap.receive("media/b", at: time).code == "repeat")
        var details: [JSON?] = []
        let state = try StateFolder(at: gap.box.path("high-state"), in: .real)
        _ = try state.audit.verify { record in
            if record.event.kind == "receive" {
                details = [record.event.details["accepted"], record.event.details["reason"]]
            }
        }
        #expect(details == [[.string(lifted.override.rawValue)], "why"])
    }

    @Test(arguments: ChainOverride.allCases) func `that is not needed is an error`(
        _ override: ChainOverride
    ) throws {
        let gap = try Gap()
        try gap.addImage("registry.test/app:v1")
        _ = try gap.export("media/b").report
        let before = try gap.picture()
        #expect(throws: ReceivingError.unneeded([override])) {
            try gap.receive("media/b") {
                $0.overrides = [override]
                $0.reason = "always"
            }
        }
        #expect(try gap.picture() == before)
    }

    @Test(arguments: ["repeat", "rollback", "fork", "wrong-destination", "from-the-future"])
    func `does not exist for anything else`(_ code: String) throws {
        let (gap, time) = try Self.gap(code)
        #expect(
            try gap.receive("media/b", at: time) {
                $0.overrides = Set(ChainOverride.allCases)
                $0.reason = "all of them"
            }.code == code)
    }

    @Test func `of the stream leads back to where it was left`() throws {
        let (gap, _) = try Self.gap("foreign-stream")
        _ = try gap.receive("media/b") {
            $0.overrides = [.stream]
            $0.reason = "made anew"
        }.report
        #expect(try gap.mark().former.count == 1)
        // The bundle of the old stream is known still.
        #expect(try gap.receive("media/a").code == "foreign-stream")
        #expect(
            try gap.receive("media/a") {
                $0.overrides = [.stream]
                $0.reason = "back again"
            }.code == "repeat")
    }

    @Test func `counts for a bundle that waits until it is released`() throws {
        let (gap, _) = try Self.gap("gap")
        let outcome = try gap.receive("media/b") {
            $0.purpose = .hold
            $0.overrides = [.gap]
            $0.reason = "1 is lost"
        }
        guard case .held = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(try gap.mark().sequence == 0)
        #expect(try gap.release().report.lifted == [.gap])
        #expect(try gap.mark().sequence == 2)
        #expect(try gap.receive("media/a").code == "rollback")
    }
}

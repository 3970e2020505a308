import Archive
import Audit
import BundleFormat
import Encodings
import Files
import Notary
import OCI
import OCILayout
import Receiving
import Sending
import State
import SystemPackage
import TestSupport
import Testing
import Trust
import Verification

@Suite struct `Bundles that cross the gap` {
    @Test(arguments: ["media/one.tar", "media/one"])
    func `bring images, names and signatures to the other side`(_ target: String) throws {
        let gap = try Gap()
        let image = try gap.addImage("registry.test/app:v1")
        try gap.addIndex("registry.test/app:two")
        let sent = try gap.export(target).report
        #expect(sent.sequence == 1 && sent.roots.count == 2 && !sent.isResumed)
        #expect(sent.capsuleIsEmpty)
        let taken = try gap.receive(target).report
        #expect(taken.bundle.bundle == sent.bundle && taken.bundle.sequence == 1)
        #expect(taken.roots.map(\.report.verdict.rawValue) == ["verified", "verified"])
        #expect(taken.referrerCount == 2 && taken.blobCount == sent.blobCount)
        let layout = try gap.highLayout()
        let check = try LayoutCheck(layout)
        #expect(check.isWhole && check.notes == [])
        #expect(layout.index.entries(named: "registry.test/app:v1")[0].digest == image.digest)
        let graph = try LayoutGraph(layout)
        let referrer = try #require(graph.referrers(of: image).first)
        #expect(referrer.listings == [.untaggedEntry, .fallbackIndex])
        #expect(try gap.mark().bundle == sent.bundle)
        #expect(try gap.kinds("high") == ["receive"])
        #expect(try gap.kinds("low") == ["export"])
    }

    @Test func `follow each other`() throws {
        let gap = try Gap()
        try gap.addImage("registry.test/app:v1")
        _ = try gap.export("media/1")
        try gap.addImage("registry.test/app:v2", layer: [9, 9])
        let second = try gap.export("media/2.tar").report
        #expect(second.sequence == 2 && second.roots.count == 2)
        _ = try gap.receive("media/1").report
        #expect(try gap.receive("media/2.tar").report.bundle.sequence == 2)
        #expect(try gap.receive("media/2.tar").code == "repeat")
        #expect(try gap.receive("media/1").code == "rollback")
    }

    @Test func `may leave out a number that is void`() throws {
        let gap = try Gap()
        try gap.addImage("registry.test/app:v1")
        try gap.interruptExport("media/1")
        #expect(
            try gap.void(1) == .voided(writtenTo: nil))
        #expect(try gap.export("media/2").report.sequence == 2)
        #expect(try gap.receive("media/2").report.bundle.sequence == 2)
        #expect(try gap.kinds("low") == ["export-void", "export"])
        #expect(try gap.void(1) == .refused(.alreadyVoid(reason: "lost")))
        #expect(try gap.void(2) == .refused(.sent))
        for number in [0, 3, 4] {
            #expect(try gap.void(Int64(number)) == .refused(.notReached(next: 3)))
        }
    }

    @Test func `carry an untagged image for a scope, in a COSE signature`() throws {
        let gap = try Gap()
        try gap.addImage(nil)
        #expect(
            try gap.export("media/1").refusal?.isMissingRepository == true)
        let report = try gap.export("media/1") {
            $0.scope = try? .init("registry.test/app")
            $0.format = .cose
        }.report
        #expect(report.sequence == 1 && report.roots[0].name == nil)
        #expect(try gap.receive("media/1").report.roots[0].root.repository == "registry.test/app")
    }

    @Test func `are canonical tars, their small parts first`() throws {
        let gap = try Gap()
        try gap.addImage("registry.test/app:v1", layer: .init(repeating: 7, count: 5000))
        _ = try gap.export("media/1.tar")
        let reader = try ArchiveReader(FileSystem.real.file(at: gap.box.path("media/1.tar")))
        var sizes: [Int64] = []
        var names: [String] = []
        while let entry = try reader.next() {
            sizes.append(entry.size)
            names.append(entry.name)
        }
        #expect(names.prefix(2) == ["oci-layout", "index.json"])
        #expect(Set(names).count == names.count)
        let content = sizes.dropFirst(8)
        #expect(content.elementsEqual(content.sorted()) && content.last == 5000)
    }

    @Test func `are the same bytes for the same stored parts`() throws {
        let gap = try Gap()
        try gap.addImage("registry.test/app:v1", layer: .init(repeating: 7, count: 5000))
        try gap.interruptExport("media/1.tar")
        let kept = try gap.keepState("low")
        _ = try gap.export("media/1.tar")
        try gap.restoreState("low", kept)
        #expect(try gap.export("media/2.tar").report.isResumed)
        #expect(try gap.box.read("media/1.tar") == gap.box.read("media/2.tar"))
    }

    @Test func `may be a tar here and a folder there`() throws {
        let gap = try Gap()
        try gap.addImage("registry.test/app:v1")
        try gap.interruptExport("media/1.tar")
        #expect(try gap.export("media/1").report.isResumed)
        _ = try gap.receive("media/1").report
    }
}

extension ExportRefusal {
    var isMissingRepository: Bool {
        guard case .noRepository = self else { return false }
        return true
    }
}

extension Gap {
    /// The kinds of a site's audit record.
    func kinds(_ site: String) throws -> [String] {
        var kinds: [String] = []
        let state = try StateFolder(at: box.path("\(site)-state"), in: .real)
        let verdict = try state.audit.verify { kinds.append($0.event.kind) }
        guard case .intact = verdict else { throw Unexpected(what: "\(verdict)") }
        return kinds
    }

    /// Leaves an export bound to its number and not written.
    func interruptExport(_ target: String) throws {
        // The binding is complete when the export's unfinished file is begun.
        let files = FileSystem { operation in
            switch operation {
            case .create(let name), .makeFolder(let name):
                name.contains("/.airseal-bundle-") ? .fail(.ioError) : nil
            case .synchronise(let path): path.hasSuffix("/media") ? .fail(.ioError) : nil
            default: nil
            }
        }
        #expect(throws: SendingError.self) { try export(target, on: files) }
    }

    func keepState(_ site: String) throws -> [(String, [UInt8])] {
        let path = "\(site)-state/sending/high"
        var kept: [(String, [UInt8])] = []
        for entry in try box.folder(path).entries() {
            if entry.kind == .file {
                kept.append((entry.name, try box.read("\(path)/\(entry.name)")))
            } else {
                for inner in try box.folder("\(path)/\(entry.name)").entries() {
                    let name = "\(entry.name)/\(inner.name)"
                    kept.append((name, try box.read("\(path)/\(name)")))
                }
            }
        }
        return kept
    }

    func restoreState(_ site: String, _ kept: [(String, [UInt8])]) throws {
        for (name, bytes) in kept { try box.write(bytes, to: "\(site)-state/sending/high/\(name)") }
    }
}

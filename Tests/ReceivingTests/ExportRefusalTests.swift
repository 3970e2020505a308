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
import Trust

@Suite struct `Exports that are refused` {
    @Test func `spend no number and leave nothing behind`() throws {
        let gap = try Gap()
        _ = try Layout.create(at: gap.box.path("low-layout"))
        #expect(try gap.export("media/b").refusal == .nothingToExport)
        let bundle = try gap.addImage(
            "registry.test/b:v1", isSigned: false, artifactType: BundleManifest.artifactType)
        #expect(
            try gap.export("media/b") { $0.selector = .digest(bundle.digest) }.refusal
                == .bundleAmongRoots(bundle.digest))
        let image = try gap.addImage("v1")
        #expect(
            try gap.export("media/b").refusal
                == .noRepository([UnclaimedRoot(digest: image.digest, name: "v1")]))
        try gap.box.remove("low-layout/\(gap.layerPath)")
        guard
            case .content = try gap.export("media/b", { $0.scope = try? .init("a.test/b") }).refusal
        else {
            Issue.record("a missing layer was exported")
            return
        }
        let state = try StateFolder(at: gap.box.path("low-state"), in: .real)
            .sending(to: gap.destination, .system).state()
        #expect(state.next == 1 && state.pending == nil)
        #expect(try gap.box.folder("media").entries().isEmpty)
        #expect(try gap.kinds("low").isEmpty)
    }

    /// A receiver would take it for the bundle that it lies in, and the number would be spent.
    @Test func `take no bundle along that calls itself a remark on an image`() throws {
        let gap = try Gap()
        let image = try gap.addImage("registry.test/app:v1")
        let remark = try Self.addBundle(about: image, to: gap.box.path("low-layout"))
        #expect(try gap.export("media/b").refusal == .bundleAmongRoots(remark.digest))
        #expect(try gap.box.folder("media").entries().isEmpty)
    }

    private static func addBundle(about image: Descriptor, to path: String) throws -> Descriptor {
        let writer = try LayoutWriter(Layout(at: path))
        let config = try writer.add(Array("{}".utf8), mediaType: MediaType.empty)
        let manifest = ImageManifest(
            config: config, layers: [], artifactType: BundleManifest.artifactType, subject: image)
        let remark = try writer.add(manifest.serialized(), mediaType: MediaType.imageManifest)
        var index = writer.layout.index
        _ = index.add(remark)
        try writer.replaceIndex(with: index)
        return remark
    }

    @Test func `wait for one that is not finished`() throws {
        let gap = try Gap()
        try gap.addImage("registry.test/app:v1")
        try gap.interruptExport("media/a")
        try gap.addImage("registry.test/app:v2", layer: [4])
        #expect(try gap.export("media/b").refusal == .pending(sequence: 1))
        let late = Gap.now.adding(seconds: ExportRequest.useBySecondsDefault + 1)
        let first = try #require(ReferenceName("registry.test/app:v1"))
        #expect(
            try gap.export("media/b", at: late) { $0.selector = .name(first) }.refusal
                == .pendingTooLate(
                    sequence: 1,
                    useBy: Gap.now.adding(seconds: ExportRequest.useBySecondsDefault)))
        #expect(try gap.export("media/b") { $0.selector = .name(first) }.report.isResumed)
    }
}

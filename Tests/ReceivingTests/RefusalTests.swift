import Audit
import BundleFormat
import Configuration
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

/// One bundle that is spoilt in one way, and the word that it must be refused with.
struct Spoilt: Sendable, CustomTestStringConvertible {
    let code: String
    let what: String
    /// Prepares the bundle at `media/b`, or `media/b.tar`.
    let prepare: @Sendable (Gap) throws -> Void
    var isTar = false
    var seconds: Int64 = 0
    var testDescription: String { "\(code): \(what)" }

    init(
        _ code: String, _ what: String, isTar: Bool = false, seconds: Int64 = 0,
        _ prepare: @escaping @Sendable (Gap) throws -> Void
    ) {
        self.code = code
        self.what = what
        self.isTar = isTar
        self.seconds = seconds
        self.prepare = prepare
    }

    /// A bundle as it should be, then changed.
    static func sound(
        _ code: String, _ what: String, isTar: Bool = false, seconds: Int64 = 0,
        _ change: @escaping @Sendable (Gap) throws -> Void
    ) -> Spoilt {
        Spoilt(code, what, isTar: isTar, seconds: seconds) { gap in
            try gap.addImage("registry.test/app:v1")
            _ = try gap.export(isTar ? "media/b.tar" : "media/b").report
            try change(gap)
        }
    }

    /// A sound bundle whose sender has changed its inventory.
    static func remade(
        _ code: String, _ what: String, _ change: @escaping @Sendable (inout JSONObject) -> Void
    ) -> Spoilt {
        sound(code, what) { gap in try gap.remake("media/b", change) }
    }
}

@Suite struct `Bundles that are refused` {
    static let layer = Array("[1, 2, 3]".utf8)

    static let origins: [Spoilt] = [
        .sound("unknown-origin", "never enrolled") { gap in
            try gap.box.remove("home/peers/low")
        },
        .sound("unknown-origin", "suspended") { try $0.setHome(isSuspended: true) },
        .sound("unknown-origin", "enrolled for capsules only") {
            try $0.setHome(permissions: [.capsules])
        },
        .sound("bundle-signature", "an authority that is none of the origin's") { gap in
            try gap.setHome(anchor: TestCertificate("somebody").certificate)
        },
        .sound("bundle-signature", "another signer of the same authority") { gap in
            try gap.setHome(identities: ["x509.subject: C=US, ST=Test, O=TEST ONLY, CN=other"])
        },
        Spoilt("bundle-signature", "signed by one who may sign images") { gap in
            try gap.addImage("registry.test/app:v1")
            _ = try gap.export("media/b", by: gap.imager).report
        },
        .sound("bundle-signature", "signed for no purpose") {
            try $0.remake("media/b", purpose: nil)
        },
        .sound("bundle-signature", "signed for another purpose") {
            try $0.remake("media/b", purpose: "image")
        },
        .sound("bundle-signature", "not signed") { try $0.remake("media/b", signatureCount: 0) },
        .sound("repository-not-allowed", "another repository than the origin's") {
            try $0.setHome(repositories: ["registry.test/app2"])
        },
        .sound("image", "an image signer whom the policy does not know") { gap in
            let other = try TestCertificate("other").certificate.der
            try gap.box.write(other, to: "home/truststore/x509/ca/main/root.crt")
        },
        Spoilt("image", "an image without signature") { gap in
            try gap.addImage("registry.test/app:v1")
            try gap.addImage("registry.test/app:v2", layer: [4], isSigned: false)
            _ = try gap.export("media/b").report
        },
    ]

    static let places: [Spoilt] = [
        Spoilt("wrong-destination", "made for another site") { gap in
            try gap.addImage("registry.test/app:v1")
            let other = ExportRequest(
                layout: try Layout(at: gap.box.path("low-layout")),
                target: gap.box.path("media/b"), origin: gap.origin,
                destination: try SiteName("elsewhere"), signingAgent: "test", userName: "u",
                userID: 1)
            _ = try gap.exporting().run(other, signer: { gap.bundler }).report
        },
        .sound("late", "a second too late", seconds: ExportRequest.useBySecondsDefault + 1) { _ in
        },
        .sound("from-the-future", "made five minutes and a second from now", seconds: -301) { _ in
        },
        .sound("repeat", "taken before") { try $0.takeFirst("media/b") },
        Spoilt("rollback", "older than what was taken") { gap in
            try gap.addImage("registry.test/app:v1")
            _ = try gap.export("media/b").report
            try gap.takeFirst("media/b")
            _ = try gap.export("media/c").report
            try gap.takeFirst("media/c")
        },
        Spoilt("fork", "another bundle with the number that was taken") { gap in
            try gap.addImage("registry.test/app:v1")
            try gap.interruptExport("media/a")
            let kept = try gap.keepState("low")
            _ = try gap.export("media/a").report
            try gap.takeFirst("media/a")
            try gap.restoreState("low", kept)
            try gap.box.write(
                gap.emptyState(kept, next: 1), to: "low-state/sending/high/state.json")
            try gap.addImage("registry.test/app:v2", layer: [4])
            _ = try gap.export("media/b").report
        },
        Spoilt("gap", "the bundle before never came") { gap in
            try gap.addImage("registry.test/app:v1")
            _ = try gap.export("media/a").report
            _ = try gap.export("media/b").report
        },
        Spoilt("foreign-stream", "a sender made anew") { gap in
            try gap.addImage("registry.test/app:v1")
            _ = try gap.export("media/a").report
            try gap.takeFirst("media/a")
            try gap.box.remove("low-state")
            _ = try gap.exporting(seed: 9).run(gap.request("media/b"), signer: { gap.bundler })
                .report
        },
        Spoilt("restored-receiver", "a receipt that this site does not remember") { gap in
            try gap.addImage("registry.test/app:v1")
            _ = try gap.export("media/a").report
            try gap.takeFirst("media/a")
            try gap.interruptExport("media/c")
            _ = try gap.void(2)
            try StateFolder(at: gap.box.path("low-state"), in: .real)
                .sending(to: gap.destination, .system).acknowledge(2)
            _ = try gap.export("media/b").report
        },
        Spoilt("name-taken", "the name stands for another image") { gap in
            try gap.addImage("registry.test/app:v1")
            _ = try gap.export("media/a").report
            try gap.takeFirst("media/a")
            try gap.addImage("registry.test/app:v1", layer: [4])
            _ = try gap.export("media/b").report
        },
    ]

    static let forms: [Spoilt] = [
        Spoilt("not-a-bundle", "a layout without a bundle") { gap in
            _ = try Layout.create(at: gap.box.path("media/b"))
        },
        Spoilt("not-a-bundle", "an empty folder") { try $0.box.folder("media/b") },
        Spoilt("not-a-bundle", "no archive", isTar: true) {
            try $0.box.write(.init(repeating: 7, count: 2000), to: "media/b.tar")
        },
        .sound("not-a-bundle", "two bundles in one") { gap in
            var index = try LayoutIndex(parsing: gap.box.read("media/b/index.json"))
            for entry in index.entries where entry.artifactType == BundleManifest.artifactType {
                index.append(entry)
            }
            try gap.box.write(index.serialized(), to: "media/b/index.json")
        },
        .remade("unsupported-version", "a later version") { $0["version"] = "2.0" },
        .remade("unknown-critical-member", "a member that must be known") {
            $0["critical"] = ["parts"]
        },
        .remade("malformed", "an inventory without a stream") { $0["stream"] = nil },
        .remade("malformed", "a repository that is none") { object in
            object.changeRoot { $0["repository"] = "Registry.test" }
        },
        .remade("malformed", "a full name of another repository") { object in
            object.changeRoot { $0["name"] = "registry.test/other:v1" }
        },
        .remade("malformed", "a name that is a path") { object in
            object.changeRoot { $0["name"] = "../../etc" }
        },
        .remade("malformed", "the name of a fallback index") { object in
            object.changeRoot {
                $0["name"] = .string("sha256-" + String(repeating: "a", count: 64))
            }
        },
        .sound("malformed", "a tar with its blobs in another order", isTar: true) { gap in
            try gap.rewrite("media/b.tar") { $0.swapAt($0.count - 1, $0.count - 2) }
        },
        .sound("malformed", "a tar with its heads in another order", isTar: true) { gap in
            try gap.rewrite("media/b.tar") { $0.swapAt(2, 3) }
        },
        .sound("malformed", "a tar with a member that is no blob", isTar: true) { gap in
            try gap.rewrite("media/b.tar") { $0.append(("readme", [1])) }
        },
        .sound("malformed", "a tar that is cut", isTar: true) { gap in
            let bytes = try gap.box.read("media/b.tar")
            try gap.box.write(Array(bytes[..<(bytes.count - 1600)]), to: "media/b.tar")
        },
        .sound("malformed", "a folder with a file that no bundle holds") {
            try $0.box.write([1], to: "media/b/readme")
        },
    ]

    static let contents: [Spoilt] = [
        .sound("content", "a flipped bit in a layer") { gap in
            try gap.box.write([1, 2, 2], to: "media/b/\(gap.layerPath)")
        },
        .sound("content", "a flipped bit in a layer", isTar: true) { gap in
            try gap.rewrite("media/b.tar") { members in
                for place in members.indices where members[place].bytes == [1, 2, 3] {
                    members[place].bytes = [1, 2, 2]
                }
            }
        },
        .sound("content", "a layer that is missing") { gap in
            try gap.box.remove("media/b/\(gap.layerPath)")
        },
        .sound("content", "a layer that is missing", isTar: true) { gap in
            try gap.rewrite("media/b.tar") { $0.removeAll { $0.bytes == [1, 2, 3] } }
        },
        .sound("content", "a shorter layer") { gap in
            try gap.box.write([1, 2], to: "media/b/\(gap.layerPath)")
        },
        .sound("content", "a longer layer") { gap in
            try gap.box.write([1, 2, 3, 4], to: "media/b/\(gap.layerPath)")
        },
        .sound("content", "a blob that nobody lists") { gap in
            try gap.put([5, 5], MediaType.layer, "media/b")
        },
        .sound("content", "a blob that nobody lists", isTar: true) { gap in
            let name = Gap.path(Digest(.sha256, bytes: .init(repeating: 1, count: 32)))
            try gap.rewrite("media/b.tar") { $0.append((name, [5])) }
        },
        .sound("content", "a damaged bundle manifest") { gap in
            let index = try LayoutIndex(parsing: gap.box.read("media/b/index.json"))
            let entry = try #require(
                index.entries.first { $0.artifactType == BundleManifest.artifactType })
            try gap.box.write([1], to: "media/b/\(Gap.path(entry.digest))")
        },
        .sound("content", "a blob that nothing refers to") { gap in
            let extra = try gap.put([5, 5], MediaType.layer, "media/b")
            try gap.remake("media/b") { $0.changeBlobs { $0.append(extra.blob) } }
        },
        .sound("content", "a layer that the inventory does not list") { gap in
            let layer = try gap.layer
            try gap.remake("media/b") { object in
                object.changeBlobs { blobs in blobs.removeAll { $0 == layer.blob } }
            }
            try gap.box.remove("media/b/\(gap.layerPath)")
        },
        .sound("content", "an expected layer that is not here") { gap in
            let layer = try gap.layer
            try gap.remake("media/b") { object in
                object.changeBlobs { blobs in blobs.removeAll { $0 == layer.blob } }
                object["expected"] = [layer.blob]
            }
            try gap.box.remove("media/b/\(gap.layerPath)")
        },
        .remade("content", "a signature of something that is not there") { object in
            object["roots"] = []
        },
    ]

    @Test(arguments: origins + places + forms + contents)
    func `leave layout and mark alone, and a word in the record`(_ spoilt: Spoilt) throws {
        let gap = try Gap()
        try spoilt.prepare(gap)
        let before = try gap.picture()
        let kinds = try gap.kinds("high")
        let outcome = try gap.receive(
            spoilt.isTar ? "media/b.tar" : "media/b",
            at: Gap.now.adding(seconds: spoilt.seconds))
        #expect(outcome.code == spoilt.code, "\(outcome)")
        #expect(try gap.picture() == before)
        #expect(try gap.kinds("high") == kinds + ["receive-refused"])
    }

    @Test(arguments: origins + places + forms + contents)
    func `are foretold by a rehearsal, which touches nothing`(_ spoilt: Spoilt) throws {
        let gap = try Gap()
        try spoilt.prepare(gap)
        let before = try gap.highSide()
        let outcome = try gap.receive(
            spoilt.isTar ? "media/b.tar" : "media/b",
            at: Gap.now.adding(seconds: spoilt.seconds)
        ) { $0.isRehearsal = true }
        #expect(outcome.code == spoilt.code, "\(outcome)")
        #expect(try gap.highSide() == before)
    }

    @Test(arguments: origins + places + forms + contents)
    func `are not held either`(_ spoilt: Spoilt) throws {
        let gap = try Gap()
        try spoilt.prepare(gap)
        let before = try gap.picture()
        let outcome = try gap.receive(
            spoilt.isTar ? "media/b.tar" : "media/b",
            at: Gap.now.adding(seconds: spoilt.seconds)
        ) { $0.purpose = .hold }
        #expect(outcome.code == spoilt.code, "\(outcome)")
        #expect(try gap.picture() == before)
    }

    @Test func `for a name may be taken with leave to replace`() throws {
        let gap = try Gap()
        let spoilt = try #require(Self.places.first { $0.code == "name-taken" })
        try spoilt.prepare(gap)
        _ = try gap.receive("media/b", replacesNames: true).report
        #expect(try LayoutCheck(gap.highLayout()).isWhole)
    }

    @Test func `are told from those that nobody can judge`() throws {
        let gap = try Gap()
        try gap.addImage("registry.test/app:v1")
        _ = try gap.export("media/b").report
        let policy = String(decoding: try gap.box.read("home/trustpolicy.oci.json"), as: UTF8.self)
        try gap.box.write(
            Array(
                policy.split(separator: "\"*\"", maxSplits: 1).joined(
                    separator: "\"registry.test/other\""
                ).utf8), to: "home/trustpolicy.oci.json")
        let before = try gap.picture()
        guard case .undecided(.images(let roots), _) = try gap.receive("media/b") else {
            Issue.record("decided")
            return
        }
        #expect(roots.map(\.root.name) == ["registry.test/app:v1"])
        #expect(try gap.picture() == before)
        #expect(try gap.kinds("high") == ["receive-undecided"])
    }

    @Test func `are no fault of a site that is not set up`() throws {
        let gap = try Gap()
        try gap.addImage("registry.test/app:v1")
        _ = try gap.export("media/b").report
        try gap.box.remove("high-state/receiving")
        #expect(throws: ReceivingError.state(.missing(gap.origin))) { try gap.receive("media/b") }
        try gap.box.remove("home/peers/self.json")
        #expect(throws: ReceivingError.noOwnName) { try gap.receive("media/b") }
    }

    @Test func `need not carry what is here already`() throws {
        let gap = try Gap()
        try gap.addImage("registry.test/app:v1")
        let layer = try gap.layer
        _ = try gap.export("media/b").report
        _ = try LayoutWriter(Layout.create(at: gap.box.path("high-layout")))
            .add([1, 2, 3], mediaType: MediaType.layer)
        try gap.remake("media/b") { object in
            object.changeBlobs { blobs in blobs.removeAll { $0 == layer.blob } }
            object["expected"] = [layer.blob]
        }
        try gap.box.remove("media/b/\(gap.layerPath)")
        _ = try gap.receive("media/b").report
        #expect(try LayoutCheck(gap.highLayout()).isWhole)
    }
}

extension Gap {
    func takeFirst(_ source: String) throws { _ = try receive(source).report }

    var layer: Descriptor {
        get throws {
            let blob = try Layout(at: box.path("low-layout")).blobs().first { $0.size == 3 }
            guard let blob else { throw Unexpected(what: "no layer") }
            return Descriptor(mediaType: MediaType.layer, digest: blob.digest, size: 3)
        }
    }

    var layerPath: String {
        get throws { Self.path(try layer.digest) }
    }

    /// The state of a sender that has begun nothing, of the same stream.
    func emptyState(_ kept: [(String, [UInt8])], next: Int64) throws -> [UInt8] {
        guard let text = kept.first(where: { $0.0 == "state.json" })?.1,
            case .object(var object) = try JSON(parsing: text)
        else { throw Unexpected(what: "no state") }
        object["pending"] = .null
        return JSON.object(object).serialized()
    }

    /// Everything that a refusal must leave alone: the layout's files and the mark.
    func picture() throws -> [String] {
        var lines = ["\(try mark())"]
        guard FileSystem.real.kind(at: box.path("high-layout")) != nil else {
            return lines + ["no layout"]
        }
        let layout = try highLayout()
        lines.append(
            String(
                decoding: try layout.folder.file(LayoutIndex.name).readAll(limit: 1 << 24),
                as: UTF8.self))
        lines += try layout.strays()
        lines += try layout.blobs().map { "\($0.digest) \($0.size)" }
        return lines
    }
}

extension Descriptor {
    /// As an inventory lists it.
    var blob: JSON { ["digest": .string(digest.description), "size": .integer(size)] }
}

extension JSONObject {
    mutating func changeRoot(_ change: (inout JSONObject) -> Void) {
        guard case .array(var roots)? = self["roots"], case .object(var root)? = roots.first else {
            return
        }
        change(&root)
        roots[0] = .object(root)
        self["roots"] = .array(roots)
    }

    /// Changes the list of blobs and puts it back into its order.
    mutating func changeBlobs(_ change: (inout [JSON]) -> Void) {
        guard case .array(var blobs)? = self["blobs"] else { return }
        change(&blobs)
        blobs.sort { left, right in
            guard case .object(let one) = left, case .object(let two) = right,
                case .string(let first)? = one["digest"], case .string(let second)? = two["digest"]
            else { return false }
            return first < second
        }
        self["blobs"] = .array(blobs)
    }
}

import BundleFormat
import Encodings
import OCI
import Testing

/// An inventory that is the second of its stream, each test changing one thing.
func sampleInventory(_ change: (inout Inventory) -> Void = { _ in }) throws -> Inventory {
    let image = Descriptor(
        mediaType: MediaType.imageManifest,
        digest: Digest(.sha256, bytes: [UInt8](repeating: 1, count: 32)), size: 10)
    var inventory = Inventory(
        origin: try SiteName("low"), destination: try SiteName("high"),
        stream: try #require(StreamID(String(repeating: "0a", count: 16))), sequence: 2,
        previous: Digest(.sha256, bytes: [UInt8](repeating: 9, count: 32)), voids: [],
        acknowledged: 0, created: Timestamp(seconds: 1000), useBy: Timestamp(seconds: 2000),
        roots: [.init(descriptor: image, name: "v1", repository: "site.example/app")],
        referrers: [], blobs: [.init(digest: image.digest, size: 10)], expected: [])
    change(&inventory)
    return inventory
}

@Suite struct `Bundle chains` {
    static let bundle = Digest(.sha256, bytes: [UInt8](repeating: 5, count: 32))
    static let last = Digest(.sha256, bytes: [UInt8](repeating: 9, count: 32))

    struct Case: Sendable, CustomTestStringConvertible {
        let code: String?
        var taken: Int64 = 1
        var lastBundle: Digest? = last
        var stream = String(repeating: "0a", count: 16)
        var now: Int64 = 1500
        let change: @Sendable (inout Inventory) -> Void
        var testDescription: String { code ?? "accepted" }
    }

    static let cases: [Case] = [
        Case(code: nil) { _ in },
        Case(code: "wrong-destination") { $0.destination = $0.origin },
        Case(code: "from-the-future", now: 699) { _ in },
        Case(code: nil, now: 700) { _ in },
        Case(code: "late", now: 2001) { _ in },
        Case(code: nil, now: 2000) { _ in },
        Case(code: "foreign-stream", stream: String(repeating: "0b", count: 16)) { _ in },
        Case(code: "repeat", taken: 2, lastBundle: bundle) { _ in },
        Case(code: "repeat", taken: 2, lastBundle: bundle, now: 9999) { _ in },
        Case(code: "fork", taken: 2) { _ in },
        Case(code: "rollback", taken: 3) { _ in },
        Case(code: "gap") { $0.sequence = 3 },
        Case(code: nil) {
            $0.sequence = 3
            $0.voids = [.init(sequence: 2, reason: "disc broke")]
        },
        Case(code: "gap") {
            $0.sequence = 4
            $0.voids = [.init(sequence: 2, reason: "disc broke")]
        },
        // A void that lies: it names the number that we took.
        Case(code: "fork") {
            $0.sequence = 3
            $0.voids = [
                .init(sequence: 1, reason: "never sent"), .init(sequence: 2, reason: "broke"),
            ]
        },
        Case(code: "fork") { $0.previous = Digest(.sha256, bytes: .init(repeating: 3, count: 32)) },
        Case(code: "fork") { $0.previous = nil },
        Case(code: "restored-receiver") {
            $0.acknowledged = 2
            $0.sequence = 3
            $0.voids = [.init(sequence: 2, reason: "disc broke")]
        },
    ]

    @Test(arguments: cases) func `let only the next bundle through`(_ one: Case) throws {
        let mark = ReceivedMark(
            stream: StreamID(one.stream), sequence: one.taken, bundle: one.lastBundle)
        let refusal = BundleChain.refusal(
            of: try sampleInventory(one.change), bundle: Self.bundle, own: try SiteName("high"),
            mark: mark, now: Timestamp(seconds: one.now), tolerance: 300)
        #expect(refusal?.code == one.code)
    }

    @Test func `begin with number 1`() throws {
        let nothing = ReceivedMark(stream: nil, sequence: 0, bundle: nil)
        func refusal(_ inventory: Inventory) throws -> ChainRefusal? {
            BundleChain.refusal(
                of: inventory, bundle: Self.bundle, own: try SiteName("high"), mark: nothing,
                now: Timestamp(seconds: 1500), tolerance: 300)
        }
        #expect(try refusal(sampleInventory()) == .gap(missing: [1]))
        let first = try sampleInventory {
            $0.sequence = 1
            $0.previous = nil
        }
        #expect(try refusal(first) == nil)
    }
}

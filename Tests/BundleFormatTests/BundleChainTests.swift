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
        let refusal = BundleChain.judge(
            try sampleInventory(one.change), bundle: Self.bundle, own: try SiteName("high"),
            mark: mark, now: Timestamp(seconds: one.now), tolerance: 300
        ).refusal
        #expect(refusal?.code == one.code)
    }

    @Test func `begin with number 1`() throws {
        let nothing = ReceivedMark(stream: nil, sequence: 0, bundle: nil)
        func refusal(_ inventory: Inventory) throws -> ChainRefusal? {
            BundleChain.judge(
                inventory, bundle: Self.bundle, own: try SiteName("high"), mark: nothing,
                now: Timestamp(seconds: 1500), tolerance: 300
            ).refusal
        }
        #expect(try refusal(sampleInventory()) == .gap(missing: [1]))
        let first = try sampleInventory {
            $0.sequence = 1
            $0.previous = nil
        }
        #expect(try refusal(first) == nil)
    }

    @Test(arguments: cases) func `are lifted by their own override, and by no other`(_ one: Case)
        throws
    {
        let mark = ReceivedMark(
            stream: StreamID(one.stream), sequence: one.taken, bundle: one.lastBundle)
        let inventory = try sampleInventory(one.change)
        func judge(_ overrides: Set<ChainOverride>) throws -> ChainJudgement {
            BundleChain.judge(
                inventory, bundle: Self.bundle, own: try SiteName("high"), mark: mark,
                now: Timestamp(seconds: one.now), tolerance: 300, lifting: overrides)
        }
        let plain = try judge([])
        #expect(plain.lifted.isEmpty)
        for override in ChainOverride.allCases {
            let lifted = try judge([override])
            if plain.refusal?.override == override {
                #expect(lifted.lifted == [override])
                #expect(lifted.refusal?.override != override)
            } else {
                #expect(lifted == plain)
            }
        }
    }

    @Test func `behind a gap that is lifted must not contradict themselves`() throws {
        let mark = ReceivedMark(
            stream: StreamID(String(repeating: "0a", count: 16)), sequence: 1, bundle: Self.last)
        func refusal(_ change: (inout Inventory) -> Void) throws -> ChainRefusal? {
            BundleChain.judge(
                try sampleInventory(change), bundle: Self.bundle, own: try SiteName("high"),
                mark: mark, now: Timestamp(seconds: 1500), tolerance: 300, lifting: [.gap]
            ).refusal
        }
        let other = Digest(.sha256, bytes: .init(repeating: 3, count: 32))
        #expect(
            try refusal {
                $0.sequence = 4
                $0.previous = other
            } == nil)
        // Number 3 was sent, and yet it says that ours was the last.
        #expect(try refusal { $0.sequence = 4 } == .fork(sequence: 4))
        // Ours was never sent, it says.
        #expect(
            try refusal {
                $0.sequence = 4
                $0.previous = other
                $0.voids = [.init(sequence: 1, reason: "never sent")]
            } == .fork(sequence: 4))
    }

    @Test func `go on where a stream was left`() throws {
        let stream = try #require(StreamID(String(repeating: "0a", count: 16)))
        let mark = ReceivedMark(
            stream: StreamID(String(repeating: "0b", count: 16)), sequence: 9, bundle: nil,
            former: [ReceivedMark(stream: stream, sequence: 2, bundle: Self.bundle)])
        func refusal(_ overrides: Set<ChainOverride>, _ change: (inout Inventory) -> Void)
            throws -> ChainRefusal?
        {
            BundleChain.judge(
                try sampleInventory(change), bundle: Self.bundle, own: try SiteName("high"),
                mark: mark, now: Timestamp(seconds: 1500), tolerance: 300, lifting: overrides
            ).refusal
        }
        #expect(try refusal([]) { _ in }?.code == "foreign-stream")
        #expect(try refusal([.stream]) { _ in } == .repeated(sequence: 2))
        #expect(
            try refusal([.stream]) {
                $0.sequence = 3
                $0.previous = Self.bundle
            } == nil)
        // A stream that nobody knows begins at number 1.
        let other = try #require(StreamID(String(repeating: "0c", count: 16)))
        #expect(
            try refusal([.stream]) { $0.stream = other } == .gap(missing: [1]))
    }
}

import Configuration
import Encodings
import Files
import Receiving
import Sending
import State
import TestSupport
import Testing
import Trust

@Suite struct `Trust capsules that are judged` {
    /// A sound capsule, with one member another.
    private static func capsule(_ change: (inout JSONObject) -> Void = { _ in }) -> [UInt8] {
        let policy = """
            {"version":"1.0","trustPolicies":[{"name":"all","registryScopes":["*"],\
            "signatureVerification":{"level":"strict"},"trustStores":["ca:main"],\
            "trustedIdentities":["*"]}]}
            """
        var document: JSONObject = [
            "version": "1.0", "critical": [], "counter": 7,
            "policies": [
                [
                    "name": "trustpolicy.oci.json",
                    "content": .string(Base64.encode(Array(policy.utf8))),
                ]
            ],
            "trustStores": [], "crls": [], "ocspResponses": [],
        ]
        change(&document)
        return JSON.object(document).serialized()
    }

    private static func judge(_ capsule: [UInt8], isAllowed: Bool = true) throws
        -> (gap: Gap, outcome: CapsuleReception.Outcome)
    {
        let gap = try Gap()
        try gap.setHome(permissions: isAllowed ? [.bundles, .capsules] : [.bundles])
        try gap.addImage("registry.test/app:v1")
        _ = try gap.export("media/b") { $0.capsule = capsule }.report
        return (gap, try judge(gap))
    }

    private static func judge(_ gap: Gap) throws -> CapsuleReception.Outcome {
        let state = try StateFolder(at: gap.box.path("high-state"), in: .real)
        return try CapsuleReception(by: gap.home, in: state, clock: Clock { Gap.now }).run(
            gap.box.path("media/b"))
    }

    private static func code(_ outcome: CapsuleReception.Outcome) -> String? {
        guard case .refused(let refusal, _) = outcome else { return nil }
        return refusal.code
    }

    @Test func `are proven by a peer who may send them, and change nothing`() throws {
        let (gap, outcome) = try Self.judge(Self.capsule())
        guard case .proven(let proven) = outcome else { throw Unexpected(what: "\(outcome)") }
        #expect(proven.capsule.counter == 7)
        #expect(proven.bundle.origin == gap.origin)
        #expect(try gap.mark().sequence == 0)
    }

    /// The code, and the member that is spoilt.
    private static let spoilt: [(String, String, JSON)] = [
        ("unknown-critical-member", "critical", .array(["future"])),
        ("unsupported-version", "version", .string("2.0")),
        ("malformed-capsule", "counter", .string("7")),
        ("malformed-capsule", "crls", .array([.string("-")])),
        ("empty-capsule", "policies", .array([])), ("empty-capsule", "counter", .integer(0)),
    ]

    @Test(arguments: spoilt) func `are refused when they are not as they should be`(
        _ code: String, _ member: String, _ value: JSON
    ) throws {
        let (_, outcome) = try Self.judge(Self.capsule { $0[member] = value })
        #expect(Self.code(outcome) == code)
    }

    @Test func `are refused from a peer who may send bundles only`() throws {
        let (_, outcome) = try Self.judge(Self.capsule(), isAllowed: false)
        #expect(Self.code(outcome) == "capsules-not-allowed")
    }

    @Test func `go forward only, and are nothing without a mark`() throws {
        let (gap, outcome) = try Self.judge(Self.capsule())
        guard case .proven(let proven) = outcome else { throw Unexpected(what: "\(outcome)") }
        let state = try StateFolder(at: gap.box.path("high-state"), in: .real)
        let store = try state.receiving(from: gap.origin)
        try store.advance(to: CapsuleMark(counter: 7, digest: proven.digest))
        guard case .proven = try Self.judge(gap) else { throw Unexpected(what: "the same again") }
        #expect(throws: StateError.self) {
            try store.advance(to: CapsuleMark(counter: 6, digest: proven.digest))
        }
        let other = try Digest("sha256:\(String(repeating: "0", count: 64))")
        #expect(throws: StateError.self) {
            try store.advance(to: CapsuleMark(counter: 7, digest: other))
        }
        try store.advance(to: CapsuleMark(counter: 8, digest: other))
        #expect(Self.code(try Self.judge(gap)) == "capsule-rollback")
        try gap.box.remove("high-state/receiving/low/capsule.json")
        guard case .proven = try Self.judge(gap) else { throw Unexpected(what: "a first one") }
        try gap.box.remove("high-state/receiving/low/state.json")
        #expect(throws: ReceivingError.state(.missing(gap.origin))) { try Self.judge(gap) }
    }

    @Test func `are refused when another one had the number`() throws {
        let (gap, _) = try Self.judge(Self.capsule())
        let state = try StateFolder(at: gap.box.path("high-state"), in: .real)
        let other = try Digest("sha256:\(String(repeating: "0", count: 64))")
        try state.receiving(from: gap.origin).advance(to: CapsuleMark(counter: 7, digest: other))
        #expect(Self.code(try Self.judge(gap)) == "capsule-fork")
    }
}

import Encodings
import TestSupport
import Testing

/// A token that fails while it signs many images: over several sessions from the eighth on.
private struct FaultyBatch {
    static let count = 24
    let token: FaultyToken

    init() async throws {
        token = try await FaultyToken()
        try await Batch.make(Self.count, in: token.site, as: "many")
    }

    /// Signs all of `l`, a fresh copy of `many`.
    func signing(_ options: String = "") -> String {
        "rm -rf l; cp -r many l; \(again(options))"
    }

    /// Signs what is left of `l`.
    func again(_ options: String = "") -> String {
        "airseal sign l --all --key \(token.key()) --chain k.pem \(options)"
    }

    /// Every image has one signature, and all of them count.
    func isSigned(_ told: Comment) async throws {
        #expect(try await Batch.counts(token.site) == Array(repeating: 1, count: Self.count), told)
        try await token.site.yes("airseal verify l --all --scope site.example/many > verified")
        try await token.site.yes(
            "airseal check l > checked; test ! -e state/audit.jsonl || airseal audit verify > verified"
        )
    }
}

@Suite struct `A token that fails in a batch` {
    @Test(arguments: ["30", "b3", "a0"])
    func `by not answering is left alone, whatever else a session says`(_ then: String)
        async throws
    {
        let batch = try await FaultyBatch()
        for place in Effort.isSoak ? [8, 9, 12] : [8, 12] {
            try await batch.token.site.yes("rm -rf state")
            let answer = try await batch.token.run(
                batch.signing("--token-timeout 3s"),
                ["CALL": "C_Sign", "AT": "\(place)", "VALUE": "hang", "THEN": then])
            #expect(answer.status == 2)
            #expect(answer.sentences.count == 1, "\(answer)")
            #expect(
                answer.errors.contains("the token did not answer C_Sign within 3 s"), "\(answer)")
            let calls = try batch.token.calls()
            let hung = try #require(calls.firstIndex { $0.result == "hangs" })
            let later = Set(calls[hung...].map(\.name))
            #expect(later.isSubset(of: ["C_SignInit", "C_Sign"]), "\(later)")
            #expect(
                try await Batch.counts(batch.token.site).count { $0 == 1 } == 7, "\(answer)")
        }
    }

    @Test(arguments: ["32", "b3"])
    func `by losing a session is opened again once, whichever it was`(_ value: String)
        async throws
    {
        let batch = try await FaultyBatch()
        for place in Effort.places(FaultyBatch.count, test: 4) {
            let told: Comment = "\(value) at C_Sign \(place + 1)"
            try await batch.token.site.yes("rm -rf state")
            let answer = try await batch.token.run(
                batch.signing(), ["CALL": "C_Sign", "AT": "\(place + 1)", "VALUE": value])
            #expect(answer.status == 0, "\(told): \(answer)")
            #expect(try batch.token.logins() == ["0x0", "0x0"], told)
            try await batch.isSigned(told)
        }
    }

    @Test(arguments: ["30", "32"])
    func `to say for how many sessions it has room, or to open one, signs in the one it has`(
        _ value: String
    ) async throws {
        let batch = try await FaultyBatch()
        // The last question follows those that find the token and log in.
        try await batch.token.yes(batch.signing())
        let questions = try batch.token.calls().count { $0.name == "C_GetTokenInfo" }
        for (call, place) in [("C_GetTokenInfo", questions), ("C_OpenSession", 2)] {
            try await batch.token.site.yes("rm -rf state")
            try await batch.token.yes(
                batch.signing(), ["CALL": call, "AT": "\(place)", "VALUE": value])
            #expect(try batch.token.logins() == ["0x0"])
            #expect(
                try batch.token.calls().count { $0.name == "C_OpenSession" }
                    == (call == "C_OpenSession" ? 2 : 1))
            try await batch.isSigned("\(call) \(value)")
        }
    }

    /// For every call that a batch takes, and every fault: what was signed before is listed and
    /// nothing is half; the same command does the rest.
    @Test func `at any call keeps what was signed before, and the next run does the rest`()
        async throws
    {
        let batch = try await FaultyBatch()
        try await batch.token.yes(batch.signing())
        let count = try batch.token.calls().count
        #expect(count > 2 * FaultyBatch.count)
        for fault in TokenFault.allCases {
            for place in Effort.places(count, test: 3) {
                try await Self.check(fault, at: place + 1, batch)
            }
        }
    }

    private static func check(_ fault: TokenFault, at number: Int, _ batch: FaultyBatch)
        async throws
    {
        let token = batch.token
        try await token.site.yes("rm -rf state")
        let timeout = fault == .hang ? "--token-timeout 1s" : ""
        let answer = try await token.run(batch.signing(timeout), fault.settings(at: number))
        let told: Comment = "\(fault) at call \(number): \(answer)"
        #expect(try token.findings().isEmpty, told)
        let logins = try token.logins()
        #expect(logins.count <= 2, told)
        if let refused = logins.firstIndex(where: { ["0xa0", "0xa4"].contains($0) }) {
            #expect(refused == logins.count - 1, told)
        }
        if answer.status != 0 {
            #expect(answer.status == 2, told)
            #expect(answer.sentences.count == 1, told)
            #expect(answer.sentences.first?.hasPrefix("airseal: error: ") == true, told)
            let counts = try await Batch.counts(token.site)
            let signed = answer.output.split(separator: "\n").count { $0.hasPrefix("signed l:") }
            #expect(counts.count { $0 == 1 } == signed, told)
            #expect(counts.allSatisfy { $0 <= 1 }, told)
            try await token.site.yes(
                "airseal check l > checked; test ! -e state/audit.jsonl || airseal audit verify > verified"
            )
        }
        Effort.report("tokens that failed at a call of a batch", 1)
        // A PIN that was rejected is not tried again.
        guard logins.last != "0xa0" else { return }
        if answer.status != 0 { try await token.yes(batch.again()) }
        try await batch.isSigned(told)
    }
}

@Suite(.enabled(if: Mounts.areAllowed, "mounting needs root and unshare"))
struct `A registered module that fails` {
    /// A site with two modules that p11-kit knows: `good`, and `faulty`, which fails as it is told.
    /// Both show the same tokens.
    private func ready() async throws -> FaultyToken {
        let token = try await FaultyToken()
        try await token.site.yes(
            """
            mkdir modules
            cp /usr/lib/softhsm/libsofthsm2.so good.so
            for name in good faulty; do
                echo "module: $PWD/$name.so" > modules/$name.module
            done
            printf \(FaultyToken.realPIN) > pin
            """)
        return token
    }

    /// Runs a line where these are all the modules that p11-kit knows.
    private func run(
        _ line: String, at token: FaultyToken, _ settings: [String: String] = [:]
    ) async throws -> Site.Answer {
        try await token.site.yes("cat > line <<'END'\n\(line)\nEND")
        return try await token.run(
            """
            unshare -m bash -c 'mount --bind modules /usr/share/p11-kit/modules && exec bash line'
            """, settings)
    }

    private static let fault = ["CALL": "C_GetSlotList", "AT": "1", "VALUE": "5"]
    private static let said =
        "the module \"faulty\" shows none: the token refused C_GetSlotList: CKR_GENERAL_ERROR"

    @Test func `is named where no other has the token, with what there is`() async throws {
        let token = try await ready()
        let nowhere = try await run(
            "airseal sign base:v1 --key 'pkcs11:token=nowhere;object=k' --chain k.pem", at: token,
            Self.fault)
        #expect(nowhere.status == 2)
        #expect(nowhere.sentences.count == 1, "\(nowhere)")
        // In the order in which the module has them, which is none.
        #expect(nowhere.sentences[0].contains("; there are: "), "\(nowhere)")
        #expect(nowhere.sentences[0].contains("\"faulty\" (serial "), "\(nowhere)")
        #expect(nowhere.sentences[0].contains(Self.said), "\(nowhere)")
        // The only module: nothing is said of others, nor of its own token.
        let alone = try await token.run(
            token.signing(), ["CALL": "C_GetTokenInfo", "AT": "1", "VALUE": "5"])
        #expect(alone.status == 2)
        #expect(
            alone.sentences == [
                "airseal: error: no token matches the key URI; the module \"faulty\" shows none: "
                    + "the token refused C_GetTokenInfo: CKR_GENERAL_ERROR"
            ])
    }

    @Test func `takes no token of another down`() async throws {
        let token = try await ready()
        let key = "'pkcs11:token=faulty;object=k?pin-source=file:pin'"
        // With both at work nobody could tell which is meant.
        let both = try await run("airseal sign base:v1 --key \(key) --chain k.pem", at: token)
        #expect(both.status == 2 && both.errors.contains("several tokens match"), "\(both)")
        let signed = try await run(
            "cp -r base l; airseal sign l:v1 --key \(key) --chain k.pem", at: token, Self.fault)
        #expect(signed.status == 0, "\(signed)")
        try await token.site.yes("airseal verify l:v1 --scope site.example/hello")
    }

    @Test func `is told by key list, after what the others show`() async throws {
        let token = try await ready()
        let listed = try await run("airseal key list --json", at: token, Self.fault)
        #expect(listed.status == 2)
        let tokens = try listed.json.array()
        #expect(
            try tokens.map { try $0.member("token").member("module").string() }.allSatisfy {
                $0 == "good"
            })
        #expect(tokens.count == 2)
        #expect(
            listed.sentences == [
                "airseal: error: the module \"faulty\": the token refused C_GetSlotList: "
                    + "CKR_GENERAL_ERROR"
            ])
    }
}

import Encodings
import TestSupport
import Testing

@Suite struct `A token that fails` {
    /// For every call of the module that one signature takes, and every fault: one clear sentence,
    /// or a signature that verifies; nothing in between, and no second try with a PIN that was
    /// refused.
    @Test(arguments: [false, true])
    func `at any call leaves a correct signature or none, and says why`(_ forever: Bool)
        async throws
    {
        let token = try await FaultyToken()
        try await token.yes(token.signing())
        let count = try token.calls().count
        #expect(count > 20)
        for fault in TokenFault.allCases {
            for place in Effort.places(count, test: 3) {
                try await Self.check(fault, at: place + 1, forever: forever, token)
            }
        }
    }

    private static func check(
        _ fault: TokenFault, at number: Int, forever: Bool, _ token: FaultyToken
    ) async throws {
        try await token.site.yes("rm -rf state")
        let timeout = fault == .hang ? "--token-timeout 1s" : ""
        let answer = try await token.run(
            token.signing(timeout), fault.settings(at: number, forever: forever))
        let told: Comment = "\(fault) at call \(number): \(answer)"
        if answer.status == 0 {
            try await token.site.yes("airseal verify l:v1 --scope site.example/hello")
            try await token.site.yes("airseal check l")
        } else {
            #expect(answer.status == 2, told)
            #expect(answer.sentences.count == 1, told)
            #expect(answer.sentences.first?.hasPrefix("airseal: error: ") == true, told)
            #expect(answer.output.isEmpty, told)
            #expect(
                try token.site.bytes("l/index.json") == token.site.bytes("base/index.json"), told)
        }
        try checkLogins(try token.logins(), told)
        #expect(try token.findings().isEmpty, told)
        if fault == .hang, let last = try token.calls().last, last.result == "hangs" {
            // Nothing is asked of a module that does not answer, not even an end.
            #expect(answer.status == 0 || answer.errors.contains(last.name), told)
        }
        Effort.report("tokens that failed at a call", 1)
    }

    /// After a rejection no further login, and never more than two: the first, and one after a loss.
    private static func checkLogins(_ logins: [String], _ told: Comment) throws {
        let refused = logins.firstIndex { ["0xa0", "0xa4"].contains($0) }
        if let refused { #expect(refused == logins.count - 1, told) }
        #expect(logins.count <= 2, told)
    }

    @Test(arguments: ["C_SignInit", "C_Sign"], ["b3", "b0", "32", "e0", "101"])
    func `by losing its session is opened again, once`(_ call: String, _ value: String)
        async throws
    {
        let token = try await FaultyToken()
        let once = ["CALL": call, "AT": "1", "VALUE": value]
        try await token.yes(token.signing(), once)
        #expect(try token.logins() == ["0x0", "0x0"])
        try await token.site.yes("airseal verify l:v1 --scope site.example/hello")
        let answer = try await token.run(token.signing(), once.merging(["FOREVER": "1"]) { $1 })
        #expect(answer.status == 2)
        #expect(answer.errors.contains("the token was lost at \(call): CKR_"), "\(answer)")
        #expect(try token.logins() == ["0x0", "0x0"])
    }

    @Test(arguments: [("a0", "rejected the PIN"), ("a4", "locked")])
    func `by losing its session, and then rejects the PIN, is not tried again`(
        _ value: String, _ reason: String
    ) async throws {
        let token = try await FaultyToken()
        let lost = ["CALL": "C_Sign", "AT": "1", "VALUE": "b3", "LOGIN": value]
        let answer = try await token.run(token.signing(), lost)
        #expect(answer.status == 2)
        #expect(answer.sentences.count == 1, "\(answer)")
        #expect(answer.sentences[0].contains(reason), "\(answer)")
        #expect(try token.logins() == ["0x0", "0x\(value)"])
        guard value == "a0" else { return }
        // Nor by the next run, for the mark stays: the file is the same.
        let next = try await token.run(token.signing())
        #expect(next.status == 2)
        #expect(try token.logins().isEmpty, "\(next)")
    }

    @Test func `by losing its session while it gives the chain is opened again`() async throws {
        let token = try await FaultyToken()
        try await token.yes("airseal key install --key \(token.key()) --chain k.pem")
        let line = "rm -rf l; cp -r base l; airseal sign l:v1 --key \(token.key())"
        try await token.yes(line)
        // The last attribute that is read belongs to a certificate.
        let count = try token.calls().count { $0.name == "C_GetAttributeValue" }
        try await token.yes(
            line, ["CALL": "C_GetAttributeValue", "AT": "\(count)", "VALUE": "b3"])
        #expect(try token.logins() == ["0x0", "0x0"])
        try await token.site.yes("airseal verify l:v1 --scope site.example/hello")
    }

    @Test func `by not ending a search is told so`() async throws {
        let token = try await FaultyToken()
        let answer = try await token.run(
            token.signing(), ["CALL": "C_FindObjectsFinal", "AT": "1", "VALUE": "5"])
        #expect(answer.status == 2)
        #expect(answer.errors.contains("C_FindObjectsFinal"), "\(answer)")
    }

    @Test func `by losing its session is not opened again with another key`() async throws {
        let token = try await FaultyToken()
        let other = token.key().replacing("object=k", with: "object=other")
        try await token.yes("airseal key generate-test --key \(other) --chain-out other.pem")
        let answer = try await token.run(
            token.signing(), ["CALL": "C_Sign", "AT": "1", "VALUE": "32", "SWAP": "other"])
        #expect(answer.status == 2)
        #expect(answer.errors.contains("the key \"other\" (id "), "\(answer)")
        #expect(try token.calls().count { $0.name == "C_Sign" } == 1)
    }

    @Test(arguments: ["p256", "rsa2048"])
    func `to have the raw mechanism is given the message where it can hash`(_ type: String)
        async throws
    {
        let token = try await FaultyToken(type: type)
        let answer = try await token.run(
            token.signing(), ["HIDE": type == "p256" ? "1041" : "d"])
        let started = try token.calls().filter { $0.name == "C_SignInit" }.map(\.result)
        #expect(started.count == 2 && started[0] == "0x70")
        if type == "p256" {
            // SoftHSM has no mechanism that hashes for EC.
            #expect(answer.status == 2)
            #expect(answer.errors.contains("refused C_SignInit: CKR_MECHANISM_INVALID"))
        } else {
            #expect(answer.status == 0, "\(answer)")
            try await token.site.yes("airseal verify l:v1 --scope site.example/hello")
        }
    }

    @Test func `to answer is given up in time, and left alone`() async throws {
        let token = try await FaultyToken()
        let hang = ["CALL": "C_Sign", "AT": "1", "VALUE": "hang"]
        let answer = try await token.run(token.signing("--token-timeout 4"), hang)
        #expect(answer.status == 2)
        #expect(answer.errors.contains("the token did not answer C_Sign within 4 s"))
        #expect(try token.calls().last?.name == "C_Sign")
        for wrong in ["0", "0m", "-1", "1h", "1d", "", "x", "86401", "1441m", "0x1", "1.5"] {
            let answer = try await token.run(token.signing("--token-timeout='\(wrong)'"))
            #expect(answer.status == 64, "\(wrong): \(answer)")
        }
        for fine in ["off", "90", "90s", "5m"] {
            try await token.yes(token.signing("--token-timeout \(fine)"))
        }
    }

    @Test(arguments: [("TERM", 143), ("INT", 130), ("HUP", 129)])
    func `to answer can be ended by a signal`(_ signal: String, _ status: Int) async throws {
        let token = try await FaultyToken()
        let answer = try await token.run(
            """
            cp -r base l; set -m
            airseal sign l:v1 --key \(token.key()) --chain k.pem --token-timeout off & pid=$!
            until grep -q hangs log 2>/dev/null; do sleep 0.05; done
            # The PIN is in nothing that others can see of the process.
            ! grep -q \(FaultyToken.typedPIN) /proc/$pid/cmdline /proc/$pid/environ || exit 9
            kill -\(signal) $pid
            wait $pid
            """, ["CALL": "C_Sign", "AT": "1", "VALUE": "hang"])
        #expect(Int(answer.status) == status, "\(answer)")
        #expect(try token.calls().last?.name == "C_Sign")
    }
}

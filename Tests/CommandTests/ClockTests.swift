import Encodings
import Testing

@Suite struct `The clock` {
    /// The far side after a bundle: its creation is the floor.
    private static func far() async throws -> Gap {
        let gap = try await Gap()
        try await gap.sign()
        try await gap.low.yes(gap.export("b.tar"))
        try await gap.carry("b.tar")
        try await gap.high.yes("airseal receive b.tar --into l")
        try await gap.high.yes("airseal verify l:v1 --scope site.example/hello")
        return gap
    }

    // Refusals.

    @Test(arguments: ["-1h", "-365d", "@1970-01-02 00:00:00"])
    func `that is set back gives no verdict, and both times are said`(_ time: String) async throws {
        let gap = try await Self.far()
        let index = try gap.high.bytes("l/index.json")
        for verb in [
            "verify l:v1 --scope site.example/hello", "receive b.tar --into l",
            "receive b.tar --into other",
        ] {
            let answer = try await gap.high.run("faketime -f '\(time)' airseal \(verb)")
            #expect(answer.status == 2, "\(answer)")
            #expect(answer.sentences.count == 1)
            #expect(answer.sentences[0].contains("the clock says "), "\(answer)")
            #expect(answer.sentences[0].contains(", and it is "), "\(answer)")
            #expect(answer.sentences[0].hasSuffix(" at least: bundle 1 from low-side"), "\(answer)")
            if !verb.hasPrefix("verify") { #expect(answer.output.isEmpty) }
        }
        #expect(try gap.high.bytes("l/index.json") == index)
        let status = try await gap.high.run("faketime -f '\(time)' airseal clock status --json")
        #expect(status.status == 2)
        #expect(try status.json.member("behindFloor").boolean())
    }

    @Test(arguments: ["-1h", "-365d"])
    func `that is set back after a signature makes no other`(_ time: String) async throws {
        let gap = try await Gap()
        try await gap.sign()
        let index = try gap.low.bytes("l/index.json")
        for line in ["airseal sign --all l \(gap.low.signing("signer"))", gap.export("b.tar")] {
            // The token's PIN is asked of nobody.
            let answer = try await gap.low.run(
                "mv pin away; faketime -f '\(time)' \(line); status=$?; mv away pin; exit $status")
            #expect(answer.status == 2, "\(answer)")
            #expect(
                answer.sentences.first?.contains("and this machine signed at ") == true, "\(answer)"
            )
        }
        #expect(try gap.low.bytes("l/index.json") == index)
        // What others signed is judged.
        try await gap.low.yes("airseal verify l:v1 --scope site.example/hello")
    }

    @Test func `is not accepted without somebody who says the date`() async throws {
        let gap = try await Self.far()
        let before = try gap.high.bytes("state/floors.json")
        let accept = "faketime -f '-40d' airseal clock accept --reason test"
        let alone = try await gap.high.run("setsid -w \(accept) < /dev/null")
        #expect(alone.status == 2)
        #expect(alone.sentences.contains { $0.contains("there is no terminal") }, "\(alone)")
        let wrong = try await gap.high.run("echo 2001-01-01 | script -qec \"\(accept)\" /dev/null")
        #expect(wrong.status == 1)
        #expect(wrong.output.contains("and that was not typed"), "\(wrong)")
        for reason in ["''", "'  '"] {
            let silent = try await gap.high.run("airseal clock accept --reason \(reason)")
            #expect(silent.status == 64)
        }
        #expect(try gap.high.bytes("state/floors.json") == before)
    }

    @Test(arguments: ["0s", "25h", "5", "x", ""])
    func `may not differ by what is no time`(_ tolerance: String) async throws {
        let gap = try await Self.far()
        try await gap.high.yes(
            """
            echo '{"version": "1.0", "clockTolerance": "\(tolerance)"}' > home/verification.json
            """)
        let answer = try await gap.high.run("airseal verify l:v1 --scope site.example/hello")
        #expect(answer.status == 2)
        #expect(
            answer.sentences[0].hasSuffix("\"\(tolerance)\" is no time by which clocks may differ"),
            "\(answer)")
    }

    // Acceptances.

    @Test func `has no floor before anything was proven, and none is made by looking`()
        async throws
    {
        let site = try await Site()
        let answer = try await site.yes("airseal clock status")
        #expect(answer.output.contains("floor: none yet"))
        try await site.yes("test ! -e state/floors.json")
    }

    @Test func `may be behind by as much as the site says`() async throws {
        let gap = try await Self.far()
        try await gap.high.yes(
            """
            faketime -f '-4m' airseal verify l:v1 --scope site.example/hello
            faketime -f '-4m' airseal clock status
            ! faketime -f '-10m' airseal clock status
            echo '{"version": "1.0", "clockTolerance": "20m"}' > home/verification.json
            faketime -f '-10m' airseal clock status
            """)
    }

    @Test func `of a replay knows no floor and moves none`() async throws {
        let gap = try await Self.far()
        let before = try gap.high.bytes("state/floors.json")
        let now = try await gap.high.yes("date -u +%Y-%m-%dT%H:%M:%SZ").output.dropLast()
        let replay = try await gap.high.yes(
            """
            faketime -f '-40d' airseal verify l:v1 --scope site.example/hello --at \(now)
            """)
        #expect(replay.output.contains(", replayed at \(now)"))
        #expect(try gap.high.bytes("state/floors.json") == before)
    }

    @Test func `is accepted by somebody who says the date, and the record has the reason`()
        async throws
    {
        let gap = try await Self.far()
        let line = "airseal clock accept --reason 'the battery failed'"
        let answer = try await gap.high.yes(
            """
            date -u -d '-40 days' +%Y-%m-%d > date
            script -qec "faketime -f '-40d' \(line)" /dev/null < date
            faketime -f '-40d' airseal clock status
            """)
        #expect(answer.output.contains("by clock accept: the battery failed"), "\(answer)")
        let record = try await gap.high.yes("airseal audit show --kind clock-accept --json")
        let details = try record.json.array()[0].member("details")
        #expect(try details.member("reason").string() == "the battery failed")
        #expect(try details.member("witness").string() == "bundle 1 from low-side")
    }

    @Test func `that is not behind is not accepted again`() async throws {
        let gap = try await Self.far()
        let before = try gap.high.bytes("state/floors.json")
        let answer = try await gap.high.yes("setsid -w airseal clock accept --reason test")
        #expect(answer.errors.contains("the clock is not behind"))
        #expect(try gap.high.bytes("state/floors.json") == before)
    }
}

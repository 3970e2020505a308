import Encodings
import Testing

@Suite struct `The audit record as an auditor reads it` {
    /// A site with three signatures in its record.
    private static func ready() async throws -> Site {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.copySample("hello", to: "l")
        for _ in 1...3 { try await site.yes("airseal sign l:v1 \(site.signing("signer"))") }
        return site
    }

    // Refusals.

    @Test func `is no record where there is no state`() async throws {
        let site = try await Site()
        for verb in ["show", "verify"] {
            let answer = try await site.run("airseal audit \(verb) --state nowhere --json")
            #expect(answer.status == 2)
            #expect(
                answer.sentences == [
                    "airseal: error: there is no state at nowhere, and so no audit record"
                ])
            #expect(try await site.run("test -e nowhere").status == 1)
        }
    }

    @Test func `is no empty record where the file was taken away`() async throws {
        let site = try await Self.ready()
        try await site.yes("rm state/audit.jsonl")
        for verb in ["show", "verify"] {
            let answer = try await site.run("airseal audit \(verb) --json")
            #expect(answer.status == 2)
            #expect(answer.output.isEmpty)
            #expect(
                answer.sentences == [
                    "airseal: error: there is no audit record at \(site.root)/state/audit.jsonl"
                ], "\(answer)")
        }
    }

    @Test(arguments: ["g+w", "o+w"]) func `is not kept where others may change it`(
        _ right: String
    ) async throws {
        let site = try await Self.ready()
        try await site.yes("cp state/audit.jsonl before; chmod \(right) state")
        let answer = try await site.run("airseal sign l:v1 \(site.signing("signer"))")
        #expect(answer.status == 2)
        #expect(
            answer.sentences == [
                "airseal: error: others than its owner may change the state in "
                    + "\(site.root)/state"
            ], "\(answer)")
        try await site.yes("cmp state/audit.jsonl before; chmod go-w state; airseal audit verify")
    }

    @Test(arguments: [
        ("2s/sign/sigh/", 2), ("1d", 1), ("2d", 2), ("2p", 3), ("1s/\"id\":/\"id\": /", 1),
        ("3s/\"version\":1/\"version\":2/", 3),
    ]) func `is broken at the line that was changed`(_ edit: String, _ line: Int64) async throws {
        let site = try await Self.ready()
        try await site.yes("sed -i '\(edit)' state/audit.jsonl && cp state/audit.jsonl before")
        for verb in ["show", "verify"] {
            let answer = try await site.run("airseal audit \(verb)")
            #expect(answer.status == 1)
            #expect(
                answer.sentences.last?.contains(
                    "line \(line) is no record, or does not follow the line before it") == true,
                "\(answer.errors)")
        }
        let report = try await site.run("airseal audit verify --json")
        #expect(report.status == 1)
        #expect(try report.json.member("verdict").string() == "broken")
        #expect(try report.json.member("brokenLine").integer() == line)
        try await site.yes("cmp state/audit.jsonl before")
    }

    @Test func `is cut short when the head that was noted is not in it`() async throws {
        let site = try await Self.ready()
        let head = try await site.yes("airseal audit verify --json").json.member("head").string()
        try await site.yes("airseal sign l:v1 \(site.signing("signer"))")
        let later = try await site.yes("airseal audit verify --head \(head) --json").json
        let count = try later.member("records").integer()
        #expect(try later.member("notedHead").member("line").integer() == count - 1)
        try await site.yes("sed -i '\(count - 1),$d' state/audit.jsonl")
        let cut = try await site.run("airseal audit verify --head \(head) --json")
        #expect(cut.status == 1)
        #expect(try cut.json.member("verdict").string() == "headMissing")
        #expect(cut.errors.contains("lines are missing at its end"))
        #expect(try await site.run("airseal audit verify").status == 0)
    }

    @Test(arguments: [
        "damaged": "printf 'x\\n' >> state/audit.jsonl",
        "a folder": "mv state/audit.jsonl kept && mkdir state/audit.jsonl",
    ]) func `that cannot be written stops the signature`(_ name: String, _ spoil: String)
        async throws
    {
        let site = try await Self.ready()
        try await site.yes("\(spoil); cp -r l before")
        for line in ["airseal sign l:v1", "airseal sign l --all"] {
            let answer = try await site.run("\(line) \(site.signing("signer"))")
            #expect(answer.status == 2)
            #expect(answer.output.isEmpty)
            #expect(answer.errors.contains("audit"), "\(answer.errors)")
            try await site.yes("cmp l/index.json before/index.json")
        }
    }

    @Test(
        .enabled(if: Mounts.areAllowed, "mounting needs root and unshare"),
        arguments: [
            (
                "mount -t tmpfs -o size=64k none full && cp -a state/. full/ && head -c 1M /dev/zero > full/filler",
                "the disk is full"
            ),
            (
                "mount --bind state full && mount -o remount,ro,bind full",
                "cannot be written|read-only"
            ),
        ]) func `on a disk that takes nothing stops the signature`(_ mount: String, _ says: String)
        async throws
    {
        let site = try await Self.ready()
        let answer = try await site.run(
            """
            mkdir full; cp -r l before
            export KEY=\(site.key("signer"))
            unshare -m bash -s <<'END'
            { \(mount); } 2> /dev/null
            airseal sign l:v1 --state full --key "$KEY" --chain signer.pem 2> errors; status=$?
            grep -qE '\(says)' errors || { cat errors >&2; exit 3; }
            exit $status
            END
            """)
        #expect(answer.status == 2, "\(answer.errors)")
        #expect(answer.output.isEmpty)
        try await site.yes("cmp l/index.json before/index.json")
    }

    // What it shows.

    @Test func `shows what is asked for, as text and as JSON by the schema`() async throws {
        let site = try await Self.ready()
        let all = try await site.yes("airseal audit show --json").json.array()
        let count = try await site.yes("wc -l < state/audit.jsonl").output
        #expect(all.count == Int(count.dropLast()))
        let last = try #require(all.last)
        let operation = try last.member("operation").string()
        let selections = [
            ("--last 1", 1), ("--kind sign", 3), ("--kind sign --last 2", 2), ("--kind none", 0),
            ("--operation \(operation)", 1), ("--since \(all.count)", 1),
            ("--since 2020-01-01T00:00:00Z", all.count), ("--since 2999-01-01T00:00:00Z", 0),
        ]
        for (options, expected) in selections {
            let found = try await site.yes("airseal audit show \(options) --json").json.array()
            #expect(found.count == expected, "\(options)")
            let lines = try await site.yes("airseal audit show \(options)").output
                .split(separator: "\n").filter { !$0.hasPrefix(" ") }
            #expect(lines.count == expected, "\(options)")
        }
        try await site.yes(
            """
            while IFS= read -r line; do
                printf '%s' "$line" > line.json
                /usr/bin/python3 -m jsonschema -i line.json \
                    '\(Site.package)/docs/formats/audit-record.schema.json' || exit 1
            done < state/audit.jsonl
            """)
    }

    @Test func `is walked by the shell as its page says`() async throws {
        let site = try await Self.ready()
        let walk = """
            awk '/^```sh/ { on = 1; next } /^```/ { on = 0 } on' \
                '\(Site.package)/docs/formats/audit-record.md' > walk.sh
            cd state && bash ../walk.sh && cd ..
            """
        #expect(try await site.yes(walk).output.isEmpty)
        try await site.yes("sed -i '2s/sign/sigh/' state/audit.jsonl")
        #expect(try await site.yes(walk).output == "broken\n")
    }

    @Test func `tells of a last line that was never finished, and cuts it off`() async throws {
        let site = try await Self.ready()
        try await site.yes("printf '{\"version\":1' >> state/audit.jsonl")
        let told = try await site.yes("airseal audit verify --json")
        #expect(try told.json.member("unfinishedBytes").integer() == 12)
        #expect(told.errors.contains("12 bytes of one that was never finished"))
        try await site.yes("airseal sign l:v1 \(site.signing("signer"))")
        #expect(try await site.yes("airseal audit verify").errors.isEmpty)
    }
}

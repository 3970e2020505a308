import Encodings
import TestSupport
import Testing

extension Site {
    /// Starts all `lines` at once, each in a shell of its own, and waits for all. Each must end with
    /// status 0 within `seconds`; what a failing one said is told.
    func together(
        _ lines: [String], within seconds: Int, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        var script = "mkdir -p talk; rm -f talk/*\n"
        for (number, line) in lines.enumerated() {
            script += """
                cat > talk/\(number).sh <<'END'
                set -e
                \(line)
                END
                timeout \(seconds) bash talk/\(number).sh > talk/\(number).out 2>&1 &
                pids="$pids $!"

                """
        }
        script += """
            number=0
            for pid in $pids; do
                wait $pid || { echo "status $? of:"; cat talk/$number.sh talk/$number.out; }
                number=$((number + 1))
            done >&2
            """
        let answer = try await run(script)
        #expect(answer.errors.isEmpty, "\(answer.errors)", sourceLocation: sourceLocation)
    }

    /// How many signatures the image tagged `v1` has: by `list`, and by each convention that a
    /// stranger reads.
    fileprivate func signatureCounts(_ layout: String) async throws -> [Int] {
        let image = try #require(
            try await yes("airseal list \(layout) --json").json.array().first {
                try $0.optional("name")?.value == "v1"
            })
        let digest = try image.member("digest").string()
        let listings = try await ReferrersByHand.list(self, layout)
        return [Int(try image.member("signatures").integer())]
            + ["entry", "fallback"].map { convention in
                listings.count { $0.subject == digest && $0.convention == convention }
            }
    }
}

/// One after the other: each fills the machine by itself.
@Suite(.serialized, .timeLimit(.minutes(15))) struct `Many processes on one layout` {
    /// Signers at once. Of as many, notation keeps 2 to 4 signatures.
    static let signerCount = 20

    @Test(arguments: 1...3) func `keep 20 of 20 signatures`(_ round: Int) async throws {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.copySample("hello", to: "l")
        let sign = "airseal sign l:v1 \(site.signing("signer"))"
        try await site.together(Array(repeating: sign, count: Self.signerCount), within: 300)
        let counts = try await site.signatureCounts("l")
        #expect(counts == [20, 20, 20])
        try await site.yes("airseal check l")
        let recorded = try await site.yes("grep -c '\"kind\":\"sign\"' state/audit.jsonl").output
        #expect(recorded == "20\n")
        Effort.report("concurrent signatures kept", counts.min() ?? 0)
    }

    @Test func `keep 20 of 20 signatures of people who share nothing else`() async throws {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.copySample("hello", to: "l")
        // Everybody has a token of their own with the same key in it.
        try await site.together(
            (1...Self.signerCount).map { person in
                """
                mkdir -p people/\(person)/home && cp -r tokens people/\(person)
                echo "directories.tokendir = $PWD/people/\(person)/tokens" \
                    > people/\(person)/softhsm2.conf
                export SOFTHSM2_CONF=$PWD/people/\(person)/softhsm2.conf
                export AIRSEAL_STATE=$PWD/people/\(person)/state
                export AIRSEAL_HOME=$PWD/people/\(person)/home HOME=$PWD/people/\(person)
                airseal sign l:v1 \(site.signing("signer"))
                """
            }, within: 300)
        let counts = try await site.signatureCounts("l")
        #expect(counts == [20, 20, 20])
        try await site.yes("airseal check l")
        Effort.report("concurrent signatures kept", counts.min() ?? 0)
    }

    @Test func `sign, import, check, list, verify and export side by side`() async throws {
        let gap = try await Gap()
        let low = gap.low
        try await gap.sign()
        let importCount = 8
        for number in 1...importCount {
            try await low.copySample("two-platforms", to: "a\(number)")
            try await low.yes(
                "sed -i 's/site.example.hello:v1/site.example\\/import:v\(number)/' a\(number)/index.json"
            )
        }
        let again = "for turn in 1 2 3 4 5; do"
        var lines = Array(
            repeating: "airseal sign l:v1 \(low.signing("signer"))", count: Self.signerCount)
        lines += (1...importCount).map { "airseal import a\($0) --into l" }
        lines += [
            "\(again) airseal check l --json; done",
            "\(again) airseal check l; done",
            "\(again) airseal list l; done",
            "\(again) airseal inspect l:v1; done",
            "\(again) airseal verify l:v1 --scope site.example/hello; done",
            gap.export("b.tar", layout: "l:v1"),
        ]
        try await low.together(lines, within: 300)
        // One signature was there before.
        #expect(try await low.signatureCounts("l") == [21, 21, 21])
        let names = Set(
            try await low.yes("airseal list l --json").json.array().compactMap {
                try $0.optional("name")?.string()
            })
        let imported = Set((1...importCount).map { "site.example/import:v\($0)" })
        #expect(names == imported.union(["v1"]))
        try await low.yes("airseal check l")
        let notes = try await low.yes("airseal check l --json").json.member("notes").array()
        for note in notes {
            // Replaced lists of referrers stay for readers on their way; nothing else stays.
            #expect(try note.member("kind").string() == "orphaned-blob", "\(note.value)")
        }
        try await gap.carry("b.tar")
        try await gap.high.yes("airseal receive b.tar --into l && airseal check l")
        try await gap.high.yes("airseal verify l:v1 --scope site.example/hello")
    }

    /// A reader that opened `index.json` before a writer replaced what it names starts over.
    @Test func `are read while others sign, import, remove and prune, and are never found damaged`()
        async throws
    {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.trust(["signer-root.pem"])
        try await site.copySample("hello", to: "l")
        try await site.copySample("two-platforms", to: "a")
        let sign = "airseal sign l:v1 \(site.signing("signer"))"
        try await site.yes(sign)
        let turns = Effort.count(test: 10, soak: 60)
        let again = { (verb: String) in "for turn in $(seq \(turns)); do \(verb); done" }
        try await site.together(
            [
                again("\(sign) && airseal prune l"),
                again("airseal import a --into l && airseal remove l:site.example/hello:v1"),
                again("airseal prune l"),
                again("airseal check l"), again("airseal check l --json"),
                again("airseal verify l:v1 --scope site.example/hello"),
                again("airseal list l | grep -q ' v1 '"), again("airseal inspect l:v1"),
                again("airseal import l --into copy --replace"),
            ], within: 600)
        let count = turns + 1
        #expect(try await site.signatureCounts("l") == [count, count, count])
        try await site.yes("airseal prune l && airseal check l && airseal check copy")
        let notes = try await site.yes("airseal check l --json").json.member("notes").array()
        #expect(notes.isEmpty)
    }

    @Test func `come to no deadlock over one state and two layouts`() async throws {
        let gap = try await Gap()
        try await gap.sign()
        let bundleCount = 4
        for number in 1...bundleCount {
            try await gap.low.yes(gap.export("b\(number).tar"))
            try await gap.carry("b\(number).tar")
        }
        let high = gap.high
        try await high.makeKey("own")
        try await high.copySample("two-platforms", to: "m")
        try await high.copySample("hello", to: "l")
        let sign = { (reference: String) in "airseal sign \(reference) \(high.signing("own"))" }
        let export = { (layout: String, name: String) in
            """
            airseal export \(layout) --to \(name) --destination far-side \
                --scope site.example/hello \(high.signing("own"))
            """
        }
        try await high.together(
            [
                "for n in $(seq \(bundleCount)); do airseal receive b$n.tar --into l; done",
                "for n in 1 2 3 4; do \(sign("l:v1")); done",
                "for n in 1 2 3 4; do \(sign("--all m l")); done",
                "for n in 1 2 3 4; do \(sign("--all l m")); done",
                "for n in 1 2 3; do \(export("l:v1", "c$n.tar")); done",
                "for n in 1 2 3; do \(export("m", "d$n.tar")); done",
                "for n in 1 2 3 4; do airseal import l --into m --replace; done",
                "for n in 1 2 3 4; do airseal import m --into l --replace; done",
            ], within: 300)
        for layout in ["l", "m"] { try await high.yes("airseal check \(layout)") }
        // Numbers were given out one after the other.
        #expect(try high.json("state/sending/far-side/state.json").member("next").integer() == 7)
        #expect(
            try high.json("state/receiving/low-side/state.json").member("sequence").integer()
                == Int64(bundleCount))
    }
}

@Suite struct `A quarantine` {
    @Test func `is filled and emptied by many at once, and each bundle leaves once`() async throws {
        let gap = try await Gap()
        try await gap.sign()
        for number in 1...4 {
            try await gap.low.yes(gap.export("b\(number).tar"))
            try await gap.carry("b\(number).tar")
        }
        let hold = "for n in 1 2 3 4; do airseal receive b$n.tar --into l --hold || true; done"
        try await gap.high.together([hold, hold, hold], within: 200)
        let held = try await gap.high.yes("airseal release l --list --json").json.array()
        #expect(try held.map { try $0.member("sequence").integer() } == [1, 2, 3, 4])
        let release = "for n in 1 2 3 4; do airseal release l || true; done; airseal prune l"
        try await gap.high.together([release, release, release], within: 200)
        try await gap.high.yes("airseal check l && [ ! -e l/.airseal-quarantine ]")
        let counts = try await gap.high.yes(
            """
            grep -c '"kind":"hold"' state/audit.jsonl
            grep -c '"kind":"release"' state/audit.jsonl
            airseal audit verify
            """)
        #expect(counts.output.hasPrefix("4\n4\n"), "\(counts)")
    }
}

@Suite struct `A layout that another process has locked` {
    /// Locks `folder` in a process that is stopped, so that it never lets go by itself, and puts its
    /// number into `$holder`.
    static func stopped(_ folder: String = "l") -> String {
        """
        flock -x --no-fork \(folder) sleep 100 & holder=$!
        trap 'kill -KILL $holder' EXIT
        until ! flock -x -n \(folder) true; do sleep 0.05; done
        kill -STOP $holder
        """
    }

    static let readers = [
        "list l", "inspect l:v1", "check l", "check l --json",
        "verify l:v1 --scope site.example/hello", "import l --into other",
        "check l --repair --dry-run", "prune l --dry-run", "remove l:v1 --dry-run",
    ]

    @Test(arguments: readers) func `is read without a wait`(_ verb: String) async throws {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.trust(["signer-root.pem"])
        try await site.copySample("hello", to: "l")
        try await site.yes("airseal sign l:v1 \(site.signing("signer"))")
        let answer = try await site.yes("\(Self.stopped())\ntimeout 20 airseal \(verb)")
        #expect(!answer.errors.contains("waiting"))
    }

    static let writers = [
        "sign l:v1 --key KEY --chain signer.pem", "import a --into l", "prune l", "remove l:v1",
        "check l --repair",
        "export l --to b --destination far --scope site.example/hello --key KEY --chain signer.pem",
    ]

    static func site() async throws -> Site {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.yes("airseal peer self near")
        try await site.copySample("hello", to: "l")
        try await site.copySample("two-platforms", to: "a")
        try await site.yes("airseal sign l:v1 \(site.signing("signer"))")
        return site
    }

    @Test(arguments: writers) func `is waited for, and who holds it is said after a second`(
        _ verb: String
    ) async throws {
        let site = try await Self.site()
        let line = "airseal \(verb.replacing("KEY", with: site.key("signer")))"
        let answer = try await site.yes(
            """
            \(Self.stopped())
            echo $holder
            (sleep 8; kill -CONT $holder; kill $holder) &
            \(line)
            """)
        let waits = answer.errors.split(separator: "\n").filter { $0.contains("waiting") }
        #expect(waits.count == 1, "\(answer.errors)")
        let holder = answer.output.prefix { $0 != "\n" }
        let said = "waiting for another process that is changing l"
        // The system's list of locks does not name the processes of every kind of machine.
        #expect(
            ["airseal: \(said)", "airseal: \(said) (process \(holder), sleep)"]
                .contains(waits.first.map(String.init)), "\(waits)")
    }

    @Test(arguments: writers) func `is free when the holder is killed`(_ verb: String) async throws
    {
        let site = try await Self.site()
        let line = "airseal \(verb.replacing("KEY", with: site.key("signer")))"
        // Killed while stopped: nothing of it can have tidied up.
        let answer = try await site.yes(
            "\(Self.stopped())\n(sleep 0.5; kill -KILL $holder) &\ntimeout 60 \(line)")
        #expect(!answer.errors.contains("error"))
    }

    @Test(arguments: writers) func `is not waited for longer than --wait says`(_ verb: String)
        async throws
    {
        let site = try await Self.site()
        let line = "airseal \(verb.replacing("KEY", with: site.key("signer")))"
        let before = try site.bytes("l/index.json")
        let answer = try await site.run("\(Self.stopped())\n\(line) --wait 2")
        #expect(answer.status == 2, "\(answer)")
        #expect(
            answer.sentences.last
                == "airseal: error: \(verb.contains("import") ? "a: " : "")l: "
                + "another process has been changing it for too long", "\(answer)")
        #expect(try site.bytes("l/index.json") == before)
        // Nothing was begun, and the next run finds nothing to finish.
        let next = try await site.yes(line)
        #expect(!next.errors.contains("interrupted"))
    }

    @Test func `keeps another layout of the same state from nothing`() async throws {
        let site = try await Self.site()
        let sign = "timeout 60 airseal sign a:site.example/hello:v1 \(site.signing("signer"))"
        let answer = try await site.yes("\(Self.stopped())\n\(sign)")
        #expect(!answer.errors.contains("waiting"))
    }
}

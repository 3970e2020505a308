import Encodings
import Glibc
import TestSupport
import Testing

@Suite(.enabled(if: geteuid() == 0, "only root may become another user"))
struct `The scanner` {
    /// A signed bundle of two repositories on the high side, which has a layout already.
    private static func gap() async throws -> Gap {
        let gap = try await Gap()
        try await gap.low.copySample("hello", to: "l")
        try await gap.low.yes(
            """
            cp -r '\(Site.package)/layouts/two-platforms' other
            airseal import other --into l
            airseal sign --all l \(gap.low.signing("signer"))
            \(gap.export("b.tar"))
            """)
        try await gap.carry("b.tar")
        try await gap.high.yes(
            "airseal import '\(Site.package)/layouts/hello' --into l --name mine:v1")
        return gap
    }

    /// Has the high side scan with a script.
    private static func scan(
        _ script: String, in gap: Gap, user: String = "nobody", limit: String = "20s"
    ) async throws {
        try await gap.high.yes(
            """
            cat > scan.sh <<'END'
            #!/bin/sh
            \(script)
            END
            chmod 755 scan.sh
            cat > home/scanner.json <<END
            {"version": "1.0", "command": ["$PWD/scan.sh"], "user": "\(user)",
            "timeLimit": "\(limit)", "clean": [0], "found": [1, 3]}
            END
            /usr/bin/python3 -m jsonschema -i home/scanner.json \
                '\(Site.package)/docs/formats/scanner.schema.json'
            """)
    }

    struct Verdict: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let script: String
        let status: Int32
        let word: String
    }

    static let verdicts = [
        Verdict(
            testDescription: "found", script: "echo bad; exit 1", status: 1, word: "(scan)"),
        Verdict(
            testDescription: "found by another status", script: "exit 3", status: 1,
            word: "(scan)"),
        Verdict(
            testDescription: "an unknown status", script: "exit 2", status: 2,
            word: "did not say"),
        Verdict(
            testDescription: "a signal", script: "kill -9 $$", status: 2, word: "did not say"),
        Verdict(
            testDescription: "no end", script: "echo begun; (setsid sleep 7777 &) ; sleep 7777",
            status: 2, word: "did not say"),
    ]

    @Test(arguments: verdicts) func `keeps a bundle from being released, or held`(
        _ verdict: Verdict
    ) async throws {
        let gap = try await Self.gap()
        try await Self.scan(verdict.script, in: gap, limit: "2s")
        for option in ["", "--hold"] {
            try await Refusal.expect(
                gap.high, "airseal receive b.tar --into l \(option)", status: verdict.status,
                says: verdict.word)
        }
        if verdict.script.contains("7777") {
            #expect(try await gap.high.run("pgrep -x -f 'sleep 7777'").status == 1)
        }
        // The record has what it said.
        let record = try await gap.high.yes("tail -n 1 state/audit.jsonl").output
        #expect(record.contains("\"scans\":[{\"digest\""), "\(record)")
    }

    /// Each starts the next in a session of its own, and the first says that all is well.
    @Test func `leaves nothing behind, however deep it goes`() async throws {
        let gap = try await Self.gap()
        try await gap.high.yes(
            """
            cat > chain.c <<'END'
            #include <unistd.h>
            int main(void) {
                for (int depth = 0; depth < 1500; depth++) {
                    if (fork() > 0) { if (depth == 0) { sleep(1); return 0; } for (;;) pause(); }
                    setsid();
                }
                for (;;) pause();
            }
            END
            cc -o airseal-chain chain.c
            """)
        try await Self.scan("exec '\(gap.high.root)/airseal-chain'", in: gap)
        let answer = try await gap.high.run("airseal receive b.tar --into l")
        #expect(answer.status == 0, "\(answer)")
        #expect(try await gap.high.run("pgrep -x airseal-chain").status == 1)
    }

    struct Broken: Sendable, CustomTestStringConvertible {
        let word: String
        let change: String
        var testDescription: String { word }
    }

    static let broken = [
        Broken(word: "no user", change: "s/nobody/airseal-nobody/"),
        Broken(word: "may not run as", change: "s/nobody/root/"),
        Broken(word: "cannot be executed", change: "s/scan.sh/nothing/"),
        Broken(word: "absolute path", change: #"s/\[".*scan.sh"\]/["scan.sh"]/"#),
        Broken(word: "no time that a scan", change: "s/20s/never/"),
        Broken(word: "no exit status", change: "s/1, 3/1, 0/"),
        Broken(word: "must each name", change: "s/1, 3//"),
        Broken(word: "scan.sh", change: "s/\"clean\"/\"cleaner\"/"),
        Broken(word: "2.0", change: "s/1\\.0/2.0/"),
    ]

    @Test(arguments: broken) func `that cannot be asked lets nothing pass`(_ broken: Broken)
        async throws
    {
        let gap = try await Self.gap()
        try await Self.scan("exit 0", in: gap)
        try await gap.high.yes("sed -i '\(broken.change)' home/scanner.json")
        let answer = try await gap.high.run("airseal receive b.tar --into l")
        #expect(answer.status == 2, "\(answer)")
        let word = broken.word == "scan.sh" ? "scanner.json" : broken.word
        #expect(answer.errors.contains(word), "\(answer)")
        #expect(try await gap.high.run("airseal list l --json").json.array().count == 1)
    }

    @Test func `sees each image as a layout, and can change nothing`() async throws {
        let gap = try await Self.gap()
        try await Self.scan(
            #"""
            PATH=/usr/bin:/bin
            [ "$(id -un)" = nobody ] || exit 9
            [ -z "$(cat)" ] || exit 10
            [ "$(env | grep -cvE '^(PWD|PATH|_|SHLVL|OLDPWD)=')" = 0 ] || exit 11
            [ "$(ls /proc/self/fd | wc -l)" -le 4 ] || exit 12
            grep -q imageLayoutVersion oci-layout || exit 13
            for name in blobs/*/*; do
                sum=$(sha256sum < "$name" | cut -d ' ' -f 1)
                [ "${name##*/}" = "$sum" ] || exit 14
                (echo x >> "$name") 2>&- && exit 15
                rm -f "$name" 2>&- && exit 16
                chmod 666 "$name" 2>&- && exit 17
            done
            (echo x > index.json) 2>&- && exit 18
            (echo x > new) 2>&- && exit 19
            chmod 777 . blobs 2>&- && exit 20
            ls ../.airseal-staging* ../.airseal-quarantine 2>&- && exit 21
            grep -o '"org.opencontainers.image.ref.name":"[^"]*"' index.json
            printf 'caf\303\251\033[2J\n'
            exit 0
            """#, in: gap)
        try await gap.high.yes("umask 022; airseal receive b.tar --into l --json > answer.json")
        let images = try gap.high.json("answer.json").member("images").array()
        #expect(images.count == 2)
        for image in images {
            let scan = try image.member("scan")
            #expect(try scan.member("verdict").string() == "clean")
            #expect(try scan.member("exitStatus").integer() == 0)
            let name = try image.member("image").member("name").string()
            let output = try scan.member("output").string()
            #expect(output.contains("ref.name\":\"\(name)\""), "\(output)")
            #expect(output.hasSuffix("caf\\xc3\\xa9\\x1b[2J\n"), "\(output)")
        }
        let record = try await gap.high.yes("tail -n 1 state/audit.jsonl").output
        #expect(record.contains(#""scan":{"verdict":"clean","exitStatus":0"#), "\(record)")
        #expect(try await gap.high.run("ls -d l/.airseal-*").status == 2)
        try await gap.high.yes("airseal check l && airseal audit verify")
    }

    @Test func `is asked again at the release, and not by a rehearsal`() async throws {
        let gap = try await Self.gap()
        try await Self.scan("exit 0", in: gap)
        try await gap.high.yes("airseal receive b.tar --into l --hold")
        try await Self.scan("grep -q hello index.json && exit 1; exit 0", in: gap)
        try await Refusal.expect(gap.high, "airseal release l", status: 1, says: "(scan)")
        let rehearsed = try await gap.high.yes("airseal release l --dry-run --json").json
        #expect(try rehearsed.member("scannerNotAsked").boolean())
        let released = try await gap.high.yes("airseal release l --partial --json").json
        let images = try released.member("images").array()
        #expect(Set(try images.map { try $0.member("released").boolean() }) == [true, false])
        try await gap.high.yes("airseal check l")
        let pruned = try await gap.high.yes("airseal prune l --rejected").output
        #expect(pruned.contains("partial"), "\(pruned)")
        try await gap.high.yes("airseal check l && [ ! -e l/.airseal-quarantine ]")
    }

    @Test func `may say as much as it likes`() async throws {
        let gap = try await Self.gap()
        try await Self.scan("/usr/bin/yes 2>&1 | /usr/bin/head -c 50000000; exit 0", in: gap)
        let answer = try await gap.high.yes("airseal receive b.tar --into l --json").json
        let scan = try answer.member("images").array()[0].member("scan")
        #expect(try scan.member("cut").boolean())
        #expect(try scan.member("output").string().utf8.count <= 8192)
        try await gap.high.yes("airseal audit verify")
    }

    @Test(
        .enabled(if: access("/usr/bin/clamscan", X_OK) == 0, "clamav is not installed"),
        arguments: [true, false])
    func `may be clamscan`(_ isFound: Bool) async throws {
        let gap = try await Self.gap()
        try await gap.high.yes(
            """
            mkdir -m 755 definitions
            tar -xf b.tar
            layer=$(ls -S blobs/sha256/* | while read -r name; do
                tar -tf "$name" > list 2>&1 && echo "$name" && break; done)
            [ \(isFound) = true ] || { echo other > other; layer=other; }
            printf '%s:%s:Airseal.Test\\n' "$(md5sum < $layer | cut -d ' ' -f 1)" \
                "$(stat -c %s $layer)" > definitions/test.hdb
            cat > home/scanner.json <<END
            {"version": "1.0", "command": ["/usr/bin/clamscan", "--recursive", "--infected",
            "--no-summary", "--max-filesize=2000M", "--max-scansize=2000M",
            "--alert-exceeds-max=yes", "--database=$PWD/definitions", "."], "user": "nobody",
            "timeLimit": "5m", "clean": [0], "found": [1]}
            END
            """)
        guard isFound else {
            try await gap.high.yes("airseal receive b.tar --into l")
            return
        }
        try await Refusal.expect(
            gap.high, "airseal receive b.tar --into l", status: 1, says: "(scan)")
        let record = try await gap.high.yes("tail -n 1 state/audit.jsonl").output
        #expect(record.contains("Airseal.Test.UNOFFICIAL FOUND"), "\(record)")
        // Definitions that cannot be loaded are not a clean image.
        try await gap.high.yes("echo garbage > definitions/test.hdb")
        try await Refusal.expect(
            gap.high, "airseal receive b.tar --into l", status: 2, says: "did not say")
    }
}

@Suite struct `Quarantine by the program` {
    @Test func `holds, tells, releases and turns away`() async throws {
        let gap = try await Gap()
        try await gap.sign()
        for number in 1...3 { try await gap.low.yes(gap.export("b\(number).tar")) }
        for number in 1...3 { try await gap.carry("b\(number).tar") }
        try await gap.high.yes("airseal receive b1.tar --into l --hold && rm b1.tar")
        try await gap.refuses("b2.tar", "held")
        try await gap.refuses("b3.tar", "gap")
        try await gap.high.yes("airseal receive b2.tar --into l --hold")
        let list = try await gap.high.yes("airseal release l --list --json").json.array()
        #expect(try list.map { try $0.member("sequence").integer() } == [1, 2])
        try await Refusal.expect(
            gap.high, "airseal release l low-side/2", status: 2, says: "waits before it")
        try await Refusal.expect(
            gap.high, "airseal release l other/1", status: 2, says: "low-side/1, low-side/2")
        #expect(try await gap.high.run("airseal release l low-side").status == 64)
        #expect(try await gap.high.run("airseal release l --reject").status == 64)
        let digest = try list[0].member("bundle").string()
        let released = try await gap.high.yes("airseal release l --bundle \(digest) --json").json
        #expect(try released.member("verdict").string() == "released")
        try await gap.high.yes("airseal verify l:v1 --scope site.example/hello")
        let rejected = try await gap.high.yes(
            "airseal release l --reject --reason 'not approved' --json"
        ).json
        #expect(try rejected.member("verdict").string() == "rejected")
        try await gap.high.yes("airseal receive b3.tar --into l && airseal check l")
        let kept = try await gap.high.yes("airseal prune l --json").json.member("rejected").array()
        #expect(try kept[0].member("note").member("reason").string() == "not approved")
        #expect(try !kept[0].member("removed").boolean())
        try await gap.high.yes("airseal prune l --rejected && airseal check l")
        #expect(try await gap.high.run("ls -d l/.airseal-quarantine").status == 2)
        try await gap.high.yes(
            """
            airseal audit verify
            split -l 1 state/audit.jsonl line-
            for line in line-*; do
                /usr/bin/python3 -m jsonschema -i $line \
                    '\(Site.package)/docs/formats/audit-record.schema.json' || exit 1
            done
            """)
    }

    @Test func `is open to nobody else`() async throws {
        let gap = try await Gap()
        try await gap.sign()
        try await gap.low.yes(gap.export("b.tar"))
        try await gap.carry("b.tar")
        try await gap.high.yes("airseal receive b.tar --into l --hold")
        #expect(
            try await gap.high.yes("stat -c %a l/.airseal-quarantine l/.airseal-quarantine/*")
                .output == "700\n700\n")
        #expect(try await gap.high.yes("airseal list l --json").json.array().isEmpty)
    }

    @Test func `is rehearsed where there is no layout and no room`() async throws {
        let gap = try await Gap()
        try await gap.sign()
        try await gap.low.yes(gap.export("b.tar"))
        try await gap.carry("b.tar")
        let answer = try await gap.high.yes(
            """
            find home state | sort > before
            find home state -type f | sort | xargs sha256sum >> before
            airseal receive b.tar --into nowhere/l --dry-run
            find home state | sort > after
            find home state -type f | sort | xargs sha256sum >> after
            cmp before after && [ ! -e nowhere ]
            """)
        #expect(answer.output.contains("would be released"), "\(answer)")
        #expect(answer.errors.contains("nothing was changed"), "\(answer)")
    }

    /// Lines that make no sense.
    static let usages = [
        "receive b.tar --into l --hold --reject --reason x", "receive b.tar --into l --reject",
        "receive b.tar --into l --accept-gap", "receive b.tar --into l --reason x",
        "receive b.tar --into l --reject --accept-late --reason x",
        "receive b.tar --into l --accept-fork --reason x",
        "release l --list --partial", "release l --partial --reject --reason x",
        "release l low-side/1 --bundle sha256:0", "release l low-side/0",
    ]

    @Test(arguments: usages) func `is used in one way only`(_ line: String) async throws {
        let site = try await Site()
        #expect(try await site.run("airseal \(line)").status == 64)
    }
}

import Encodings
import TestSupport
import Testing

@Suite struct `A state in a backup` {
    /// A low side that has sent one bundle, and a high side that has taken it.
    static func gap() async throws -> Gap {
        let gap = try await Gap()
        try await gap.sign()
        try await gap.low.yes(gap.export("b1.tar"))
        try await gap.carry("b1.tar")
        try await gap.high.yes("airseal receive b1.tar --into l")
        return gap
    }

    static func refuses(
        _ site: Site, _ code: String, _ options: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let before = try await site.run("find state -type f | sort | xargs sha256sum").output
        let line = "airseal state import backup.tar \(options)"
        try await Refusal.expect(
            site, line, status: 1, says: "(\(code))", sourceLocation: sourceLocation)
        let json = try await site.run("\(line) --json")
        #expect(try json.json.member("code").string() == code, sourceLocation: sourceLocation)
        let after = try await site.run("find state -type f | sort | xargs sha256sum").output
        #expect(after == before, sourceLocation: sourceLocation)
    }

    @Test func `comes back, and lets no number go out twice`() async throws {
        let gap = try await Self.gap()
        try await gap.low.yes("airseal state export backup.tar")
        #expect(try await gap.low.yes("stat -c %a backup.tar").output == "600\n")
        try await gap.low.yes(gap.export("b2.tar"))
        try await gap.low.yes("rm -r state; airseal state import backup.tar")
        try await gap.low.yes("airseal audit verify")
        let record = try await gap.low.yes("airseal audit show --json").output
        for kind in ["\"sign\"", "\"export\"", "\"state-export\"", "\"state-import\""] {
            #expect(record.contains(kind), "\(kind)")
        }
        try await gap.low.yes(gap.export("b3.tar"))
        for bundle in ["b2.tar", "b3.tar"] { try await gap.carry(bundle) }
        try await gap.refuses("b3.tar", "foreign-stream")
        try await gap.high.yes("airseal receive b2.tar --into l")
    }

    @Test func `goes on where somebody vouches that nothing was sent since`() async throws {
        let gap = try await Self.gap()
        try await gap.low.yes("airseal state export backup.tar")
        try await gap.low.yes(
            "airseal state import backup.tar --replace --nothing-sent-since --reason moved")
        try await gap.low.yes(gap.export("b2.tar"))
        try await gap.carry("b2.tar")
        try await gap.high.yes("airseal receive b2.tar --into l")
        #expect(try await gap.low.yes("airseal audit show --json").output.contains("moved"))
    }

    @Test func `puts aside what was there, and keeps the marks of the backup`() async throws {
        let gap = try await Self.gap()
        try await gap.high.yes("airseal state export backup.tar; cp -r state before")
        let taken = try await gap.high.yes(
            "airseal state import backup.tar --replace --reason 'disk failed' --json"
        ).json
        let mark = try #require(try taken.member("marks").array().first)
        #expect(try mark.member("origin").string() == "low-side")
        #expect(try mark.member("sequence").integer() == 1)
        #expect(try taken.member("replacedHead").value != .null)
        try await gap.high.yes("diff -r before state/replaced/1")
        try await gap.refuses("b1.tar", "repeat")
        #expect(
            try await gap.high.yes("airseal state import backup.tar --replace --reason x").status
                == 0)
        try await gap.high.yes("test -e state/replaced/2/replaced || test -e state/replaced/2")
    }

    @Test func `is refused where a state is, and without a reason`() async throws {
        let gap = try await Self.gap()
        try await gap.low.yes("airseal state export backup.tar")
        try await Self.refuses(gap.low, "not-empty")
        for options in ["--replace", "--nothing-sent-since", "--replace --reason ' '"] {
            let answer = try await gap.low.run("airseal state import backup.tar \(options)")
            #expect(answer.status == 64, "\(options)")
        }
        try await Refusal.expect(
            gap.low, "airseal state export backup.tar", status: 1, says: "--replace")
        try await gap.low.yes("airseal state export backup.tar --replace")
        try await Refusal.expect(
            gap.low, "airseal state export state/backup.tar", status: 2, says: "in the state itself"
        )
    }

    @Test func `is refused when it is another site's`() async throws {
        let gap = try await Self.gap()
        try await gap.low.yes("airseal state export backup.tar; rm -r state")
        try await gap.low.yes("airseal peer self other-side --state scratch")
        try await Self.refuses(gap.low, "foreign")
        try await gap.low.yes("mv home home.away")
        try await Self.refuses(gap.low, "foreign")
    }

    /// Each spoils an unpacked backup, which is packed again by others.
    static let spoilt = [
        ("damaged", "sed -i s/sign/sigh/ state/audit.jsonl"),
        ("damaged", "rm state/audit.jsonl"), ("damaged", "echo x > state/more.json"),
        ("damaged", "sed -i s/backup/BACKUP/ SHA256SUMS"), ("damaged", "rm SHA256SUMS"),
        ("foreign", "sed -i 's/low-side/low-sidf/' backup.json"),
        ("damaged", "sed -i 's/^{/{ /' backup.json"),
        ("damaged", "sed -i 's#\"path\":\"audit#\"path\":\"../audit#' backup.json"),
        ("unsupported-version", "sed -i 's/\"1.0\"/\"2.0\"/' backup.json"),
        ("not-a-backup", "mv backup.json other.json"), ("not-a-backup", "rm -r *; touch x"),
    ]

    @Test(arguments: spoilt) func `is refused when a part of it is not as it was`(
        _ code: String, _ script: String
    ) async throws {
        let gap = try await Self.gap()
        try await gap.low.yes(
            """
            airseal state export good.tar && rm -r state && tar -tf good.tar > list
            mkdir unpacked && tar -xf good.tar -C unpacked
            cd unpacked; \(script); ls -A > /dev/null
            names=$(for name in $(cat ../list) state/more.json other.json x; do
                [ -e $name ] && echo $name; done)
            tar --format=ustar -cf ../backup.tar $names
            """)
        try await Self.refuses(gap.low, code)
    }

    @Test func `is refused when it is cut, compressed or nothing of the kind`() async throws {
        let gap = try await Self.gap()
        try await gap.low.yes("airseal state export good.tar; rm -r state")
        for (code, line) in [
            ("damaged", "head -c 5000 good.tar > backup.tar"),
            ("not-a-backup", "gzip -c good.tar > backup.tar"),
            ("not-a-backup", "cp signer.pem backup.tar"),
            ("damaged", "cp good.tar backup.tar; head -c 600 /dev/zero | tr '\\0' x >> backup.tar"),
        ] {
            try await gap.low.yes(line)
            try await Self.refuses(gap.low, code)
        }
    }

    @Test func `is sound though a file in it was forged with its digests`() async throws {
        let gap = try await Self.gap()
        try await gap.low.yes(
            """
            airseal state export good.tar && rm -r state && tar -tf good.tar > list
            mkdir unpacked && tar -xf good.tar -C unpacked && cd unpacked
            old=$(sha256sum < state/audit.jsonl | cut -d ' ' -f 1)
            sed -i '1s/low-side/low-sidx/' state/audit.jsonl
            new=$(sha256sum < state/audit.jsonl | cut -d ' ' -f 1)
            sed -i s/$old/$new/ backup.json SHA256SUMS
            sum=$(sha256sum < backup.json | cut -d ' ' -f 1)
            sed -i "1s/^[0-9a-f]*/$sum/" SHA256SUMS
            tar --format=ustar -cf ../backup.tar $(cat ../list)
            """)
        try await Self.refuses(gap.low, "damaged")
    }

    @Test func `is finished by whoever opens the state next`() async throws {
        let gap = try await Self.gap()
        // As a run leaves it that is killed right after its step, and in the midst of what follows.
        for what in ["true", "rm -r state/receiving", "rm -r state/*; mkdir state/audit.jsonl"] {
            let site = gap.high
            try await site.yes("cp -r state base && \(what) && mv base state/restoring")
            try await gap.refuses("b1.tar", "repeat")
            #expect(try await site.run("ls -d state/restoring").status == 2)
            try await site.yes("airseal audit verify")
        }
    }
}

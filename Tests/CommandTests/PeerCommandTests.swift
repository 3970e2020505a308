import Encodings
import Testing

/// What a site knows of others, by its commands.
@Suite struct Peers {
    /// A site called `high-side` with the anchors `a-root.pem` and `b-root.pem`.
    static func site() async throws -> Site {
        let site = try await Site()
        for label in ["a", "b"] { try await site.makeKey(label) }
        try await site.yes("airseal peer self high-side")
        try await site.copySample("hello", to: "l")
        return site
    }

    /// The fingerprint of a certificate, as a shell gives it.
    static func fingerprint(_ file: String) -> String {
        "$(openssl x509 -in \(file) -noout -fingerprint -sha256 | cut -d = -f 2)"
    }

    static func add(_ options: String, anchors: [String] = ["a-root.pem"]) -> String {
        let anchors = anchors.map { "--anchor \($0) --fingerprint \"\(fingerprint($0))\"" }
        return "airseal peer add low-side \(anchors.joined(separator: " ")) \(options)"
    }

    static let plain = "--identity '*' --repositories site.example"

    static func kinds(_ site: Site) async throws -> [String] {
        try await site.yes("airseal audit show --json").json.array().map {
            try $0.member("kind").string()
        }
    }

    @Test func `take a fingerprint however it is written, and no other`() async throws {
        let site = try await Self.site()
        let before = try await Self.kinds(site)
        let digits = try await site.yes(
            "openssl x509 -in a-root.pem -outform DER | sha256sum | cut -c-64"
        ).output.dropLast()
        let other = (digits.first == "0" ? "1" : "0") + digits.dropFirst()
        let add = "airseal peer add low-side --anchor a-root.pem \(Self.plain)"
        for wrong in [other, String(digits.dropLast()), digits + "0", ""] {
            try await Refusal.expect(
                site, "\(add) --fingerprint '\(wrong)'", status: 2,
                says: "the anchor in a-root.pem has the fingerprint \(digits), not")
        }
        try await Refusal.expect(
            site, "\(add) < /dev/null", status: 2, says: "nobody confirmed the fingerprint")
        #expect(try await Self.kinds(site) == before)
        #expect(try await site.run("test -e home/peers/low-side").status == 1)
        let grouped = try await site.yes("echo \(digits) | sed 's/..../& /g'").output.dropLast()
        for right in [String(digits), digits.uppercased(), String(grouped)] {
            try await site.yes("\(add) --fingerprint '\(right)'")
        }
        try await site.yes(Self.add(Self.plain))
        // Enrolling the same again is nothing new.
        #expect(try await Self.kinds(site) == before + ["peer-add"])
    }

    @Test func `are confirmed at a terminal, group by group, anchor by anchor`() async throws {
        let site = try await Self.site()
        let add = "airseal peer add low-side --anchor a-root.pem --anchor b-root.pem "
        let line =
            #"script -qec "\#(add) --identity 'x509.subject: C=US, ST=WA, O=x' "#
            + #"--repositories site.example" /dev/null"#
        let half = try await site.run("printf 'yes\\nno\\n' | \(line)")
        #expect(half.status == 2)
        #expect(half.output.contains("nobody confirmed the fingerprint of the anchor in b-root"))
        #expect(try await site.run("test -e home/peers/low-side").status == 1)
        let both = try await site.yes("printf 'yes\\nyes\\n' | \(line)")
        let grouped = try await site.yes(
            "openssl x509 -in b-root.pem -outform DER | sha256sum | cut -c-64 | sed 's/..../& /g'")
        #expect(both.output.contains("fingerprint: \(grouped.output.dropLast(2))"), "\(both)")
        #expect(try site.json("home/peers/low-side/peer.json").member("anchors").array().count == 2)
    }

    @Test func `say what another enrolment changes, and keep the record of it`() async throws {
        let site = try await Self.site()
        try await site.yes(Self.add(Self.plain))
        let changed = try await site.yes(
            Self.add(
                "--identity '*' --repositories site.example/a --may capsules,bundles",
                anchors: ["a-root.pem", "b-root.pem"]))
        for words in [
            "low-side is enrolled, and this changes:", "anchor: now ",
            "repositories: no longer site.example\n", "repositories: now site.example/a",
            "may sign: now capsules",
        ] { #expect(changed.errors.contains(words), "\(changed)") }
        #expect(changed.output.hasPrefix("changed low-side"))
        let records = try await site.yes("airseal audit show --kind peer-add --json").json.array()
        let changes = try records[1].member("details").member("changes").array()
        #expect(
            try changes.map { try $0.member("list").string() }
                == ["anchors", "repositories", "may"])
        let shown = try await site.yes("airseal peer show low-side --json").json
        #expect(try shown.member("entry").member("anchors").array().count == 2)
        // The certificate of an anchor that is no longer named goes, too.
        try await site.yes(Self.add(Self.plain, anchors: ["b-root.pem"]))
        #expect(try await site.yes("ls home/peers/low-side/anchors | wc -l").output == "1\n")
    }

    @Test func `may be named by others for capsules and receipts than for bundles`() async throws {
        let site = try await Self.site()
        let officer = "'x509.subject: C=US, ST=WA, O=x, CN=officer'"
        try await Refusal.expect(
            site, Self.add("\(Self.plain) --capsule-identity \(officer)"), status: 2,
            says: "identities are named for capsules, which the peer may not sign")
        try await site.yes(
            Self.add(
                "\(Self.plain) --may bundles,capsules,receipts --capsule-identity \(officer)"))
        let entry = try await site.yes("airseal peer show low-side --json").json.member("entry")
        #expect(try entry.member("identities").array().map { try $0.string() } == ["*"])
        #expect(try entry.member("capsuleIdentities").array().count == 1)
        #expect(try entry.member("receiptIdentities").value == .null)
        let shown = try await site.yes("airseal peer show low-side").output
        #expect(shown.contains("identity for capsules: x509.subject: C=US"), "\(shown)")
    }

    @Test func `have their trust taken from those alone who are named for capsules`() async throws {
        let gap = try await Gap()
        try await gap.sign()
        try await gap.low.makeKey("officer")
        try await gap.high.yes("cp \(gap.low.root)/{signer,officer}{,-root}.pem .")
        try await gap.high.yes(
            """
            identity() { openssl x509 -in $1.pem -noout -subject -nameopt RFC2253 \
                | sed 's/^subject=/x509.subject:/'; }
            \(Self.add(
                #"--identity "$(identity signer)" --capsule-identity "$(identity officer)" "#
                    + "--may bundles,capsules --repositories site.example",
                anchors: ["signer-root.pem", "officer-root.pem"]))
            """)
        let apply = "--accept-weaker --reason 'read aloud'"
        for (number, options) in ["", gap.low.signing("officer")].enumerated() {
            let bundle = "b\(number).tar"
            try await gap.low.yes(gap.export(bundle, options: options))
            try await gap.carry(bundle)
            let applied = try await gap.high.run("airseal trust apply \(bundle) \(apply) --json")
            if options.isEmpty {
                #expect(applied.status == 1, "\(applied)")
                #expect(try applied.json.member("code").string() == "bundle-signature")
            } else {
                #expect(applied.status == 0, "\(applied)")
            }
            try await gap.high.yes("airseal receive \(bundle) --into l")
        }
        // Who may change the trust may not therefore send images.
        try await gap.low.yes(
            gap.export("b2.tar").replacing(
                gap.low.signing("signer"), with: gap.low.signing("officer")))
        try await gap.carry("b2.tar")
        try await gap.refuses("b2.tar", "bundle-signature")
    }

    @Test func `are not this site itself`() async throws {
        let site = try await Self.site()
        try await Refusal.expect(
            site, Self.add(Self.plain).replacing("low-side", with: "high-side"), status: 2,
            says: "high-side is this site itself")
        #expect(
            try await site.yes("airseal peer show high-side").output == "high-side is this site\n")
        try await Refusal.expect(
            site, "airseal peer show low-side", status: 2, says: "there is no peer low-side")
    }

    @Test func `are listed with what they may do and how far they have come`() async throws {
        let gap = try await Gap()
        try await gap.sign()
        for number in 1...2 { try await gap.low.yes(gap.export("b\(number).tar")) }
        try await gap.carry("b1.tar")
        try await gap.high.yes("airseal receive b1.tar --into l")
        #expect(
            try await gap.low.yes("airseal peer list").output == """
                this site is low-side
                high-side: not enrolled; sent up to 2

                """)
        #expect(
            try await gap.high.yes("airseal peer list").output == """
                this site is high-side
                low-side: may send bundles; for site.example; taken up to 1

                """)
        let sent = try await gap.low.yes("airseal peer show high-side --json").json
            .member("sent")
        let received = try await gap.high.yes("airseal peer show low-side --json").json
            .member("received")
        #expect(try sent.member("stream").value == received.member("stream").value)
        #expect(try sent.member("next").integer() == 3)
        #expect(try received.member("sequence").integer() == 1)
        let listed = try await gap.high.yes("airseal peer list --json").json
        #expect(try listed.member("peers").array().count == 1)
        #expect(try listed.member("self").string() == "high-side")
        // Looking makes nothing.
        let site = try await Site()
        try await site.yes("rmdir state; airseal peer list; test ! -e state")
    }

    @Test func `are listed though an entry cannot be read`() async throws {
        let site = try await Self.site()
        try await site.yes(Self.add(Self.plain))
        try await site.yes("echo '{' > home/peers/low-side/peer.json")
        let listed = try await site.yes("airseal peer list")
        #expect(listed.output.contains("low-side: cannot be used: "), "\(listed)")
        let again = try await site.run(Self.add(Self.plain))
        #expect(again.status == 2)
        try await site.yes("airseal peer remove low-side --reason damaged")
        try await site.yes(Self.add(Self.plain))
    }

    @Test func `that are suspended send and get nothing until they are enrolled again`()
        async throws
    {
        let gap = try await Gap()
        try await gap.sign()
        try await gap.high.copySample("two-platforms", to: "l")
        for number in 1...2 {
            try await gap.low.yes(gap.export("b\(number).tar"))
            try await gap.carry("b\(number).tar")
        }
        try await gap.high.yes("airseal receive b1.tar --into l")
        for reason in ["''", "'  '", "\"$(printf %1001d 0)\""] {
            let answer = try await gap.high.run(
                "airseal peer suspend low-side --reason \(reason)")
            #expect(answer.status == 64)
        }
        try await gap.high.yes(
            #"airseal peer suspend low-side --reason $'token lost\e[31m'"#)
        let again = try await gap.high.yes("airseal peer suspend low-side --reason other")
        #expect(again.output.contains(#"token lost\u{1b}[31m"#), "\(again)")
        try await gap.refuses("b2.tar", "unknown-origin")
        try await Refusal.expect(
            gap.high,
            gap.export("x.tar", layout: "l").replacing("high-side", with: "low-side")
                .replacing("--chain signer.pem", with: ""),
            status: 1, says: "low-side is suspended since")
        try await Refusal.expect(
            gap.high, "airseal export l --dry-run --destination low-side", status: 1,
            says: "low-side is suspended since")
        let enrolled = try await gap.high.yes(gap.enrolment())
        #expect(enrolled.errors.contains("the suspension since "), "\(enrolled)")
        try await gap.refuses("b1.tar", "repeat")
        try await gap.high.yes("airseal receive b2.tar --into l")
    }

    @Test func `that are removed leave their marks, which count when they come back`()
        async throws
    {
        let gap = try await Gap()
        try await gap.sign()
        try await gap.low.yes(gap.export("b1.tar"))
        try await gap.carry("b1.tar")
        try await gap.high.yes("airseal receive b1.tar --into l")
        try await gap.high.yes("airseal peer remove low-side --reason 'closed'")
        #expect(try await gap.high.run("test -e home/peers/low-side").status == 1)
        try await gap.refuses("b1.tar", "unknown-origin")
        try await Refusal.expect(
            gap.high, "airseal peer remove low-side --reason 'closed'", status: 2,
            says: "there is no peer low-side")
        #expect(
            try await gap.high.yes("airseal peer list").output.contains(
                "low-side: not enrolled; taken up to 1"))
        try await gap.high.yes("cp -r state kept; rm -r state/receiving/low-side")
        try await Refusal.expect(
            gap.high, gap.enrolment(), status: 2, says: "a fresh start is never assumed")
        #expect(try await gap.high.run("test -e home/peers/low-side").status == 1)
        try await gap.high.yes("rm -r state; mv kept state")
        try await gap.high.yes(gap.enrolment())
        try await gap.refuses("b1.tar", "repeat")
    }

    /// Each changes who is trusted.
    static let changes = [
        add("--identity '*' --repositories other.example"),
        "airseal peer suspend low-side --reason lost", "airseal peer remove low-side --reason lost",
    ]

    @Test(arguments: changes) func `stay as they are where the record refuses`(_ line: String)
        async throws
    {
        let site = try await Self.site()
        try await site.yes(Self.add(Self.plain))
        try await site.yes("cp -r home before; echo damaged >> state/audit.jsonl")
        let answer = try await site.run(line)
        #expect(answer.status == 2, "\(answer)")
        try await site.yes("diff -r home before")
    }
}

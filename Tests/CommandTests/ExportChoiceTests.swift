import Encodings
import Testing

/// Which images an export takes along, for which repositories, and by whom it is signed.
@Suite struct `What an export takes along` {
    /// A gap whose low side has the layout `l` with the tags `v1`, `v2` and `old`, the full name
    /// `site.example/team/app:v1` and an untagged image, all but that signed, and `m` with one image.
    static func gap() async throws -> Gap {
        let gap = try await Gap()
        try await gap.low.copySample("hello", to: "l")
        try await gap.low.copySample("hello", to: "m")
        try await gap.low.yes(
            """
            airseal import '\(Site.package)/layouts/two-platforms' --into l \
                --name site.example/team/app:v1 > /dev/null
            /usr/bin/python3 - <<'END'
            import json
            with open('l/index.json') as file: index = json.load(file)
            one = index['manifests'][0]
            for name in ['v2', 'old']:
                entry = dict(one, annotations={'org.opencontainers.image.ref.name': name})
                index['manifests'].append(entry)
            with open('l/index.json', 'w') as file: json.dump(index, file)
            END
            airseal sign --all l \(gap.low.signing("signer")) > /dev/null
            """)
        return gap
    }

    static func export(_ gap: Gap, _ what: String, to target: String = "b.tar") -> String {
        """
        airseal export \(what) --to \(target) --destination high-side \
            \(gap.low.signing("signer")) --json
        """
    }

    /// The names and repositories of an export's answer.
    static func images(_ answer: Site.Answer) throws -> [String] {
        try answer.json.member("images").array().map { image in
            let name = try image.member("name")
            let text = name.value == .null ? "-" : try name.string()
            return "\(text) \(try image.member("repository").string())"
        }
    }

    static let choices: [(what: String, images: [String])] = [
        (
            "l --scope site.example/hello",
            [
                "v1 site.example/hello", "site.example/team/app:v1 site.example/team/app",
                "v2 site.example/hello", "old site.example/hello",
            ]
        ),
        ("l:v2 l:v1 --scope site.example/a", ["v2 site.example/a", "v1 site.example/a"]),
        ("l:v1 l:v1 --scope site.example/a", ["v1 site.example/a"]),
        ("l:site.example/team/app:v1", ["site.example/team/app:v1 site.example/team/app"]),
        (
            "l --only 'v[0-9]' --scope site.example/a", ["v1 site.example/a", "v2 site.example/a"]
        ),
        ("l --only 'site.example/**'", ["site.example/team/app:v1 site.example/team/app"]),
        ("l --only 'site.example/*/app:v?'", ["site.example/team/app:v1 site.example/team/app"]),
        (
            "l --only old --only 'o*' --scope site.example/a", ["old site.example/a"]
        ),
        (
            "--from list.json --scope site.example/a",
            ["v1 site.example/one", "old site.example/a"]
        ),
        (
            "l --scope-map map.json",
            [
                "v1 site.example/one", "site.example/team/app:v1 site.example/team/app",
                "v2 site.example/rest", "old site.example/older",
            ]
        ),
        ("l:v1 --scope-map digests.json", ["v1 site.example/digest"]),
    ]

    @Test func `is what is named, each with its repository`() async throws {
        let gap = try await Self.gap()
        try await gap.low.yes(
            """
            cat > list.json <<'END'
            [{"reference": "l:v1", "repository": "site.example/one"}, {"reference": "l:old"}]
            END
            cat > map.json <<'END'
            [{"name": "v1", "repository": "site.example/one"},
            {"pattern": "o*", "repository": "site.example/older"},
            {"pattern": "**", "repository": "site.example/rest"}]
            END
            digest=$(airseal list l --json | grep -o 'sha256:[0-9a-f]*' | head -1)
            echo "[{\\"digest\\": \\"$digest\\", \\"repository\\": \\"site.example/digest\\"}]" \
                > digests.json
            """)
        for file in ["map", "digests"] {
            #expect(try await gap.low.faults(of: "\(file).json", by: "scope-map") == "")
        }
        #expect(try await gap.low.faults(of: "list.json", by: "export-list") == "")
        for (number, choice) in Self.choices.enumerated() {
            let planned = try await gap.low.yes(
                "airseal export \(choice.what) --dry-run --destination high-side --json")
            let made = try await gap.low.yes(
                Self.export(gap, choice.what, to: "b\(number)"))
            for answer in [planned, made] {
                #expect(try Self.images(answer) == choice.images, "\(choice.what)")
                #expect(try answer.json.member("sequence").integer() == Int64(number + 1))
            }
            for member in ["referrers", "blobs", "bytes"] {
                #expect(
                    try planned.json.member(member).integer() == made.json.member(member).integer())
            }
            try await gap.carry("b\(number)")
            try await gap.high.yes("airseal receive b\(number) --into l\(number)")
        }
    }

    static let refused: [(what: String, code: String?, word: String)] = [
        ("l --only 'site.example/*'", nil, "no image has a name that fits site.example/*"),
        ("l --only v1 --only w --scope site.example/a", nil, "no image has a name that fits w"),
        ("l:nothing --scope site.example/a", nil, "nothing"),
        ("l", "no-repository", "v1, v2, old: no repository is said"),
        ("l --scope-map one.json", "no-repository", "v2, old: no repository is said"),
        ("l m --scope site.example/a", nil, "a bundle is of one layout"),
        (
            "--from other.json", "two-repositories",
            "site.example/team/app:v1 cannot be of site.example/team/app and of site.example/other"
        ),
        (
            "l --scope-map other-map.json --scope site.example/a", "two-repositories",
            "site.example/team/app:v1 cannot be of site.example/team/app and of site.example/other"
        ),
        (
            "--from twice.json", "two-repositories",
            "v1 cannot be of site.example/a and of site.example/b"
        ),
        ("--from empty.json", nil, "1 to 100000 images"),
        ("--from more.json", nil, "tag"),
        ("l --scope-map both.json", nil, "one of name, pattern and digest"),
        ("l --scope-map double.json", nil, "has v1 twice"),
        ("l --scope-map no-scope.json", nil, "a repository such as"),
        ("l --destination low-side --scope site.example/a", nil, "low-side is this site itself"),
    ]

    @Test func `is refused as a whole for one thing that is amiss`() async throws {
        let gap = try await Self.gap()
        let files = [
            "one": #"[{"name": "v1", "repository": "site.example/one"}]"#,
            "other": #"[{"reference": "l:site.example/team/app:v1", "#
                + #""repository": "site.example/other"}]"#,
            "other-map": #"[{"name": "site.example/team/app:v1", "#
                + #""repository": "site.example/other"}]"#,
            "twice": #"[{"reference": "l:v1", "repository": "site.example/a"}, "#
                + #"{"reference": "l:v1", "repository": "site.example/b"}]"#,
            "empty": "[]", "more": #"[{"reference": "l:v1", "tag": "v1"}]"#,
            "both": #"[{"name": "v1", "pattern": "v*", "repository": "site.example/a"}]"#,
            "double": #"[{"name": "v1", "repository": "site.example/a"}, "#
                + #"{"name": "v1", "repository": "site.example/a"}]"#,
            "no-scope": #"[{"name": "v1", "repository": "hello"}]"#,
        ]
        for (name, text) in files { try await gap.low.yes("echo '\(text)' > \(name).json") }
        for (what, code, word) in Self.refused {
            let status: Int32 = code == nil ? 2 : 1
            let destination = what.contains("--destination") ? "" : "--destination high-side"
            for line in [
                "airseal export \(what) --dry-run \(destination)",
                "airseal export \(what) --to b.tar \(destination) \(gap.low.signing("signer"))",
            ] {
                try await Refusal.expect(gap.low, line, status: status, says: word)
                let answer = try await gap.low.run("\(line) --json")
                if let code {
                    #expect(try answer.json.member("code").string() == code, "\(line)")
                } else {
                    #expect(answer.output.isEmpty, "\(line)")
                }
            }
        }
        #expect(try await gap.low.run("test -e b.tar").status == 1)
        // No number was used.
        let made = try await gap.low.yes(Self.export(gap, "l:v1 --scope site.example/a"))
        #expect(try made.json.member("sequence").integer() == 1)
    }

    static let wrong = [
        "l", "l --to b.tar", "--only 'v*' --to b.tar --key K", "l --only '' --to b.tar --key K",
        "l --only 'v[' --to b.tar --key K", "l --only 'v[9-0]' --to b.tar --key K",
        "l --to b.tar --key K --chain a --chain b", "l --to b.tar --key K --key K --chain a",
        "l --to b.tar --key K --key K --pin-fd 3 3<pin", "--void 1", "--void 1 --reason ' '",
        "--void 1 --reason x l", "l --to b.tar --key K --reason x",
        "--void 1 --reason x --dry-run", "--from - --to b --key K --pin-fd 0 < pin",
        "--void 1 --reason $(printf %01001d 0)",
    ]

    @Test(arguments: wrong) func `is asked for as the help says`(_ what: String) async throws {
        let site = try await Site()
        let line = what.replacing("K", with: "pkcs11:token=site\\;object=k")
        let before = try await site.yes("find . | sort").output
        let answer = try await site.run("airseal export \(line) --destination high-side")
        #expect(answer.status == 64, "\(answer)")
        #expect(try await site.yes("find . | sort").output == before)
    }

    @Test func `is rehearsed without a trace`() async throws {
        let gap = try await Self.gap()
        let dry = "airseal export l --dry-run --destination high-side --scope site.example/hello"
        try await gap.low.yes("rm -r state")
        let answer = try await gap.low.yes(dry)
        #expect(
            answer.output.hasPrefix("would write bundle 1 from low-side to high-side\n"),
            "\(answer)")
        #expect(try await gap.low.run("test -e state").status == 1)
        try await gap.low.yes(Self.export(gap, "l --scope site.example/hello"))
        let before = try await gap.low.yes("cat $(find state -type f | sort) | sha256sum").output
        let second = try await gap.low.yes("\(dry) --to c.tar")
        #expect(second.output.hasPrefix("would write bundle 2 "), "\(second)")
        try await Refusal.expect(gap.low, "\(dry) --to b.tar", status: 2, says: "not overwritten")
        #expect(
            try await gap.low.yes("cat $(find state -type f | sort) | sha256sum").output == before)
        // It tells what is missing, too.
        try await gap.low.yes("cp -r l k; rm $(find k/blobs -size 20 | head -1)")
        let broken = try await gap.low.run(dry.replacing("export l", with: "export k"))
        #expect(broken.status == 1 && broken.errors.contains("missing"), "\(broken)")
    }

    @Test func `is signed by several keys, of which the far side knows one`() async throws {
        let gap = try await Self.gap()
        try await gap.low.makeKey("next")
        let both = "\(gap.low.signing("signer")) \(gap.low.signing("next"))"
        let export = "airseal export l --scope site.example/hello --destination high-side"
        try await Refusal.expect(
            gap.low, "\(export) --to b \(both) \(gap.low.signing("signer"))", status: 2,
            says: "two of the keys have the same certificate")
        try await Refusal.expect(
            gap.low,
            "\(export) --to b \(both.replacing("--chain next.pem", with: "--chain signer.pem"))",
            status: 2, says: "")
        let answer = try await gap.low.yes("\(export) --to b1.tar \(both) --json")
        #expect(try answer.json.member("sequence").integer() == 1)
        #expect(try answer.json.member("signers").array().count == 2)
        try await gap.low.yes("\(export) --to b2 \(gap.low.signing("next")) --format cose")
        for bundle in ["b1.tar", "b2"] { try await gap.carry(bundle) }
        try await gap.high.copySample("two-platforms", to: "l")
        try await gap.high.yes("airseal receive b1.tar --into l")
        try await gap.refuses("b2", "bundle-signature")
        // The far side takes the new key, and the old one is gone from then on.
        try await gap.high.yes("cp \(gap.low.root)/next-root.pem .")
        try await gap.high.yes(gap.enrolment("next-root.pem"))
        try await gap.high.yes("airseal receive b2 --into l")
        let record = try await gap.low.yes("airseal audit show --kind export --json").json.array()
        #expect(
            try record.map { try $0.member("details").member("signers").array().count } == [2, 1])
    }

    @Test func `is given up by the number of what is unfinished only`() async throws {
        let gap = try await Self.gap()
        func void(_ number: Int, _ reason: String = "lost") -> String {
            "airseal export --void \(number) --destination high-side --reason '\(reason)'"
        }
        try await Refusal.expect(
            gap.low, void(1), status: 1, says: "nothing was ever exported to high-side")
        #expect(try await gap.low.run("test -e state/sending").status == 1)
        try await gap.low.yes(Self.export(gap, "l --scope site.example/hello", to: "b1"))
        try await Refusal.expect(
            gap.low, void(1), status: 1, says: "bundle 1 to high-side was finished")
        try await Refusal.expect(gap.low, void(2), status: 1, says: "2 is next")
        // A run that dies before the bundle has its name leaves the number bound.
        try await gap.low.yes(
            """
            bound() { grep -q '"pending": {' state/sending/high-side/state.json; }
            for round in $(seq 100); do
                airseal export l --scope site.example/hello --to b-$round \
                    --destination high-side \(gap.low.signing("signer")) > /dev/null & program=$!
                while kill -0 $program 2> /dev/null && ! bound; do :; done
                kill -KILL $program 2> /dev/null || true
                wait $program || true
                bound && break
            done
            bound
            """)
        let sent = try await gap.low.yes("airseal peer show high-side --json").json.member("sent")
        let number = try Int(sent.member("pending").member("sequence").integer())
        try await Refusal.expect(gap.low, void(number + 1), status: 1, says: "\(number) is next")
        try await Refusal.expect(
            gap.low, Self.export(gap, "l:v1 --scope site.example/hello", to: "c"), status: 1,
            says: "export \(number) to this site is unfinished")
        try await gap.low.yes(void(number, #"the "disc" broke"#))
        try await Refusal.expect(
            gap.low, void(number), status: 1,
            says: #"number \#(number) to high-side is void already: the "disc" broke"#)
        #expect(
            try await gap.low.yes("airseal peer show high-side").output
                .contains("void: \(number), the "))
        let next = try await gap.low.yes(
            "airseal export l --dry-run --scope site.example/hello --destination high-side --json")
        #expect(try next.json.member("voids").array().map { try $0.integer() } == [Int64(number)])
    }
}

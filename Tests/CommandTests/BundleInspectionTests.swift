import Encodings
import Testing

/// What a bundle says of itself, and how much of it is believed.
@Suite struct `A bundle that is inspected` {
    /// The one member of the answer.
    static func bundle(_ answer: Site.Answer) throws -> JSONPlace {
        let all = try answer.json.array()
        #expect(all.count == 1)
        return try all[0].member("bundle")
    }

    static func verdict(_ site: Site, _ bundle: String = "b.tar") async throws -> String {
        try await self.bundle(site.yes("airseal inspect \(bundle) --json")).member("verdict")
            .member("verdict").string()
    }

    @Test(arguments: ["b.tar", "b"]) func `is told whence and whither, and with what`(
        _ name: String
    ) async throws {
        let gap = try await Gap()
        try await gap.sign()
        try await gap.low.makeKey("next")
        try await gap.low.yes(
            gap.export(name, options: gap.low.signing("next")).replacing("--json", with: ""))
        try await gap.carry(name)
        let before = try await gap.high.yes("cat $(find state home -type f | sort) | sha256sum")
        let answer = try await gap.high.yes("airseal inspect \(name) --json")
        let one = try answer.json.array()[0]
        try await gap.high.yes("airseal inspect \(name) --json | sed '1d;$d' > one.json")
        #expect(try await gap.high.faults(of: "one.json", by: "bundle-inspection") == "")
        let bundle = try one.member("bundle")
        let claims = try bundle.member("claims")
        #expect(try claims.member("origin").string() == "low-side")
        #expect(try claims.member("destination").string() == "high-side")
        #expect(try claims.member("sequence").integer() == 1)
        #expect(try claims.member("blobs").integer() == 6)
        #expect(try claims.member("referrers").integer() == 1)
        let image = try claims.member("images").array()[0]
        #expect(try image.member("repository").string() == "site.example/hello")
        #expect(try bundle.member("signatures").array().count == 2)
        let capsule = try bundle.member("capsule")
        #expect(try capsule.member("counter").integer() == 1)
        #expect(
            try capsule.member("policies").array()[0].member("file").string()
                == "trustpolicy.oci.json")
        #expect(
            try capsule.member("trustStores").array()[0].member("certificates").array().count == 1)
        let shown = try await gap.high.yes("airseal inspect \(name)").output
        for words in [
            "the bundle's own word: nothing was verified", "├── from: low-side",
            "trust store: ca:signers", "verdict on its signatures here: verified",
        ] { #expect(shown.contains(words), "\(shown)") }
        let after = try await gap.high.yes("cat $(find state home -type f | sort) | sha256sum")
        #expect(before.output == after.output)
    }

    @Test func `is judged as far as its origin is enrolled`() async throws {
        let gap = try await Gap(enrolled: false)
        try await gap.sign()
        try await gap.low.yes(gap.export("b.tar"))
        try await gap.carry("b.tar")
        let stranger = try await Site()
        try await stranger.yes("cp \(gap.low.root)/b.tar . && rm -r home state")
        #expect(try await Self.verdict(stranger) == "not-enrolled")
        #expect(try await stranger.run("test -e home -o -e state").status == 1)
        #expect(try await Self.verdict(gap.high) == "not-enrolled")
        try await gap.high.yes(gap.enrolment() + " --may capsules")
        #expect(try await Self.verdict(gap.high) == "may-not-send-bundles")
        try await gap.high.yes(gap.enrolment())
        #expect(try await Self.verdict(gap.high) == "verified")
        try await gap.high.makeKey("stranger")
        try await gap.high.yes(gap.enrolment("stranger-root.pem"))
        #expect(try await Self.verdict(gap.high) == "refused")
        try await gap.high.yes("airseal peer suspend low-side --reason 'lost, all of it'")
        #expect(try await Self.verdict(gap.high) == "suspended")
        let shown = try await gap.high.yes("airseal inspect b.tar").output
        #expect(shown.contains("lost, all of it"), "\(shown)")
        try await gap.high.yes("echo '{' > home/peers/low-side/peer.json")
        #expect(try await Self.verdict(gap.high) == "undecided")
    }

    @Test func `is read no further than its first parts`() async throws {
        let gap = try await Gap()
        try await gap.sign()
        try await gap.low.yes(gap.export("b.tar"))
        try await gap.carry("b.tar")
        // The layer is the last blob.
        try await gap.high.yes("truncate -s -9000 b.tar")
        #expect(try await Self.verdict(gap.high) == "verified")
        try await gap.high.copySample("two-platforms", to: "l")
        #expect(try await gap.high.run("airseal receive b.tar --into l").status == 1)
    }

    @Test func `is a layout besides, where an image of it is named`() async throws {
        let gap = try await Gap()
        try await gap.sign()
        try await gap.low.yes(gap.export("b.tar"))
        for reference in ["b.tar:v1", "- < b.tar"] {
            let answer = try await gap.low.yes("airseal inspect \(reference) --json")
            #expect(try answer.json.array()[0].optional("notation") != nil, "\(reference)")
        }
        let images = try await gap.low.yes("airseal inspect b.tar:v1 --json")
        try InspectionSchema.check(images.json)
    }

    /// Each spoils the bundle in the folder `b`, which says what it is as before.
    static let spoilt: [(script: String, word: String)] = [
        ("rm b/blobs/sha256/$(blob inventory)", "(content)"),
        ("sed -i 's/high-side/high-sidf/' b/blobs/sha256/$(blob inventory)", "(content)"),
        (
            "sed -i 's/vnd.airseal.bundle.v1/vnd.airseal.bundle.v2/' b/blobs/sha256/$(manifest)",
            "(content)"
        ),
    ]

    @Test(arguments: spoilt.indices)
    func `is shown as a layout where nobody would receive it`(_ index: Int) async throws {
        let (script, word) = Self.spoilt[index]
        let gap = try await Gap()
        try await gap.sign()
        let made = try await gap.low.yes("\(gap.export("b")) --json").json
        let manifest = try made.member("bundle").string().dropFirst(7)
        let answer = try await gap.low.run(
            """
            manifest() { echo \(manifest); }
            blob() { grep -o "bundle.$1[^}]*" b/blobs/sha256/$(manifest) \
                | grep -o 'sha256:[0-9a-f]*' | head -1 | cut -c 8-; }
            chmod -R u+w b; \(script); airseal inspect b
            """)
        #expect(answer.status == 1, "\(answer)")
        #expect(answer.errors.contains("b is no bundle that could be received"), "\(answer)")
        #expect(answer.errors.contains(word), "\(answer)")
        #expect(answer.output.contains("name: v1"), "\(answer)")
    }

    @Test func `sends nothing to the terminal that acts on it`() async throws {
        let gap = try await Gap()
        try await gap.sign()
        try await gap.low.yes(
            """
            mkdir -p state/sending; airseal export l --dry-run --destination high-side \
                --scope site.example/hello
            \(gap.export("b1"))
            sed -i 's/"voids": \\[\\]/"voids": [{"sequence": 1, "reason": "\\\\u001b[31mred"}]/;
                s/"previous": .*,/"previous": null,/' state/sending/high-side/state.json
            \(gap.export("b2"))
            """)
        let shown = try await gap.low.yes("airseal inspect b2").output
        #expect(shown.contains(#"1: \u{1b}[31mred"#), "\(shown)")
    }
}

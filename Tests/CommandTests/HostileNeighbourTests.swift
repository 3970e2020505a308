import Encodings
import Testing

/// What somebody else put into the layout, the state or the way must not decide for us.
@Suite struct `Hostile neighbours` {
    /// The name under which a layout keeps the list of what refers to the sample `hello`.
    static let fallback =
        "sha256-c8c883a2f9a4d54d215ffd696cf04e0a01558b4a8176368cd7a27bae4822b004"

    @Test func `cannot import an image under the name of a referrer list`() async throws {
        let site = try await Site()
        try await site.copySample("hello", to: "a")
        try await site.copySample("two-platforms", to: "l")
        try await site.yes("sed -i 's/\"v1\"/\"\(Self.fallback)\"/' a/index.json")
        try await Refusal.expect(
            site, "airseal import a --into l", status: 1, says: Self.fallback)
    }

    @Test func `cannot keep an image from being signed by taking that name`() async throws {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.copySample("hello", to: "l")
        let entry =
            #"{"mediaType":"application/vnd.oci.image.manifest.v1+json","#
            + #""digest":"sha256:c8c883a2f9a4d54d215ffd696cf04e0a01558b4a8176368cd7a27bae4822b004","#
            + #""size":398,"annotations":{"org.opencontainers.image.ref.name":"\#(Self.fallback)"}}"#
        try await site.yes("sed -i 's|\"manifests\":\\[|&\(entry),|' l/index.json")
        try await site.yes("airseal sign l:v1 \(site.signing("signer"))")
        let images = try await site.yes("airseal list l --json").json.array()
        // The image that stands under that name is seen, and both are one signed image.
        #expect(images.count == 2)
        #expect(try images.allSatisfy { try $0.member("signatures").integer() == 1 })
    }

    @Test func `cannot pass a bundle for an image`() async throws {
        let gap = try await Gap()
        try await gap.sign()
        let digest = try await gap.low.yes(gap.export("b.tar", options: "--json")).json
            .member("bundle").string()
        let answer = try await gap.low.run(
            "airseal verify b.tar@\(digest) --scope site.example/hello")
        #expect(answer.status == 1)
        #expect(answer.output.contains("made for a bundle"))
    }

    @Test func `lose nothing when a bundle is refused`() async throws {
        let gap = try await Gap()
        try await gap.sign()
        try await gap.low.yes(gap.export("b"))
        try await gap.low.yes("find b/blobs -size 20 -delete")
        try await gap.carry("b")
        try await gap.high.yes("mkdir -p l/blobs/sha256; echo precious > l/blobs/sha256/mine")
        let answer = try await gap.high.run("airseal receive b --into l")
        #expect(answer.status == 1)
        #expect(try await gap.high.yes("cat l/blobs/sha256/mine").output == "precious\n")
    }

    @Test func `do not get old bundles back by having an origin enrolled again`() async throws {
        let gap = try await Gap()
        try await gap.sign()
        try await gap.low.yes(gap.export("b.tar"))
        try await gap.carry("b.tar")
        try await gap.high.yes("airseal receive b.tar --into l")
        try await gap.high.yes("\(try await gap.enrolment())")
        #expect(try await gap.high.run("airseal receive b.tar --into l2").status == 1)
        try await gap.high.yes("rm state/receiving/low-side/state.json")
        #expect(try await gap.high.run("\(try await gap.enrolment())").status == 2)
        #expect(try await gap.high.run("airseal receive b.tar --into l2").status == 2)
    }
}

@Suite struct `Answers that cannot be given` {
    @Test(arguments: ["list l", "check l", "inspect l:v1", "import a --into m --json"])
    func `are no success`(_ verb: String) async throws {
        let site = try await Site()
        for name in ["a", "l"] { try await site.copySample("hello", to: name) }
        let answer = try await site.run("airseal \(verb) > /dev/full")
        #expect(answer.status == 2)
        #expect(answer.errors.contains("could not be written"))
    }

    @Test func `are no failure where the reader has seen enough`() async throws {
        let site = try await Site()
        try await site.copySample("hello", to: "l")
        try await site.yes("airseal inspect l:v1 | head -n 1 > first")
    }
}

@Suite struct `One image under several names` {
    @Test func `gets one signature`() async throws {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.copySample("hello", to: "l")
        let digest = "sha256:" + `Hostile neighbours`.fallback.dropFirst(7)
        try await site.yes(
            "airseal sign l:v1 ./l:v1 $PWD/l@\(digest) \(site.signing("signer"))")
        let images = try await site.yes("airseal list l --json").json.array()
        #expect(try images[0].member("signatures").integer() == 1)
    }
}

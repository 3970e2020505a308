import Encodings
import Testing

/// Two sites: `low` signs and exports, `high` receives.
struct Gap {
    let low: Site
    let high: Site

    /// Both sites know who they are; `high` trusts the signer of `low` for images and for bundles,
    /// and lets it speak for everything below `site.example`.
    init(enrolled: Bool = true) async throws {
        low = try await Site()
        high = try await Site()
        try await low.makeKey("signer")
        try await low.yes("airseal peer self low-side")
        try await high.yes("airseal peer self high-side")
        try await low.trust(["signer-root.pem"])
        try await high.yes("cp \(low.root)/signer-root.pem low-root.pem")
        try await high.trust(["low-root.pem"])
        if enrolled { try await high.yes("\(try await enrolment())") }
    }

    func enrolment(_ anchor: String = "low-root.pem") async throws -> String {
        let line = "openssl x509 -in \(anchor) -outform DER | sha256sum | cut -d ' ' -f 1"
        let fingerprint = try await high.yes(line).output.dropLast()
        return """
            airseal peer add low-side --anchor \(anchor) --fingerprint \(fingerprint) \
                --identity '*' --repositories site.example
            """
    }

    /// A signed layout `l` on the low side with the sample.
    func sign(_ sample: String = "hello") async throws {
        try await low.copySample(sample, to: "l")
        try await low.yes("airseal sign --all l \(low.signing("signer"))")
    }

    func export(_ target: String, layout: String = "l", options: String = "") -> String {
        """
        airseal export \(layout) --to \(target) --destination high-side \
            --scope site.example/hello \(low.signing("signer")) \(options)
        """
    }

    /// The high side refuses a bundle with this code of docs/formats/bundle.md, and in one sentence.
    func refuses(
        _ bundle: String, _ code: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let receive = "airseal receive \(bundle) --into l"
        try await Refusal.expect(
            high, receive, status: 1, says: "(\(code))", sourceLocation: sourceLocation)
        let json = try await high.run("\(receive) --json")
        #expect(json.status == 1, sourceLocation: sourceLocation)
        #expect(try json.json.member("code").string() == code, sourceLocation: sourceLocation)
    }

    /// Hands a bundle over.
    func carry(_ bundle: String) async throws {
        try await high.yes("cp -r \(low.root)/\(bundle) \(bundle)")
    }
}

@Suite struct `Crossing the gap` {
    @Test(arguments: ["b.tar", "b"]) func `takes an image and its signatures along`(
        _ bundle: String
    ) async throws {
        let gap = try await Gap()
        try await gap.sign()
        try await gap.low.yes(gap.export(bundle))
        try await gap.carry(bundle)
        try await gap.high.yes("airseal receive \(bundle) --into l")
        try await gap.high.yes("airseal check l")
        try await gap.high.yes("airseal verify l:v1 --scope site.example/hello")
        #expect(
            try await gap.low.yes("airseal list l --json").json.value
                == gap.high.yes("airseal list l --json").json.value)
    }

    @Test(arguments: ["b.tar", "b"]) func `can be looked at on the way`(_ bundle: String)
        async throws
    {
        let gap = try await Gap()
        try await gap.sign()
        try await gap.low.yes(gap.export(bundle))
        try await gap.carry(bundle)
        try await gap.high.yes("airseal check \(bundle)")
        try await gap.high.yes("airseal verify \(bundle):v1 --scope site.example/hello")
        // The bundle's own artifact is told apart from an image.
        let listed = try await gap.high.yes("airseal list \(bundle) --json").json.array()
        #expect(listed.count == 2)
        #expect(try listed[0].member("artifactType").value == .null)
        #expect(
            try listed[1].member("artifactType").string()
                == "application/vnd.airseal.bundle.v1")
        for image in listed { #expect(try image.member("signatures").integer() == 1) }
        try await gap.high.yes("airseal receive \(bundle) --into l")
    }

    @Test func `is not what sign signs`() async throws {
        let gap = try await Gap()
        try await gap.sign()
        let exported = try await gap.low.yes("\(gap.export("b")) --json").json
        let digest = try exported.member("bundle").string()
        let before = try gap.low.bytes("b/index.json")
        let answer = try await gap.low.run(
            "chmod -R u+w b; airseal sign b@\(digest) \(gap.low.signing("signer"))")
        #expect(answer.status == 1, "\(answer)")
        #expect(try gap.low.bytes("b/index.json") == before)
        let all = try await gap.low.yes("airseal sign --all b \(gap.low.signing("signer")) --json")
        #expect(try all.json.array().count == 1)
    }

    @Test func `counts, one bundle after the other`() async throws {
        let gap = try await Gap()
        try await gap.sign()
        for number in 1...3 {
            try await gap.low.yes(gap.export("b\(number).tar"))
            try await gap.carry("b\(number).tar")
            try await gap.high.yes("airseal receive b\(number).tar --into l")
        }
    }

    @Test func `refuses what came before and what comes too soon`() async throws {
        let gap = try await Gap()
        try await gap.sign()
        try await gap.high.copySample("two-platforms", to: "l")
        for number in 1...3 {
            try await gap.low.yes(gap.export("b\(number).tar"))
            try await gap.carry("b\(number).tar")
        }
        try await gap.refuses("b2.tar", "gap")
        try await gap.high.yes("airseal receive b1.tar --into l")
        try await gap.refuses("b1.tar", "repeat")
        try await gap.refuses("b3.tar", "gap")
        try await gap.high.yes("airseal receive b2.tar --into l")
        try await gap.high.yes("airseal receive b3.tar --into l")
        try await gap.refuses("b1.tar", "rollback")
        try await gap.refuses("b3.tar", "repeat")
    }

    @Test func `refuses another history of the origin`() async throws {
        let gap = try await Gap()
        try await gap.sign()
        try await gap.high.copySample("two-platforms", to: "l")
        // The low side loses its state after the first bundle and goes on from a backup, then
        // from nothing.
        try await gap.low.yes("cp -r state backup")
        try await gap.low.yes(gap.export("b1.tar"))
        try await gap.low.yes("rm -r state; mv backup state")
        try await gap.low.yes(gap.export("other1.tar", options: "--use-by 20d"))
        try await gap.low.yes(gap.export("other2.tar"))
        try await gap.low.yes("rm -r state && mkdir state")
        try await gap.low.yes(gap.export("new1.tar"))
        for bundle in ["b1.tar", "other1.tar", "other2.tar", "new1.tar"] {
            try await gap.carry(bundle)
        }
        try await gap.high.yes("airseal receive b1.tar --into l")
        for bundle in ["other1.tar", "other2.tar", "new1.tar"] {
            try await gap.refuses(bundle, "foreign-stream")
        }
    }

    @Test func `refuses a fork of the stream`() async throws {
        let gap = try await Gap()
        try await gap.sign()
        try await gap.high.copySample("two-platforms", to: "l")
        try await gap.low.yes(gap.export("b1.tar"))
        try await gap.low.yes("cp -r state backup")
        try await gap.low.yes(gap.export("b2.tar"))
        try await gap.low.yes("rm -r state; mv backup state")
        try await gap.low.yes(gap.export("other2.tar", options: "--use-by 20d"))
        try await gap.low.yes(gap.export("other3.tar"))
        for bundle in ["b1.tar", "b2.tar", "other2.tar", "other3.tar"] {
            try await gap.carry(bundle)
        }
        for bundle in ["b1.tar", "b2.tar"] {
            try await gap.high.yes("airseal receive \(bundle) --into l")
        }
        try await gap.refuses("other2.tar", "fork")
        try await gap.refuses("other3.tar", "fork")
    }

    @Test func `refuses a bundle that comes too late`() async throws {
        let gap = try await Gap()
        try await gap.sign()
        try await gap.high.copySample("two-platforms", to: "l")
        try await gap.low.yes(gap.export("b.tar", options: "--use-by 1s"))
        try await gap.carry("b.tar")
        try await gap.high.yes("sleep 2.1")
        try await gap.refuses("b.tar", "late")
    }

    @Test func `is tried again after a full disk, without a gap`() async throws {
        let gap = try await Gap()
        try await gap.sign()
        // A limit on the size of files stands for the disk: the layer fits no more.
        try await Refusal.expect(
            gap.low, "ulimit -f 8; trap '' XFSZ; \(gap.export("b.tar"))", status: 2,
            says: "too large")
        #expect(try await gap.low.run("test -e b.tar").status == 1)
        try await gap.low.yes(gap.export("b.tar"))
        try await gap.carry("b.tar")
        try await gap.high.yes("airseal receive b.tar --into l")
    }

    @Test func `refuses an image that is not a bundle`() async throws {
        let gap = try await Gap()
        try await gap.sign()
        try await gap.carry("l")
        try await gap.high.yes("mv l signed")
        try await gap.high.copySample("two-platforms", to: "l")
        try await gap.refuses("signed", "not-a-bundle")
    }

    @Test func `refuses an origin that was not enrolled`() async throws {
        let gap = try await Gap(enrolled: false)
        try await gap.sign()
        try await gap.low.yes(gap.export("b.tar"))
        try await gap.carry("b.tar")
        try await gap.high.copySample("two-platforms", to: "l")
        try await gap.refuses("b.tar", "unknown-origin")
    }

    @Test func `refuses an origin that was enrolled with another anchor`() async throws {
        let gap = try await Gap(enrolled: false)
        try await gap.sign()
        try await gap.low.yes(gap.export("b.tar"))
        try await gap.carry("b.tar")
        try await gap.high.copySample("two-platforms", to: "l")
        try await gap.high.makeKey("stranger")
        try await gap.high.yes(try await gap.enrolment("stranger-root.pem"))
        try await gap.refuses("b.tar", "bundle-signature")
    }

    @Test func `refuses a bundle for somebody else`() async throws {
        let gap = try await Gap()
        try await gap.sign()
        try await gap.low.yes(
            gap.export("b.tar").replacing("--destination high-side", with: "--destination other"))
        try await gap.carry("b.tar")
        try await gap.high.copySample("two-platforms", to: "l")
        try await gap.refuses("b.tar", "wrong-destination")
    }

    @Test func `refuses a repository for which the origin may not speak`() async throws {
        let gap = try await Gap()
        try await gap.sign()
        try await gap.low.yes(
            gap.export("b.tar").replacing("site.example/hello", with: "elsewhere.example/hello"))
        try await gap.carry("b.tar")
        try await gap.high.copySample("two-platforms", to: "l")
        try await gap.refuses("b.tar", "repository-not-allowed")
    }

    @Test func `refuses images that nobody signed`() async throws {
        let gap = try await Gap()
        try await gap.low.copySample("hello", to: "l")
        try await gap.low.yes(gap.export("b.tar"))
        try await gap.carry("b.tar")
        try await gap.high.copySample("two-platforms", to: "l")
        try await gap.refuses("b.tar", "image")
    }

    @Test func `refuses images with fewer signatures than this side requires`() async throws {
        for isEnough in [false, true] {
            let gap = try await Gap()
            try await gap.low.makeKey("second")
            try await gap.high.yes("cp \(gap.low.root)/{signer,second}*.pem .")
            try await gap.high.trust(["signer-root.pem", "second-root.pem"])
            try await gap.high.require(2, of: ["signer", "second"])
            try await gap.high.copySample("two-platforms", to: "l")
            try await gap.sign()
            if isEnough {
                try await gap.low.yes("airseal sign l:v1 \(gap.low.signing("second"))")
            }
            try await gap.low.yes(gap.export("b.tar"))
            try await gap.carry("b.tar")
            if isEnough {
                try await gap.high.yes("airseal receive b.tar --into l")
            } else {
                try await gap.refuses("b.tar", "image")
            }
        }
    }

    @Test func `refuses images whose signer this side does not trust`() async throws {
        let gap = try await Gap()
        try await gap.sign()
        try await gap.low.yes(gap.export("b.tar"))
        try await gap.carry("b.tar")
        try await gap.high.copySample("two-platforms", to: "l")
        try await gap.high.makeKey("stranger")
        try await gap.high.trust(["stranger-root.pem"])
        try await gap.refuses("b.tar", "image")
    }

    /// Each changes a bundle that is a folder.
    static let damage = [
        "printf X | dd of=$(find b/blobs -size 20) seek=9 bs=1 conv=notrunc",
        "truncate -s -1 $(find b/blobs -size 20)", "rm $(find b/blobs -size 20)",
    ]

    @Test(arguments: damage) func `refuses a layer that was damaged on the way`(_ script: String)
        async throws
    {
        let gap = try await Gap()
        try await gap.sign()
        try await gap.low.yes(gap.export("b"))
        try await gap.carry("b")
        try await gap.high.yes("chmod -R u+w b; \(script)")
        try await gap.high.copySample("two-platforms", to: "l")
        try await gap.refuses("b", "content")
        // A good copy is still welcome: the number was not used up.
        try await gap.high.yes("rm -r b")
        try await gap.carry("b")
        try await gap.high.yes("airseal receive b --into l")
    }

    @Test(arguments: [512, 5000, 20000]) func `refuses a tar that ends too early`(_ size: Int)
        async throws
    {
        let gap = try await Gap()
        try await gap.sign()
        try await gap.low.yes(gap.export("b.tar"))
        try await gap.carry("b.tar")
        try await gap.high.yes("truncate -s \(size) b.tar")
        try await gap.high.copySample("two-platforms", to: "l")
        let answer = try await gap.high.run("airseal receive b.tar --into l")
        #expect(answer.status == 1 || answer.status == 2, "\(answer)")
        try await Refusal.expect(
            gap.high, "airseal receive b.tar --into l", status: answer.status, says: "")
    }

    @Test func `exports nothing that claims no repository`() async throws {
        let gap = try await Gap()
        try await gap.sign()
        try await Refusal.expect(
            gap.low, gap.export("b.tar").replacing("--scope site.example/hello", with: ""),
            status: 1, says: "repository")
        #expect(try await gap.low.run("test -e b.tar").status == 1)
    }

    @Test func `exports nothing that is damaged`() async throws {
        let gap = try await Gap()
        try await gap.sign()
        try await gap.low.yes(
            """
            cp -r l m
            printf X | dd of=$(find m/blobs -size 20) seek=9 bs=1 conv=notrunc
            """)
        try await Refusal.expect(
            gap.low, gap.export("b.tar", layout: "m"), status: 1, says: "damaged")
        #expect(try await gap.low.run("test -e b.tar").status == 1)
        // The number was not used up, or the far side would miss one for ever.
        try await gap.low.yes(gap.export("b.tar"))
        try await gap.carry("b.tar")
        try await gap.high.yes("airseal receive b.tar --into l")
    }

    @Test func `overwrites nothing`() async throws {
        let gap = try await Gap()
        try await gap.sign()
        try await gap.low.yes("echo mine > b.tar")
        try await Refusal.expect(gap.low, gap.export("b.tar"), status: 2, says: "b.tar")
        #expect(try await gap.low.yes("cat b.tar").output == "mine\n")
    }
}

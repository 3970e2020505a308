import Encodings
import Testing

/// Images of a real size, made once by Tests/RealImages/make: a Debian root file system in every
/// form in which an image reaches the signing room.
enum RealImages {
    /// Where they are. Made when first asked for.
    static func folder(_ site: Site) async throws -> String {
        let answer = try await site.run("'\(Site.package)/Tests/RealImages/make'")
        try #require(answer.status == 0, "\(answer.errors)")
        return String(answer.output.dropLast())
    }

    /// The source and the name that it has after import.
    static let forms = [
        ("layout", "v1"), ("oci.tar", "v1"), ("docker.tar", name), ("docker.tar.gz", name),
        ("docker.tar.zst", name), ("docker-reordered.tar", name), ("platforms", name),
    ]
    static let name = "site.example/debian:v1"
    /// What a docker-archive becomes has this much uncompressed layer in it.
    static let byteCountMin: Int64 = 100_000_000
}

/// One test after the other: each moves some hundred megabytes.
@Suite(.serialized, .timeLimit(.minutes(10))) struct `A Debian root file system` {
    @Test(arguments: RealImages.forms)
    func `is imported, signed, exported, received and verified`(_ form: (String, String))
        async throws
    {
        let (source, name) = form
        let gap = try await Gap()
        let images = try await RealImages.folder(gap.low)
        try await gap.low.yes("airseal import '\(images)/\(source)' --into l")
        try await gap.low.yes("airseal check l")
        try await gap.low.yes("airseal sign --all l \(gap.low.signing("signer"))")
        let scope = "--scope site.example/debian"
        try await gap.low.yes("airseal verify l:\(name) \(scope)")
        try await gap.low.yes(
            """
            airseal export l --to b.tar --destination high-side \(scope) \
                \(gap.low.signing("signer"))
            """)
        try await gap.high.yes("mv \(gap.low.root)/b.tar . && airseal receive b.tar --into l")
        try await gap.high.yes("rm b.tar && airseal check l")
        try await gap.high.yes("airseal verify l:\(name) \(scope)")
        #expect(try await Self.digest(gap.low, "l") == Self.digest(gap.high, "l"))
        try await Self.isReadByOthers(gap.high, name, isIndex: source == "platforms")
    }

    /// skopeo inspects and copies what was received, umoci describes and unpacks it.
    static func isReadByOthers(_ site: Site, _ name: String, isIndex: Bool) async throws {
        let image = "l:\(name)"
        let raw = try await site.yes("skopeo inspect --raw oci:\(image) | sha256sum").output
        #expect(try await "sha256:\(raw.prefix(64))" == Self.digest(site, "l"))
        let all = isIndex ? "--all" : ""
        try await site.yes("skopeo copy --quiet \(all) oci:\(image) dir:copy && rm -r copy")
        guard !isIndex else { return }
        let inspected = try await site.yes("skopeo inspect oci:\(image)").json
        #expect(try inspected.member("Os").string() == "linux")
        try await site.yes("umoci stat --image \(image) --json")
    }

    static func digest(_ site: Site, _ layout: String) async throws -> String {
        let images = try await site.yes("airseal list \(layout) --json").json.array()
        try #require(images.count == 1)
        return try images[0].member("digest").string()
    }

    @Test func `is unpacked by umoci after import, Debian as it was`() async throws {
        let site = try await Site()
        let images = try await RealImages.folder(site)
        try await site.yes("airseal import '\(images)/layout' --into l")
        try await site.yes("umoci unpack --rootless --image l:v1 unpacked")
        let release = try await site.yes("cat unpacked/rootfs/etc/os-release").output
        #expect(release.contains("Debian"))
        try await site.yes("chmod -R u+rwX unpacked && rm -r unpacked")
    }

    @Test func `has one digest as a file, through a pipe, compressed, reordered, and again`()
        async throws
    {
        let site = try await Site()
        let images = try await RealImages.folder(site)
        let imports = [
            "airseal import '\(images)/docker.tar' --into l",
            "cat '\(images)/docker.tar' | airseal import - --into l",
            "airseal import '\(images)/docker.tar.gz' --into l",
            "airseal import '\(images)/docker.tar.zst' --into l",
            "cat '\(images)/docker.tar.zst' | airseal import - --into l",
            "airseal import '\(images)/docker-reordered.tar' --into l",
            "airseal import '\(images)/docker.tar' --into l",
        ]
        var digests: Set<String> = []
        for line in imports {
            let answer = try await site.yes("\(line) --json").json
            let image = try answer.array()[0].member("images").array()[0]
            digests.insert(try image.member("digest").string())
            #expect(try image.member("bytes").integer() >= RealImages.byteCountMin)
            #expect(try image.member("name").string() == RealImages.name)
            try await site.yes("rm -r l")
        }
        #expect(digests.count == 1)
    }
}

import Encodings
import TestSupport
import Testing

/// Many images of Debian packages with shared layers, made once by Tests/RealImages/make-many: a few
/// in `make test`, fifty of 2 GB in `make soak`.
@Suite(.serialized, .timeLimit(.minutes(60))) struct `Many real images` {
    /// What two layouts must agree about, whatever tool reads them: every name with its digest, and
    /// every blob.
    private static func content(_ site: Site, _ layout: String) async throws -> String {
        try await site.yes(
            """
            cd \(layout) && grep -o '"org.opencontainers.image.ref.name":"[^"]*"' index.json | sort
            grep -oE '"digest":"[^"]*"' index.json | sort
            cd blobs && find . -type f | sort | xargs sha256sum
            """
        ).output
    }

    @Test func `cross the gap with their signatures, each blob once`() async throws {
        let size = Effort.isSoak ? "many" : "few"
        let gap = try await Gap()
        let made = try await gap.low.run("'\(Site.package)/Tests/RealImages/make-many' \(size)")
        try #require(made.status == 0, "\(made.errors)")
        let images = String(made.output.dropLast())
        try await gap.low.yes("airseal import '\(images)/layout' --into l")
        try await gap.low.yes("airseal sign --all l \(gap.low.signing("signer"))")
        let count = try await gap.low.yes("airseal list l --json").json.array().count
        #expect(count == (Effort.isSoak ? 50 : 4))
        try await gap.low.yes(gap.export("b.tar"))
        let content = try await Self.content(gap.low, "l")
        // Shared layers stand once: the bundle is hardly larger than the layout.
        let sizes = try await gap.low.yes("du -sb l/blobs b.tar | cut -f 1").output
            .split(separator: "\n").compactMap { Int($0) }
        try #require(sizes.count == 2)
        #expect(sizes[1] < sizes[0] + sizes[0] / 50)
        #expect(!Effort.isSoak || sizes[1] >= 2_000_000_000)
        try await gap.low.yes("rm -r l")
        try await gap.high.yes("mv \(gap.low.root)/b.tar .")
        try await Self.isReadBySkopeo(gap.high, count: count)
        try await gap.high.yes("airseal receive b.tar --into l && rm b.tar")
        #expect(try await Self.content(gap.high, "l") == content)
        try await gap.high.yes("airseal check l")
        let verified = try await gap.high.yes(
            "airseal verify --all l --scope site.example/hello --json"
        ).json.array()
        #expect(verified.count == count)
        for image in verified {
            #expect(try image.member("verdict").string() == "verified")
        }
        Effort.report("real images that crossed the gap", count)
        Effort.report("MiB of the bundle that they were in", sizes[1] >> 20)
    }

    /// skopeo finds every image in the bundle, a tar as it is, and copies one of them.
    private static func isReadBySkopeo(_ site: Site, count: Int) async throws {
        try await site.yes("mkdir b && tar -xf b.tar -C b")
        let names = try await site.yes(
            """
            grep -oE '"org.opencontainers.image.ref.name":"[^"]*"' b/index.json | cut -d '"' -f 4 \
                | grep -v '^sha256-'
            """
        ).output.split(separator: "\n")
        #expect(names.count == count)
        for name in names {
            let inspected = try await site.yes("skopeo inspect oci:b:\(name)").json
            #expect(try inspected.member("Layers").array().count == 3)
        }
        let name = try #require(names.first)
        try await site.yes("skopeo copy --quiet oci-archive:b.tar:\(name) dir:copy")
        try await site.yes("rm -r b copy")
    }
}

import Encodings
import TestSupport
import Testing

/// Whether buildah is there and can work: it wants namespaces that not every machine gives.
enum Buildah {
    static let command = "buildah --root $PWD/storage --runroot $PWD/run --storage-driver vfs"

    @Sendable static func works() async throws -> Bool {
        let script = "printf 'FROM scratch\nCOPY f /\n' > F; touch f"
        return try await Site().run("\(script); \(command) bud --isolation chroot -f F .")
            .status == 0
    }
}

/// Archives as the tools at hand write them, and layouts of ours as they read them.
@Suite(.serialized) struct `Archives of other tools` {
    /// What `skopeo` says of a manifest that another tool wrote, hashed by coreutils.
    static func digest(_ site: Site, _ image: String) async throws -> String {
        "sha256:"
            + (try await site.yes("skopeo inspect --raw \(image) | sha256sum | cut -c-64").output
                .prefix(64))
    }

    /// Digests by name.
    static func listed(_ site: Site, _ source: String) async throws -> [String: String] {
        var found: [String: String] = [:]
        for image in try await site.yes("airseal list '\(source)' --json").json.array() {
            let name = try image.member("name")
            found[name.value == .null ? "" : try name.string()] =
                try image.member("digest").string()
        }
        return found
    }

    /// The layout `l` says of `name` what the tools read there, and they copy all of it.
    static func isReadByOthers(_ site: Site, _ name: String, _ digest: String) async throws {
        #expect(try await Self.digest(site, "oci:l:\(name)") == digest)
        try await site.yes(
            """
            rm -rf copy copy.tar; skopeo copy -q oci:l:\(name) dir:copy
            skopeo copy -q oci:l:\(name) docker-archive:copy.tar:again:1
            umoci stat --image l:\(name) --json
            airseal import copy.tar --into l2 && airseal check l2 && rm -r l2
            """)
    }

    @Test func `of skopeo with several tags keep all of them`() async throws {
        let site = try await Site()
        try await site.copySample("hello", to: "s")
        let names = ["site.example/app:1", "site.example/app:latest", "other.example/x:2"]
        try await site.yes(
            """
            skopeo copy -q --additional-tag \(names[1]) --additional-tag \(names[2]) oci:s:v1 \
                docker-archive:a.tar:\(names[0])
            airseal import a.tar --into l
            """)
        let listed = try await Self.listed(site, "l")
        #expect(listed.keys.sorted() == names.sorted() && Set(listed.values).count == 1)
        #expect(try await Self.listed(site, "a.tar") == listed)
        for name in names {
            try await Self.isReadByOthers(site, name, try #require(listed[name]))
        }
    }

    @Test(arguments: ["oci", "oci-archive"]) func `of skopeo keep their digests`(
        _ transport: String
    ) async throws {
        let site = try await Site()
        try await site.copySample("hello", to: "s")
        try await site.yes(
            "skopeo copy -q oci:s:v1 \(transport):a:v1 && airseal import a --into l")
        let digest = try await Self.digest(site, "\(transport):a:v1")
        #expect(try await Self.listed(site, "l") == ["v1": digest])
        #expect(try await Self.listed(site, "a") == ["v1": digest])
        try await Self.isReadByOthers(site, "v1", digest)
    }

    @Test func `of umoci keep their digests, in a folder and packed by tar`() async throws {
        let site = try await Site()
        try await site.yes(
            """
            mkdir -p root/etc; printf hello > root/etc/motd
            umoci init --layout u; umoci new --image u:v1
            umoci insert --rootless --image u:v1 root/etc /etc; umoci gc --layout u
            tar -C u -cf plain.tar .; bsdtar -C u -czf bsd.tgz blobs index.json oci-layout
            tar -C u --format=ustar --sort=name -cf - index.json oci-layout blobs | zstd -q > u.zst
            """)
        let digest = try await Self.digest(site, "oci:u:v1")
        for source in ["u", "plain.tar", "bsd.tgz", "u.zst"] {
            try await site.yes("rm -rf l; airseal import \(source) --into l; airseal check l")
            #expect(try await Self.listed(site, "l") == ["v1": digest])
            #expect(try await Self.listed(site, source) == ["v1": digest])
        }
        try await Self.isReadByOthers(site, "v1", digest)
    }

    @Test(.enabled("buildah cannot work here", Buildah.works))
    func `of buildah become what buildah says they are`() async throws {
        let site = try await Site()
        try await site.yes(
            """
            mkdir context; head -c 200000 /dev/urandom > context/data
            printf 'FROM scratch\\nCOPY data /data\\nCOPY data /again\\nCMD ["/data"]\\n' > context/Containerfile
            \(Buildah.command) bud -q --isolation chroot --layers -t site.example/built:1 context
            \(Buildah.command) push -q site.example/built:1 docker-archive:$PWD/d.tar:site.example/built:1
            \(Buildah.command) push -q site.example/built:1 oci-archive:$PWD/o.tar:site.example/built:1
            """)
        try await site.yes("airseal import d.tar --into l && airseal check l")
        let digest = try await Self.digest(site, "oci:l:site.example/built:1")
        #expect(try await Self.listed(site, "d.tar") == ["site.example/built:1": digest])
        try await Self.isReadByOthers(site, "site.example/built:1", digest)
        // One configuration, whichever way it was written.
        let config = "skopeo inspect --raw oci:l:site.example/built:1 | grep -o 'sha256:[0-9a-f]*'"
        let first = try await site.yes("\(config) | head -n 1").output
        try await site.yes("rm -r l; airseal import o.tar --into l && airseal check l")
        #expect(try await site.yes("\(config) | head -n 1").output == first)
        #expect(
            try await Self.listed(site, "o.tar") == Self.listed(site, "l"))
    }
}

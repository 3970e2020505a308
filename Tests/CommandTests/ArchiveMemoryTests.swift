import Encodings
import Glibc
import TestSupport
import Testing

/// What the program needs to look at an archive does not grow with it.
@Suite(.serialized, .timeLimit(.minutes(30))) struct `Memory for an archive` {
    /// The most that the built program may have in memory at any time, in KiB.
    static let peakMax = 48 << 10
    /// The same where the archive has more names than any real one.
    static let peakOfNamesMax = 512 << 10

    /// Runs the program and returns its peak in KiB; its status must be among `statuses`.
    static func peak(_ site: Site, _ arguments: String, statuses: [Int] = [0]) async throws -> Int {
        let answer = try await site.yes(
            """
            python3 -c 'import resource, subprocess, sys
            status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
            print(status, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' \
                airseal \(arguments)
            """)
        let parts = answer.output.split { $0 == " " || $0 == "\n" }.compactMap { Int($0) }
        try #require(parts.count == 2)
        #expect(statuses.contains(parts[0]), "airseal \(arguments): \(answer.errors)")
        return parts[1]
    }

    /// A docker-archive and an oci-archive of one image with a layer of `byteCount` zeros, which
    /// take no room on disk.
    static func make(_ site: Site, byteCount: Int) async throws {
        try await site.yes(
            """
            python3 - \(byteCount) <<'END'
            import hashlib, io, json, sys, tarfile
            size = int(sys.argv[1]); h = hashlib.sha256(); left = size; block = bytes(1 << 20)
            while left: n = min(left, len(block)); h.update(block[:n]); left -= n
            layer = h.hexdigest()
            text = lambda value: json.dumps(value).encode()
            hexof = lambda data: hashlib.sha256(data).hexdigest()
            config = text({"architecture": "amd64", "os": "linux",
                "rootfs": {"type": "layers", "diff_ids": ["sha256:" + layer]}})
            oci = "application/vnd.oci.image."
            d = lambda kind, hex, size: {"mediaType": oci + kind, "digest": "sha256:" + hex, "size": size}
            manifest = text({"schemaVersion": 2, "config": d("config.v1+json", hexof(config), len(config)),
                "layers": [d("layer.v1.tar", layer, size)]})
            class Out:
                def __init__(self, name): self.file = open(name, "wb")
                def write(self, data):
                    info = None
                    self.file.write(data); return len(data)
                def member(self, name, data=None):
                    info = tarfile.TarInfo(name); info.size = size if data is None else len(data)
                    self.file.write(info.tobuf(tarfile.GNU_FORMAT))
                    self.file.seek(info.size, 1) if data is None else self.file.write(data)
                    self.file.seek(-info.size % 512, 1)
                def close(self): self.file.write(bytes(1024)); self.file.close()
            a = Out("docker.tar")
            a.member(layer + ".tar"); a.member(hexof(config) + ".json", config)
            a.member("manifest.json", text([{"Config": hexof(config) + ".json", "RepoTags": ["big:1"],
                "Layers": [layer + ".tar"]}])); a.close()
            a = Out("oci.tar")
            a.member("oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
            a.member("blobs/sha256/" + hexof(config), config); a.member("blobs/sha256/" + layer)
            a.member("blobs/sha256/" + hexof(manifest), manifest)
            a.member("index.json", text({"schemaVersion": 2, "manifests": [{
                **d("manifest.v1+json", hexof(manifest), len(manifest)),
                "annotations": {"org.opencontainers.image.ref.name": "big:1"}}]})); a.close()
            END
            """)
    }

    @Test func `does not grow with its layers`() async throws {
        let site = try await Site()
        let byteCount = Effort.isSoak ? 8 << 30 : 256 << 20
        try await Self.make(site, byteCount: byteCount)
        try await site.makeKey("signer")
        try await site.trust(["signer-root.pem"])
        var most = 0
        for archive in ["docker.tar", "oci.tar"] {
            most = max(most, try await Self.peak(site, "import \(archive) --into l"))
            most = max(most, try await Self.peak(site, "import \(archive) --into l --dry-run"))
            try await site.yes("rm -r l")
            most = max(most, try await Self.peak(site, "list \(archive)"))
            most = max(most, try await Self.peak(site, "check \(archive)"))
            most = max(
                most,
                try await Self.peak(
                    site, "verify \(archive):big:1 --scope site.example/big", statuses: [1]))
        }
        #expect(most <= Self.peakMax, "\(most) KiB")
        Effort.report(
            "MiB of the layer of an archive that was imported and verified", byteCount >> 20)
        Effort.report("KiB of memory for it at most", most)
    }

    /// Compressed layers, expanded while they pass, and one that would never end.
    @Test func `does not grow with what its layers expand to`() async throws {
        let site = try await Site()
        try await site.yes(
            """
            python3 - <<'END'
            import hashlib, json, subprocess, tarfile, io
            # Text that shrinks to a tenth: well below the limit for bombs.
            noise = hashlib.shake_256(b"seed").digest(1 << 20)
            body = b"".join(noise[n * 4096:(n + 1) * 4096] + bytes(40000) for n in range(256)) * 4
            for tool, name in (["gzip", "-n"], "g"), (["zstd", "-q"], "z"):
                layer = subprocess.run(tool, input=body, capture_output=True).stdout
                config = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers",
                    "diff_ids": ["sha256:" + hashlib.sha256(body).hexdigest()]}}).encode()
                with tarfile.open(name + ".tar", "w") as tar:
                    for member, data in (("l", layer), ("c", config), ("manifest.json", json.dumps(
                            [{"Config": "c", "RepoTags": ["a:1"], "Layers": ["l"]}]).encode())):
                        info = tarfile.TarInfo(member); info.size = len(data)
                        tar.addfile(info, io.BytesIO(data))
            END
            gzip -k g.tar; zstd -q z.tar
            for tool in gzip zstd; do head -c 500000000 /dev/zero | $tool -q > bomb.$tool; done
            """)
        for archive in ["g.tar", "z.tar", "g.tar.gz", "z.tar.zst"] {
            #expect(try await Self.peak(site, "list \(archive)") <= Self.peakMax, "\(archive)")
            let peak = try await Self.peak(site, "import \(archive) --into l --replace")
            #expect(peak <= Self.peakMax, "\(archive): \(peak) KiB")
        }
        for archive in ["bomb.gzip", "bomb.zstd"] {
            let peak = try await Self.peak(site, "import \(archive) --into n", statuses: [1, 2])
            #expect(peak <= Self.peakMax, "\(archive): \(peak) KiB")
        }
    }

    @Test func `stays bounded for a crowd of tiny members`() async throws {
        let site = try await Site()
        // In soak one more than the limit, which is refused; otherwise a crowd that is none of ours.
        let count = Effort.isSoak ? 1_000_001 : 50_000
        try await site.yes(
            """
            python3 - \(count) <<'END' | gzip -1 > crowd.tgz
            import sys, tarfile
            for n in range(int(sys.argv[1])):
                info = tarfile.TarInfo("%07d" % n); info.size = 1
                sys.stdout.buffer.write(info.tobuf(tarfile.USTAR_FORMAT) + b"x" + bytes(511))
            sys.stdout.buffer.write(bytes(1024))
            END
            """)
        let began = ContinuousClock.now
        let peak = try await Self.peak(
            site, "import crowd.tgz --into l", statuses: Effort.isSoak ? [1] : [2])
        let inPlace = try await Self.peak(
            site, "check crowd.tgz", statuses: Effort.isSoak ? [1] : [2])
        #expect(max(peak, inPlace) <= Self.peakOfNamesMax, "\(peak) and \(inPlace) KiB")
        #expect(ContinuousClock.now - began < .seconds(600))
        Effort.report("tiny members of an archive, refused", count)
        Effort.report("KiB of memory for them at most", max(peak, inPlace))
    }
}

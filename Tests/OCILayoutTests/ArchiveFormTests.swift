import Encodings
import Files
import OCI
import TestSupport
import Testing

@testable import OCILayout

/// One way in which somebody writes images into an archive.
struct ArchiveForm: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let form: ImportReport.Form
    let script: String

    init(_ name: String, _ script: String) { self.init(name, .dockerArchive, script) }

    init(_ name: String, _ form: ImportReport.Form, _ script: String) {
        testDescription = name
        self.form = form
        self.script = script
    }
}

@Suite struct `Forms of archives` {
    static let docker = [
        ArchiveForm(
            "Docker 1.10 to 24",
            """
            a, c = Archive(), config(ONE, TWO)
            for name, data in (("1" * 64, ONE), ("2" * 64, TWO)):
                a.member(name + "/", tarfile.DIRTYPE)
                a.member(name + "/VERSION", data=b"1.0"); a.member(name + "/json", data=b"{}")
                a.member(name + "/layer.tar", data=data)
            a.member(hexof(c) + ".json", data=c)
            a.images((hexof(c) + ".json", ["app:1"], ["1" * 64 + "/layer.tar", "2" * 64 + "/layer.tar"]))
            a.member("repositories", data=b"{}"); a.close()
            expect(("app:1", manifest(c, (LAYER, ONE), (LAYER, TWO))))
            """),
        ArchiveForm(
            "Docker with a layer as a symbolic link, before what it points to",
            """
            a, c = Archive(), config(ONE, ONE)
            a.member("b/layer.tar", tarfile.SYMTYPE, target="../a/layer.tar")
            a.member("a/layer.tar", data=ONE); a.member("c.json", data=c)
            a.images(("c.json", ["app:1"], ["a/layer.tar", "b/layer.tar"])); a.close()
            expect(("app:1", manifest(c, (LAYER, ONE), (LAYER, ONE))))
            """),
        ArchiveForm(
            "layers as hard links, of links too",
            """
            a, c = Archive(), config(ONE, ONE, ONE)
            a.member("a.tar", data=ONE); a.member("./b.tar", tarfile.LNKTYPE, target="./a.tar")
            a.member("c.tar", tarfile.LNKTYPE, target="b.tar"); a.member("c.json", data=c)
            a.images(("c.json", ["app:1"], ["a.tar", "b.tar", "c.tar"])); a.close()
            expect(("app:1", manifest(c, (LAYER, ONE), (LAYER, ONE), (LAYER, ONE))))
            """),
        ArchiveForm(
            "podman, several tags, and one layer twice",
            """
            a, c = Archive(), config(ONE, ONE)
            a.member(hexof(ONE) + ".tar", data=ONE); a.member(hexof(c) + ".json", data=c)
            a.images((hexof(c) + ".json", ["r.example/app:1", "r.example/app:latest"],
                [hexof(ONE) + ".tar"] * 2)); a.close()
            m = manifest(c, (LAYER, ONE), (LAYER, ONE))
            expect(("r.example/app:1", m), ("r.example/app:latest", m))
            """),
        ArchiveForm(
            "kaniko and crane",
            """
            a, c, l = Archive(), config(ONE, TWO), gz(ONE)
            a.member("sha256:" + hexof(c), data=c); a.member(hexof(l) + ".tar.gz", data=l)
            a.member("sha256:" + hexof(gz(TWO)) + ".tar.gz", data=gz(TWO))
            a.images(("sha256:" + hexof(c), ["app:1"],
                [hexof(l) + ".tar.gz", "sha256:" + hexof(gz(TWO)) + ".tar.gz"])); a.close()
            expect(("app:1", manifest(c, (LAYER + "+gzip", l), (LAYER + "+gzip", gz(TWO)))))
            """),
        ArchiveForm(
            "layers compressed with zstd and with two gzip members",
            """
            a, c, z = Archive(), config(ONE, TWO), zstd(ONE)
            m = gz(TWO[:700]) + gz(TWO[700:])
            a.member("1", data=z); a.member("2", data=m); a.member("c", data=c)
            a.images(("c", ["app:1"], ["1", "2"])); a.close()
            expect(("app:1", manifest(c, (LAYER + "+zstd", z), (LAYER + "+gzip", m))))
            """),
        ArchiveForm(
            "several images, one without a name, manifest.json first",
            """
            a, c, d = Archive(), config(ONE), config(ONE, TWO)
            a.images(("./c", ["one:1"], ["./1"]), ("d", [], ["1", "2"]))
            a.member("./c", data=c); a.member("./d", data=d)
            a.member("./1", data=ONE); a.member("./2", data=TWO); a.close()
            expect(("one:1", manifest(c, (LAYER, ONE))), (None, manifest(d, (LAYER, ONE), (LAYER, TWO))))
            """),
        ArchiveForm(
            "Docker 25, whose index says null",
            """
            a, c = Archive(format=tarfile.GNU_FORMAT), config(ONE)
            a.blobs(c, ONE)
            a.member("oci-layout", data=b'{"imageLayoutVersion":"1.0.0"}')
            a.member("index.json", data=b'{"schemaVersion":2,"manifests":null}')
            a.images(("blobs/sha256/" + hexof(c), ["app:1"], ["blobs/sha256/" + hexof(ONE)])); a.close()
            expect(("app:1", manifest(c, (LAYER, ONE))))
            """),
        ArchiveForm(
            "Docker 25, whose index lists a manifest that is not there, layers compressed",
            """
            a, c = Archive(format=tarfile.USTAR_FORMAT), config(ONE, TWO)
            a.blobs(c, gz(ONE), zstd(TWO)); a.layout(descriptor(MANIFEST, b"gone"))
            a.images(("blobs/sha256/" + hexof(c), ["app:1"], ["blobs/sha256/" + hexof(gz(ONE)),
                "blobs/sha256/" + hexof(zstd(TWO))])); a.close()
            expect(("app:1", manifest(c, (LAYER + "+gzip", gz(ONE)), (LAYER + "+zstd", zstd(TWO)))))
            """),
        ArchiveForm(
            "an image without layers",
            """
            a = Archive()
            c = b'{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":null}}'
            a.member("c", data=c); a.images(("c", ["empty:1"], [])); a.close()
            expect(("empty:1", manifest(c)))
            """),
    ]

    static let layouts = [
        ArchiveForm(
            "Docker 25, whole: the index wins and full names are kept", .ociArchive,
            """
            a, c = Archive(), config(ONE)
            m = manifest(c, (LAYER + "+gzip", gz(ONE)), annotations={"own": "kept"})
            a.blobs(c, gz(ONE), m)
            a.layout(descriptor(MANIFEST, m, annotations={NAME: "1",
                "io.containerd.image.name": "docker.io/library/app:1"}))
            a.images(("blobs/sha256/" + hexof(c), ["app:1"], ["blobs/sha256/" + hexof(gz(ONE))])); a.close()
            expect(("app:1", m))
            """),
        ArchiveForm(
            "nested indexes with a buildx attestation", .ociArchive,
            """
            a, c = Archive(), config(ONE)
            m = manifest(c, (LAYER, ONE))
            s = b'{"_type":"https://in-toto.io/Statement/v1"}'
            t = manifest(config(), ("application/vnd.in-toto+json", s))
            inner = index(descriptor(MANIFEST, m, platform=platform("linux/amd64")),
                descriptor(MANIFEST, t, platform=platform("unknown/unknown"), annotations={
                    "vnd.docker.reference.type": "attestation-manifest",
                    "vnd.docker.reference.digest": "sha256:" + hexof(m)}))
            outer = index(descriptor(INDEX, inner))
            a.blobs(c, ONE, m, config(), s, t, inner, outer)
            a.layout(descriptor(INDEX, outer, annotations={NAME: "r.example/app:1"})); a.close()
            expect(("r.example/app:1", outer))
            """),
        ArchiveForm(
            "Docker's own media types", .ociArchive,
            """
            a, c = Archive(), config(ONE)
            kind, many = DOCKER + "distribution.manifest.v2+json", DOCKER + "distribution.manifest.list.v2+json"
            m = manifest(c, (DOCKER + "image.rootfs.diff.tar.gzip", gz(ONE)), kind=kind,
                config_kind=DOCKER + "container.image.v1+json")
            l = json.dumps({"manifests": [descriptor(kind, m, platform=platform("linux/amd64"))],
                "mediaType": many, "schemaVersion": 2}, indent=3).encode()
            a.blobs(c, gz(ONE), m, l)
            a.layout(descriptor(many, l, annotations={NAME: "app:1"})); a.close()
            expect(("app:1", l))
            """),
        ArchiveForm(
            "a Helm chart and an artifact without a configuration", .ociArchive,
            """
            a, c = Archive(), b'{"name":"chart","version":"1.0.0"}'
            m = manifest(c, ("application/vnd.cncf.helm.chart.content.v1.tar+gzip", gz(ONE)),
                config_kind="application/vnd.cncf.helm.config.v1+json")
            e = manifest(b"{}", ("text/plain", b"note"), config_kind="application/vnd.oci.empty.v1+json",
                artifactType="application/vnd.example.note")
            a.blobs(c, gz(ONE), m, b"{}", b"note", e)
            a.layout(descriptor(MANIFEST, m, annotations={NAME: "chart:1"}), descriptor(MANIFEST, e)); a.close()
            expect(("chart:1", m), (None, e))
            """),
        ArchiveForm(
            "a blob as a hard link to another name of it", .ociArchive,
            """
            a, c = Archive(), config(ONE)
            m = manifest(c, (LAYER, ONE))
            a.member("layer.tar", data=ONE)
            a.member("blobs/sha256/" + hexof(ONE), tarfile.LNKTYPE, target="layer.tar")
            a.blobs(c, m); a.layout(descriptor(MANIFEST, m, annotations={NAME: "app:1"})); a.close()
            expect(("app:1", m))
            """),
    ]

    static let coats = ["cat", "gzip -n", "zstd -q"]

    @Test(arguments: docker + layouts)
    func `come into a layout, and read in place say the same`(_ form: ArchiveForm) async throws {
        let box = try Box()
        let expected = try await box.expected(form.script)
        for (place, coat) in Self.coats.enumerated() {
            try await box.shell("\(coat) < a.tar > \(place)")
            let report = try `Importing archives`.report(
                `Importing archives`.take(box.path("\(place)"), box, into: "out-\(place)"))
            #expect(report.form == form.form)
            #expect(
                report.roots.map(\.descriptor).map(ExpectedImage.init) == expected, "\(coat)")
            let out = try Layout(at: box.path("out-\(place)"))
            let check = try LayoutCheck(out)
            #expect(check.isWhole && check.notes == [])
            let inPlace = try ArchivedLayout(FileSystem.real.file(at: box.path("\(place)")))
            #expect(inPlace.index.entries == out.index.entries && inPlace.form == form.form)
            let streamed = try LayoutCheck(inPlace)
            #expect(streamed.isWhole, "\(streamed.problems)")
            #expect(streamed.byteCount == check.byteCount)
        }
        // skopeo takes Docker's types from registries only, not from a layout.
        guard !form.testDescription.contains("own media types") else { return }
        try await Self.isReadByOthers(box, expected)
    }

    /// skopeo reads the very bytes that were hashed.
    static func isReadByOthers(_ box: Box, _ expected: [ExpectedImage]) async throws {
        for image in expected {
            guard let name = image.name else { continue }
            let hex = try await box.shell("skopeo inspect --raw oci:out-0:\(name) | sha256sum")
            #expect(hex.hasPrefix(image.digest.hex))
        }
    }

    @Test func `that would be read twice are refused through a pipe, and imported`() async throws {
        let box = try Box()
        let form = try #require(Self.docker.first { $0.testDescription.contains("not there") })
        let expected = try await box.expected(form.script)
        let pipe = try Pipe(box, "a.tar")
        let layer = try await box.python("print(hexof(gz(ONE)))")
        #expect(throws: LayoutError.notHeld(try Digest("sha256:\(layer.prefix(64))"))) {
            try ArchivedLayout(pipe.file)
        }
        let again = try Pipe(box, "a.tar")
        let outcome = try LayoutImport.run(
            .archive(again.file), into: Layout.create(at: box.path("out")))
        let report = try `Importing archives`.report(outcome)
        #expect(report.roots.map(\.descriptor).map(ExpectedImage.init) == expected)
    }

    /// What real tools wrote, hashed by Python from the archive's members.
    static let judge = """
        import tarfile
        tar = tarfile.open(sys.argv[1] if len(sys.argv) > 1 else PATH)
        def read(name): return tar.extractfile(name).read()
        images = []
        for image in json.loads(read("manifest.json")):
            m = manifest(read(image["Config"]), *[(LAYER, read(l)) for l in image["Layers"]])
            images += [(name, m) for name in image["RepoTags"] or [None]]
        expect(*images)
        """

    static let vectors = [
        "docker-almost-empty.tar", "docker-alpine-310.tar.gz", "docker-linked-layers.tar",
        "docker-two-images.tar", "docker-v25-hello-world.tar",
    ]

    @Test(.enabled(if: Shared.isPresent), arguments: vectors)
    func `of the shared vectors have the digests that Python computes`(_ name: String)
        async throws
    {
        let box = try Box()
        let path = try FileSystem.real.absolutePath(of: "\(Shared.root)/archives/\(name)")
        let expected = try await box.expected("PATH = '\(path)'\n" + Self.judge)
        let report = try `Importing archives`.report(`Importing archives`.take(path, box))
        #expect(report.roots.map(\.descriptor).map(ExpectedImage.init) == expected)
        let inPlace = try ArchivedLayout(FileSystem.real.file(at: path))
        #expect(inPlace.index.entries.map(ExpectedImage.init) == expected)
        #expect(try LayoutCheck(inPlace).isWhole)
    }
}

extension ExpectedImage {
    init(_ descriptor: Descriptor) {
        self.init(name: descriptor.referenceName, digest: descriptor.digest)
    }
}

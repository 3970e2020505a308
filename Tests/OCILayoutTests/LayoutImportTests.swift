import Encodings
import Files
import Glibc
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import OCILayout

/// Archives that other tools made; not part of the repository.
enum Shared {
    static let root = "../shared/vectors"
    static var isPresent: Bool { FileSystem.real.kind(at: root) == .folder }
}

@Suite struct `Importing archives` {
    /// Imports `path` into a new layout called `name`.
    static func take(
        _ path: String, _ box: Box, into name: String = "out",
        options: LayoutImport.Options = LayoutImport.Options()
    ) throws -> ImportOutcome {
        let layout = try Layout.create(at: box.path(name))
        return try LayoutImport.run(
            ImportSource(at: path), into: layout, options: options)
    }

    static func report(_ outcome: ImportOutcome) throws -> ImportReport {
        guard case .imported(let report) = outcome else {
            Issue.record("refused: \(outcome)")
            throw Unexpected()
        }
        return report
    }

    static func refusal(_ outcome: ImportOutcome) -> ImportRefusal? {
        guard case .refused(let refusal) = outcome else { return nil }
        return refusal
    }

    struct Unexpected: Error {}

    struct Vector: Sendable {
        let name: String
        let form: ImportReport.Form
        let names: [String?]
    }

    static let vectors = [
        Vector(name: "docker-v25-hello-world.tar", form: .dockerArchive, names: [nil]),
        Vector(
            name: "docker-two-images.tar", form: .dockerArchive,
            names: ["test_image_2", "test_image_1"]),
        Vector(
            name: "docker-linked-layers.tar", form: .dockerArchive,
            names: ["bazel/v1/tarball:test_image_1", "bazel/v1/tarball:test_image_3"]),
        Vector(name: "docker-almost-empty.tar", form: .dockerArchive, names: ["emptyimage:latest"]),
        Vector(name: "docker-alpine-310.tar.gz", form: .dockerArchive, names: ["alpine:3.10"]),
    ]

    @Test(.enabled(if: Shared.isPresent), arguments: vectors)
    func `takes what Docker and others wrote`(_ vector: Vector) async throws {
        let box = try Box()
        let report = try Self.report(
            Self.take("\(Shared.root)/archives/\(vector.name)", box))
        #expect(report.form == vector.form)
        #expect(report.roots.map(\.descriptor.referenceName) == vector.names)
        let layout = try Layout(at: box.path("out"))
        let check = try LayoutCheck(layout)
        #expect(check.isWhole)
        #expect(check.notes == [])
        // A stranger reads it too.
        let tag = vector.names[0].map { ":\($0)" } ?? ""
        try await box.shell("skopeo inspect --raw oci:out\(tag)")
    }

    static let image = """
        mkdir -p root/etc; printf hello > root/etc/motd
        umoci init --layout l >&2; umoci new --image l:v1 >&2
        umoci insert --rootless --image l:v1 root/etc /etc >&2
        skopeo copy -q oci:l:v1 docker-archive:a.tar:bar.example/app:v1
        """

    @Test func `gives one digest, however the archive was packed`() async throws {
        let box = try Box()
        try await box.shell(Self.image)
        try await box.shell(
            """
            gzip -k a.tar; zstd -q a.tar
            mkdir x; tar -C x -xf a.tar; cd x
            tar --format=pax -cf ../r.tar $(ls | sort -r); tar --format=gnu -cf ../s.tar $(ls)
            """)
        var digests: Set<Digest> = []
        for name in ["a.tar", "a.tar.gz", "a.tar.zst", "r.tar", "s.tar"] {
            let report = try Self.report(Self.take(box.path(name), box, into: "out-\(name)"))
            digests.insert(report.roots[0].descriptor.digest)
            #expect(report.roots[0].descriptor.referenceName == "bar.example/app:v1")
        }
        digests.insert(try await Self.throughPipe(box))
        #expect(digests.count == 1)
    }

    static func throughPipe(_ box: Box) async throws -> Digest {
        try await box.shell("mkfifo pipe; (exec > /dev/null 2>&1; cat a.tar > pipe) &")
        let descriptor = unsafe open(box.path("pipe"), O_RDONLY)
        defer { close(descriptor) }
        let file = try FileSystem.real.stream(descriptor: descriptor, name: "-")
        let layout = try Layout.create(at: box.path("out-pipe"))
        let outcome = try LayoutImport.run(.archive(file), into: layout)
        return try report(outcome).roots[0].descriptor.digest
    }

    @Test func `keeps the digest of an oci-archive and of a layout`() async throws {
        let box = try Box()
        try await box.shell(Self.image)
        try await box.shell("skopeo copy -q oci:l:v1 oci-archive:o.tar:v1; zstd -q o.tar")
        let source = try Layout(at: box.path("l"))
        let image = try source.resolve(.only)
        for name in ["o.tar", "o.tar.zst", "l"] {
            let report = try Self.report(Self.take(box.path(name), box, into: "out-\(name)"))
            #expect(report.form == (name == "l" ? .layout : .ociArchive))
            #expect(report.roots.map(\.descriptor.digest) == [image.digest])
            let out = try Layout(at: box.path("out-\(name)"))
            #expect(try LayoutCheck(out).notes == [])
        }
        try await box.shell("umoci list --layout out-l | grep -qx v1")
    }

    @Test func `checks what a compressed layer expands to`() async throws {
        let box = try Box()
        try await box.shell(Self.image)
        try await box.shell(
            """
            mkdir x; tar -C x -xf a.tar; cd x; rm -f repositories
            layer=$(ls *.tar | head -1); gzip -n $layer; mv $layer.gz $layer
            find . -type l -delete; tar -cf ../z.tar *
            printf junk > junk; cat junk >> manifest-not
            gunzip -c $layer | sed 's/hello/jello/' | gzip -n > n; mv n $layer
            tar -cf ../bad.tar *
            """)
        let report = try Self.report(Self.take(box.path("z.tar"), box))
        let layout = try Layout(at: box.path("out"))
        guard case .manifest(let manifest) = try layout.document(report.roots[0].descriptor) else {
            throw Unexpected()
        }
        #expect(manifest.layers[0].mediaType == MediaType.layerGzip)
        guard case .diffID? = Self.refusal(try Self.take(box.path("bad.tar"), box, into: "no"))
        else { throw Unexpected() }
    }

    @Test func `refuses an archive that is cut, anywhere`() async throws {
        let box = try Box()
        try await box.shell(Self.image)
        try await box.shell("gzip -k a.tar")
        for name in ["a.tar", "a.tar.gz"] {
            let whole = try box.read(name)
            for cut in stride(from: 0, to: whole.count - 1024, by: whole.count / 9) {
                try box.write(Array(whole[..<cut]), to: "cut")
                let layout = try Layout.create(at: box.path("out"))
                let before = try box.read("out/index.json")
                #expect(throws: LayoutError.self) {
                    try LayoutImport.run(ImportSource(at: box.path("cut")), into: layout)
                }
                #expect(try box.read("out/index.json") == before)
                #expect(try layout.blobs() == [] && layout.strays() == [])
            }
        }
    }

    @Test func `takes every platform of an index, and all that lies beside it`() async throws {
        let box = try Box()
        let source = try LayoutWriter(Layout.create(at: box.path("s")))
        let first = try Sample.image(source)
        let second = try Sample.image(source, layer: [2])
        var entry = try source.add(
            ImageIndex(manifests: [first, second]).serialized(), mediaType: MediaType.imageIndex)
        let signature = try Sample.image(source, layer: [3], subject: entry.plain)
        _ = try source.add([4], mediaType: MediaType.layer)
        entry.referenceName = "multi"
        entry[annotation: "own"] = "kept"
        var index = LayoutIndex()
        index.list([entry, signature])
        try source.replaceIndex(with: index)
        try await box.shell("cd s; tar -cf ../s.tar *; tar -cf ../c.tar --exclude=index.json *")
        for name in ["s", "s.tar"] {
            let report = try Self.report(Self.take(box.path(name), box, into: "out-\(name)"))
            let out = try Layout(at: box.path("out-\(name)"))
            #expect(out.index.entries == [entry, signature])
            #expect(report.roots.map(\.blobCount) == [6, 3])
            // Orphans do not come along.
            #expect(
                try LayoutCheck(out).notes
                    == [.notInFallback(referrer: signature, subject: entry.digest)])
            #expect(try out.blobs().count == 8)
        }
        try await box.shell("skopeo copy -q --all oci:out-s:multi oci:again:multi")
        #expect(throws: LayoutError.notALayout(path: box.path("c.tar"))) {
            try Self.take(box.path("c.tar"), box, into: "c")
        }
    }

    /// What Docker 25 and later write: one archive that is both.
    @Test(arguments: [true, false])
    func `prefers Docker's index while it is whole`(_ isWhole: Bool) async throws {
        let box = try Box()
        let source = try LayoutWriter(Layout.create(at: box.path("s")))
        let here = try Sample.image(source)
        var entry = try source.add(
            ImageIndex(
                manifests: isWhole
                    ? [here]
                    : [
                        here, Sample.descriptor([1], MediaType.imageManifest),
                    ]
            ).serialized(), mediaType: MediaType.imageIndex)
        entry.referenceName = "1"
        entry[annotation: "io.containerd.image.name"] = "docker.io/library/a:1"
        var index = LayoutIndex()
        index.list([entry])
        try source.replaceIndex(with: index)
        let list = """
            [{"Config":"\(Sample.blobPath(Sample.digest(Sample.config)))","RepoTags":["a:1"],\
            "Layers":["\(Sample.blobPath(Sample.digest(Sample.layer)))"]}]
            """
        try box.write(Array(list.utf8), to: "s/manifest.json")
        try await box.shell("cd s; tar -cf ../s.tar *")
        let report = try Self.report(Self.take(box.path("s.tar"), box))
        #expect(report.form == (isWhole ? .ociArchive : .dockerArchive))
        #expect(report.roots.map(\.descriptor.digest) == [isWhole ? entry.digest : here.digest])
        #expect(report.roots.map(\.descriptor.referenceName) == ["a:1"])
    }
}

import Encodings
import Files
import OCI
import TestSupport
import Testing

@testable import OCILayout

@Suite struct `Where an import goes` {
    @Test func `is not taken away from another import that holds it`() throws {
        let box = try Box()
        let source = try Sample.layout(box.path("s"))
        var refused = try ImportDestination.open(at: box.path("deep/out"), in: .real)
        let other = try ImportDestination.open(at: box.path("deep/out"), in: .real)
        refused.withdraw()
        let outcome = try LayoutImport.run(.folder(source), into: other)
        _ = try `Importing archives`.report(outcome)
        #expect(try Layout(at: box.path("deep/out")).index.entries.count == 1)
    }

    @Test func `goes again where nothing came into it`() throws {
        let box = try Box()
        var refused = try ImportDestination.open(at: box.path("deep/out"), in: .real)
        refused.withdraw()
        #expect(FileSystem.real.kind(at: box.path("deep")) == nil)
    }

    @Test func `is what a run makes of what a killed run left, in a rehearsal too`() async throws {
        let box = try Box()
        try await box.shell("mkdir -p out/blobs/sha256 stranger; printf x > stranger/note")
        #expect(try ImportDestination.present(at: box.path("out"), in: .real) == nil)
        #expect(try ImportDestination.present(at: box.path("new/l"), in: .real) == nil)
        #expect(throws: LayoutError.notALayout(path: box.path("stranger"))) {
            try ImportDestination.present(at: box.path("stranger"), in: .real)
        }
        let opened = try ImportDestination.open(at: box.path("out"), in: .real)
        #expect(opened.layout.index.entries == [])
    }

    /// What an archive is must not hang on what of it is wanted.
    @Test func `gets one digest of an archive that is both, whatever is chosen`() async throws {
        let box = try Box()
        let expected = try await box.expected(
            """
            a, c, d = Archive(), config(ONE), config(TWO)
            m = manifest(c, (LAYER, ONE), annotations={"own": "digest"})
            n = manifest(d, (LAYER, TWO), annotations={"own": "digest"})
            a.blobs(c, d, ONE, TWO, m)
            a.layout(descriptor(MANIFEST, m, annotations={NAME: "one:1"}),
                descriptor(MANIFEST, n, annotations={NAME: "two:1"}))
            a.images(("blobs/sha256/" + hexof(c), ["one:1"], ["blobs/sha256/" + hexof(ONE)]),
                ("blobs/sha256/" + hexof(d), ["two:1"], ["blobs/sha256/" + hexof(TWO)])); a.close()
            expect(("one:1", manifest(c, (LAYER, ONE))), ("two:1", manifest(d, (LAYER, TWO))))
            """)
        let inPlace = try ArchivedLayout(FileSystem.real.file(at: box.path("a.tar")))
        #expect(inPlace.index.entries.map(ExpectedImage.init) == expected)
        for image in expected {
            var options = LayoutImport.Options()
            let name = try #require(image.name.flatMap { ReferenceName($0) })
            options.selection.selector = .name(name)
            let report = try `Importing archives`.report(
                `Importing archives`.take(box.path("a.tar"), box, options: options))
            #expect(report.roots.map(\.descriptor).map(ExpectedImage.init) == [image])
            #expect(report.form == .dockerArchive)
        }
    }

    @Test func `gets no blob that was hashed for another name`() async throws {
        let box = try Box()
        let link = try await box.python(
            """
            a = Archive(); a.layout(); a.blob(ONE)
            link = "blobs/sha512/" + hashlib.sha512(ONE).hexdigest()
            a.member(link, tarfile.LNKTYPE, target="blobs/sha256/" + hexof(ONE)); a.close()
            print(link, end="")
            """)
        let refusal = LayoutError.importRefused(
            .linkBetweenAlgorithms(
                member: link,
                target: "blobs/sha256/\(try await box.python("print(hexof(ONE), end='')"))"))
        #expect(throws: refusal) {
            try ArchivedLayout(FileSystem.real.file(at: box.path("a.tar")))
        }
    }

    @Test(arguments: ["s", "s.tar"])
    func `is told which referrers no index of the source lists`(_ name: String) async throws {
        let box = try Box()
        let writer = try LayoutWriter(Sample.layout(box.path("s")))
        let image = try writer.layout.resolve(.only).plain
        let referrer = try Sample.image(writer, layer: [1], subject: image)
        // Of what is no part of the import.
        _ = try Sample.image(
            writer, layer: [2], subject: Sample.descriptor([3], MediaType.imageManifest))
        try await box.shell("cd s; tar -cf ../s.tar *")
        let report = try `Importing archives`.report(
            `Importing archives`.take(box.path(name), box))
        #expect(report.unlistedReferrers == [referrer.digest])
        #expect(try Layout(at: box.path("out")).blobs().count == 3)
    }
}

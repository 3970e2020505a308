import Encodings
import Files
import OCI
import TestSupport
import Testing

@testable import OCILayout

@Suite struct `Refusing an import` {
    /// A docker-archive as a folder `x`, to be packed after it was spoilt.
    static let files: [String: [UInt8]] = [
        "manifest.json": Array(
            """
            [{"Config":"\(Sample.digest(Sample.config).hex).json","RepoTags":["a:1","b:1"],\
            "Layers":["d/layer.tar"]}]
            """.utf8),
        "\(Sample.digest(Sample.config).hex).json": Sample.config,
        "d/layer.tar": Sample.layer,
    ]

    func outcome(_ box: Box, _ script: String) async throws -> ImportOutcome {
        for (name, bytes) in Self.files { try box.write(bytes, to: "x/\(name)") }
        try await box.shell("cd x; \(script)")
        let layout = try Sample.layout(box.path("l"), layer: [1])
        let before = try box.read("l/index.json")
        let outcome = try LayoutImport.run(
            ImportSource(at: box.path("a.tar")), into: layout)
        if case .refused = outcome {
            #expect(try box.read("l/index.json") == before)
            let check = try LayoutCheck(Layout(at: box.path("l")))
            #expect(check.isWhole && check.notes == [])
        }
        return outcome
    }

    static let config = "\(Sample.digest(Sample.config).hex).json"
    static let pack = "tar -cf ../a.tar *"

    @Test func `is not done to a sound archive`() async throws {
        guard case .imported(let report) = try await outcome(Box(), Self.pack) else {
            Issue.record("refused")
            return
        }
        #expect(report.roots.map(\.descriptor.referenceName) == ["a:1", "b:1"])
        #expect(
            report.roots[0].descriptor.digest == Sample.digest(Sample.manifest().serialized()))
        #expect(report.roots[0].blobCount == 3 && !report.roots[0].wasListed)
    }

    struct Spoilt: Sendable {
        let script: String
        let refusal: ImportRefusal
    }

    static let spoilt = [
        Spoilt(
            script: "printf ' ' >> \(config); \(pack)",
            refusal: .configDigest(name: config, actual: Sample.digest(Sample.config + [32]))),
        Spoilt(
            script: "printf b >> d/layer.tar; \(pack)",
            refusal: .diffID(
                layer: "d/layer.tar", expected: Sample.digest(Sample.layer),
                actual: Sample.digest(Sample.layer + [98]))),
        Spoilt(script: "rm d/layer.tar; \(pack)", refusal: .missingMember("d/layer.tar")),
        Spoilt(script: "rm \(config); \(pack)", refusal: .missingMember(config)),
        Spoilt(
            script: "tar -cf ../a.tar * d/layer.tar --hard-dereference",
            refusal: .duplicateMember("d/layer.tar")),
        Spoilt(script: "mkfifo z; \(pack)", refusal: .unusableMember("z")),
        Spoilt(
            script: "rm d/layer.tar; ln -s layer.tar d/layer.tar; \(pack)",
            refusal: .unusableMember("d/layer.tar")),
        Spoilt(
            script: "rm d/layer.tar; ln -s ../../l d/layer.tar; \(pack)",
            refusal: .unusableMember("d/layer.tar")),
        Spoilt(
            script: "rm d/layer.tar; ln -s /etc/passwd d/layer.tar; \(pack)",
            refusal: .unusableMember("d/layer.tar")),
        Spoilt(
            script: "sed -i 's/a:1/a 1/' manifest.json; \(pack)", refusal: .malformedName("a 1")),
        Spoilt(
            script: "sed -i 's/\"Config\"/\"Layers\":[],\"Config\"/' manifest.json; \(pack)",
            refusal: .malformedManifest(.json(.duplicateName("Layers")))),
        Spoilt(
            script: "sed -i 's/Layers/layers/' manifest.json; \(pack)",
            refusal: .layerCount(config: Sample.digest(Sample.config), diffIDs: 1, layers: 0)),
        Spoilt(script: "printf '[]' > manifest.json; \(pack)", refusal: .empty),
    ]

    @Test(arguments: spoilt)
    func `says what is wrong with an archive`(_ spoilt: Spoilt) async throws {
        guard case .refused(let refusal) = try await outcome(Box(), spoilt.script) else {
            Issue.record("imported: \(spoilt.script)")
            return
        }
        #expect(refusal == spoilt.refusal)
    }

    @Test func `names both digests when a tag is taken, unless told to replace`() throws {
        let box = try Box()
        let layout = try Sample.layout(box.path("l"), layer: [1])
        let source = try Sample.layout(box.path("s"), layer: [2])
        let old = try layout.resolve(.only).digest
        let new = try source.resolve(.only).digest
        let outcome = try LayoutImport.run(.folder(source), into: layout)
        guard case .refused(.nameTaken(let conflict)) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(conflict == NameConflict(name: "v1", present: old, new: new))
        #expect(try layout.blobs() == Layout(at: box.path("l")).blobs())
        var options = LayoutImport.Options()
        options.replace = true
        guard case .imported = try LayoutImport.run(.folder(source), into: layout, options: options)
        else {
            Issue.record("refused")
            return
        }
        #expect(try Layout(at: box.path("l")).resolve(.only).digest == new)
    }

    @Test func `names the content that an index lists and the source lacks`() throws {
        let box = try Box()
        let source = try LayoutWriter(Layout.create(at: box.path("s")))
        let here = try Sample.image(source)
        let gone = Sample.descriptor([1], MediaType.imageManifest)
        var entry = try source.add(
            ImageIndex(manifests: [here, gone]).serialized(), mediaType: MediaType.imageIndex)
        entry.referenceName = "multi"
        var index = LayoutIndex()
        index.list([entry])
        try source.replaceIndex(with: index)
        let layout = try Layout.create(at: box.path("l"))
        guard
            case .refused(.missing(let missing)) = try LayoutImport.run(
                .folder(source.layout), into: layout)
        else {
            Issue.record("imported")
            return
        }
        #expect(missing == [gone])
    }

    @Test func `of damaged layers leaves nothing behind`() async throws {
        let box = try Box()
        let source = try Sample.layout(box.path("s"))
        let layer = Sample.digest(Sample.layer)
        var spoilt = Sample.layer
        spoilt[17] ^= 4
        try box.write(spoilt, to: "s/" + Sample.blobPath(layer))
        try await box.shell("cd s; tar -czf ../s.tgz *")
        for from in [ImportSource.folder(source), try ImportSource(at: box.path("s.tgz"))] {
            let layout = try Layout.create(at: box.path("l"))
            guard
                case .refused(.damaged(let digest, let fault)) = try LayoutImport.run(
                    from, into: layout)
            else {
                Issue.record("imported")
                return
            }
            #expect(digest == layer && fault == .digest(actual: Sample.digest(spoilt)))
            #expect(try layout.blobs() == [] && layout.strays() == [])
        }
    }

    @Test func `merges the fallback indexes of one image`() throws {
        let box = try Box()
        for (name, number) in [("l", UInt8(1)), ("s", 2)] {
            let writer = try LayoutWriter(Sample.layout(box.path(name)))
            let target = try writer.layout.resolve(.only).plain
            let referrer = try Sample.image(writer, layer: [number], subject: target)
            let addition = try ReferrerAddition(
                [.init(descriptor: referrer, subject: target)], to: writer.layout)
            for blob in addition.fallbacks {
                _ = try writer.add(blob.bytes, mediaType: blob.descriptor.mediaType)
            }
            try writer.replaceIndex(with: addition.index)
        }
        let outcome = try LayoutImport.run(
            .folder(Layout(at: box.path("s"))), into: Layout(at: box.path("l")))
        guard case .imported = outcome else {
            Issue.record("\(outcome)")
            return
        }
        let layout = try Layout(at: box.path("l"))
        let referrers = try LayoutGraph(layout).referrers(of: layout.resolve(.only))
        #expect(referrers.count == 2)
        #expect(referrers.allSatisfy { $0.listings == [.untaggedEntry, .fallbackIndex] })
        let check = try LayoutCheck(layout)
        #expect(check.isWhole)
        // Only the fallback index that was replaced is led to by nothing.
        #expect(check.notes.count == 1)
    }
}

import Encodings
import Files
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import OCILayout

@Suite struct `A layout folder` {
    static let image = Sample.descriptor(
        Sample.manifest().serialized(), MediaType.imageManifest)

    @Test(arguments: ["", "oci-layout", "index.json"])
    func `is refused without its files`(_ only: String) throws {
        let box = try Box()
        try Sample.layout(box.path("l"))
        let folder = try box.folder("l")
        for name in ["oci-layout", "index.json"] where name != only { try folder.remove(name) }
        #expect(throws: LayoutError.notALayout(path: box.path("l"))) {
            try Layout(at: box.path("l"))
        }
    }

    @Test(arguments: [
        (#"{"imageLayoutVersion":"2.0.0"}"#, DocumentError.layoutVersion("2.0.0")),
        (
            #"{"imageLayoutVersion":"1.0.0","imageLayoutVersion":"1.0.0"}"#,
            .json(.duplicateName("imageLayoutVersion"))
        ),
        ("{}", .shape(.missing(path: "imageLayoutVersion"))),
    ])
    func `is refused with another version (L2)`(_ text: String, _ error: DocumentError) throws {
        let box = try Box()
        try Sample.layout(box.path("l"))
        try box.write(Array(text.utf8), to: "l/oci-layout")
        #expect(throws: LayoutError.document(name: "oci-layout", error)) {
            try Layout(at: box.path("l"))
        }
    }

    @Test func `gives a blob only if size and digest are right`() throws {
        let box = try Box()
        let layout = try Sample.layout(box.path("l"))
        let layer = Sample.descriptor(Sample.layer, MediaType.layer)
        let path = "l/" + Sample.blobPath(layer.digest)
        #expect(try layout.read(layer, limit: 5000) == Sample.layer)
        #expect(throws: LayoutError.tooLarge(layer.digest, size: 5000, limit: 4999)) {
            try layout.read(layer, limit: 4999)
        }
        var spoilt = Sample.layer
        spoilt[4999] ^= 1
        try box.write(spoilt, to: path)
        #expect(try layout.check(layer) == .digest(actual: Sample.digest(spoilt)))
        try box.write(Sample.layer + [0], to: path)
        #expect(try layout.check(layer) == .size(expected: 5000, actual: 5001))
        try box.folder("l/blobs/sha256").remove(layer.digest.hex)
        #expect(try layout.check(layer) == .missing)
        _ = try box.folder(path)
        #expect(try layout.check(layer) == .notAFile)
    }

    @Test func `does not follow links`() async throws {
        let box = try Box()
        let layout = try Sample.layout(box.path("l"))
        let layer = Sample.descriptor(Sample.layer, MediaType.layer)
        let path = "l/" + Sample.blobPath(layer.digest)
        try await box.shell("mv \(path) elsewhere; ln -s \(box.path("elsewhere")) \(path)")
        #expect(try layout.check(layer) == .notAFile)
    }

    @Test func `is the same when read only`() throws {
        let box = try Box()
        try Sample.layout(box.path("l"))
        let before = try box.read("l/index.json")
        let files = FileSystem { operation in
            if case .read = operation { nil } else { .fail(.readOnlyFileSystem) }
        }
        let layout = try Layout(at: box.path("l"), in: files)
        #expect(throws: LayoutError.readOnly(path: box.path("l"))) {
            try LayoutWriter(layout).add([1], mediaType: MediaType.layer)
        }
        #expect(throws: LayoutError.readOnly(path: box.path("l"))) {
            try LayoutWriter(layout).replaceIndex(with: LayoutIndex())
        }
        #expect(throws: LayoutError.readOnly(path: box.path("l"))) {
            try LayoutWriter(layout).stage()
        }
        #expect(try box.read("l/index.json") == before)
        #expect(try layout.strays() == [])
    }

    @Test func `keeps order, unknown members and entries`() throws {
        let box = try Box()
        try Sample.layout(box.path("l"))
        let digest = "sha256:" + String(repeating: "1", count: 64)
        let text = """
            {"x":{"b":1.50,"a":[null,true]},"schemaVersion":2,"manifests":[{"size":1,\
            "mediaType":"a/b","digest":"\(digest)","y":9007199254740993,"annotations":{"ü":"\\u0001"}}],\
            "annotations":{"z":"1","a":"2"}}
            """
        try box.write(Array(text.utf8), to: "l/index.json")
        let writer = try LayoutWriter(Layout(at: box.path("l")))
        var index = writer.layout.index
        _ = index.add(Self.image)
        try writer.replaceIndex(with: index)
        let entry = String(decoding: Self.image.json.serialized(), as: UTF8.self)
        let expected = text.replacing("}}],", with: "}},\(entry)],")
        #expect(try String(decoding: box.read("l/index.json"), as: UTF8.self) == expected)
    }

    @Test func `is not replaced by an index that cannot be read`() throws {
        let box = try Box()
        let writer = try LayoutWriter(Sample.layout(box.path("l")))
        let before = try box.read("l/index.json")
        #expect(throws: LayoutError.self) { try writer.replaceIndex(withBytes: [0x7B]) }
        #expect(try box.read("l/index.json") == before)
    }

    @Test func `heals a damaged blob that is added again`() throws {
        let box = try Box()
        let writer = try LayoutWriter(Sample.layout(box.path("l")))
        let layer = Sample.descriptor(Sample.layer, MediaType.layer)
        try box.write([1], to: "l/" + Sample.blobPath(layer.digest))
        _ = try writer.add(Sample.layer, mediaType: MediaType.layer)
        #expect(try writer.layout.check(layer) == nil)
    }

    @Test func `is made only where nothing else is`() throws {
        let box = try Box()
        try box.write([1], to: "full/file")
        #expect(throws: LayoutError.notALayout(path: box.path("full"))) {
            try Layout.create(at: box.path("full"))
        }
        #expect(try Layout.create(at: box.path("a/b/new")).index.entries.isEmpty)
        #expect(try Layout.create(at: box.path("a/b/new")).index.entries.isEmpty)
    }

    @Test func `is rid of what dead processes left, and of nothing else`() async throws {
        let box = try Box()
        let layout = try Sample.layout(box.path("l"))
        let staging = try LayoutWriter(layout).stage()
        let blob = try staging.add(Sample.layer)
        try await box.shell(
            """
            mkdir l/.airseal-staging-\(Self.dead) l/own l/.airseal-backup
            touch l/.airseal-blob-\(Self.dead) l/own/.airseal-blob-\(Self.dead)
            touch l/.airseal-backup/file l/.airseal-notes.txt
            """)
        _ = try LayoutWriter(layout)
        let strays = try layout.strays().filter { !$0.hasPrefix(".airseal-staging-") }
        #expect(strays == [".airseal-backup", ".airseal-notes.txt", "own"])
        #expect(try layout.strays().count == 4)
        #expect(try staging.read(blob.digest, limit: 5000) == Sample.layer)
        try await box.shell("test -e l/.airseal-backup/file; test -e l/own/.airseal-blob-*")
    }

    /// How the name of a file ends that a process left which is dead.
    private static let dead = "00000000deadbeef"

    @Test func `calls what is in use no stray`() async throws {
        let box = try Box()
        let layout = try Sample.layout(box.path("l"))
        func strays() throws -> [String] {
            try LayoutCheck(layout).notes.compactMap { note in
                if case .stray(let name) = note { name } else { nil }
            }
        }
        let names = [".airseal-blob-\(Self.dead)", ".airseal-staging-\(Self.dead)"]
        do {
            let staging = try LayoutWriter(layout).stage()
            _ = try staging.add(Sample.layer)
            #expect(try strays() == [] && layout.strays().count == 1)
            try await box.shell("mkdir l/\(names[1]); touch l/\(names[0]) l/.airseal-own")
            #expect(try strays() == [names[0], ".airseal-own", names[1]])
            withExtendedLifetime(staging) {}
        }
        // An unfinished file is in use while the layout is held, and a folder while it is itself.
        let lock = try FolderLock.acquire(layout.folder, patience: .none)
        #expect(try strays() == [".airseal-own", names[1]])
        withExtendedLifetime(lock) {}
    }

    @Test func `lists its blobs while others come and go`() async throws {
        let box = try Box()
        let layout = try Sample.layout(box.path("l"))
        let lasting = try layout.blobs()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for _ in 0..<20 {
                    let writer = try LayoutWriter(layout)
                    let passing = try (0..<20).map {
                        try writer.add([$0, 7], mediaType: MediaType.layer).digest
                    }
                    try writer.remove(passing)
                }
            }
            group.addTask {
                for _ in 0..<400 {
                    let found = try layout.blobs()
                    #expect(lasting.allSatisfy(found.contains))
                    #expect(try LayoutCheck(layout).isWhole)
                }
            }
            try await group.waitForAll()
        }
        #expect(try layout.blobs() == lasting)
    }

    @Test func `stays as private as it was`() async throws {
        let box = try Box()
        let layout = try Sample.layout(box.path("l"))
        try await box.shell("chmod 600 l/index.json")
        let writer = try LayoutWriter(layout)
        try writer.replaceIndex(with: LayoutIndex())
        #expect(try await box.shell("stat -c %a l/index.json l/oci-layout") == "600\n644\n")
    }

    @Test func `loses nothing when many write at once (L10)`() async throws {
        let box = try Box()
        let layout = try Sample.layout(box.path("l"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number: UInt8 in 0..<20 {
                group.addTask {
                    let writer = try LayoutWriter(layout)
                    var entry = try Sample.image(writer, layer: [number])
                    entry.referenceName = "n\(number)"
                    var index = writer.layout.index
                    _ = index.add(entry)
                    try writer.replaceIndex(with: index)
                }
            }
            try await group.waitForAll()
        }
        let after = try Layout(at: box.path("l"))
        #expect(after.index.entries.count == 21)
        let check = try LayoutCheck(after)
        #expect(check.isWhole && check.notes == [])
    }

    @Test func `waits for its writer`() throws {
        let box = try Box()
        let layout = try Sample.layout(box.path("l"))
        let writer = try LayoutWriter(layout)
        #expect(throws: LayoutError.file(.locked(path: box.path("l")))) {
            try LayoutWriter(layout, patience: .none)
        }
        withExtendedLifetime(writer) {}
    }
}

@Suite struct `Finding an image` {
    @Test func `by tag, by digest, or because it is the only one`() throws {
        let box = try Box()
        let layout = try Sample.layout(box.path("l"))
        let image = `A layout folder`.image
        let tag = try #require(ReferenceName("v1"))
        let other = try #require(ReferenceName("v2"))
        for selector in [Selector.only, .name(tag), .digest(image.digest)] {
            #expect(try layout.resolve(selector).names(sameContentAs: image))
        }
        #expect(throws: LayoutError.noSuchReference("v2")) {
            try layout.resolve(.name(other))
        }
        let layer = Sample.digest(Sample.layer)
        #expect(throws: LayoutError.noSuchReference(layer.description)) {
            try layout.resolve(.digest(layer))
        }
    }

    @Test func `in a nested index gives its true media type (L7)`() throws {
        let box = try Box()
        let writer = try LayoutWriter(Layout.create(at: box.path("l")))
        let image = try Sample.image(writer)
        let inner = try writer.add(
            ImageIndex(manifests: [image]).serialized(), mediaType: MediaType.imageIndex)
        let outer = try writer.add(
            ImageIndex(manifests: [inner]).serialized(), mediaType: MediaType.imageIndex)
        var index = LayoutIndex()
        index.list([outer])
        try writer.replaceIndex(with: index)
        #expect(try writer.layout.resolve(.digest(image.digest)) == image)
        #expect(try writer.layout.resolve(.digest(inner.digest)) == inner)
    }

    @Test(arguments: [
        MediaType.dockerManifest, MediaType.imageIndex, "application/octet-stream",
    ])
    func `fails when parent and manifest disagree (L7)`(_ claimed: String) throws {
        let box = try Box()
        let writer = try LayoutWriter(Layout.create(at: box.path("l")))
        let image = try Sample.image(writer)
        var index = LayoutIndex()
        index.list([Descriptor(mediaType: claimed, digest: image.digest, size: image.size)])
        try writer.replaceIndex(with: index)
        let error: DocumentError =
            switch claimed {
            case MediaType.dockerManifest:
                .mediaType(declared: MediaType.imageManifest, expected: claimed)
            case MediaType.imageIndex: .shape(.missing(path: "manifests"))
            default: .unknownMediaType(claimed)
            }
        #expect(throws: LayoutError.document(name: image.digest.description, error)) {
            try writer.layout.resolve(.digest(image.digest))
        }
    }

    @Test func `fails when a tag stands for two (G-tags)`() throws {
        let box = try Box()
        let layout = try Sample.layout(box.path("l"))
        let writer = try LayoutWriter(layout)
        var second = try Sample.image(writer, layer: [1])
        second.referenceName = "v1"
        var index = writer.layout.index
        #expect(
            index.add(second)
                == NameConflict(
                    name: "v1", present: `A layout folder`.image.digest, new: second.digest))
        #expect(index == writer.layout.index)
        index.append(second)
        try writer.replaceIndex(with: index)
        let tag = try #require(ReferenceName("v1"))
        #expect(
            throws: LayoutError.ambiguousReference(
                "v1", [`A layout folder`.image.digest, second.digest])
        ) { try writer.layout.resolve(.name(tag)) }
        #expect(index.add(second, replace: true) == nil)
        #expect(index.entries.map(\.digest) == [second.digest])
    }
}

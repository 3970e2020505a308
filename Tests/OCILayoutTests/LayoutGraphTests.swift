import Archive
import Encodings
import Files
import OCI
import TestSupport
import Testing

@testable import OCILayout

@Suite struct `What a layout leads to` {
    @Test(
        .enabled(if: Shared.isPresent),
        arguments: [
            ("notation-1.3.2", [Referrer.Listing.untaggedEntry], 1),
            ("notation-2.0-alpha", [.untaggedEntry], 1),
            ("oras-attach", [.untaggedEntry], 1),
            ("regctl-artifact-put", [.fallbackIndex], 1),
        ])
    func `finds the referrers that each tool wrote (L4, L9)`(
        _ name: String, _ listings: [Referrer.Listing], _ count: Int
    ) throws {
        for content in try Self.contents("\(Shared.root)/referrers/\(name)") {
            let target = try content.resolve(.only)
            let graph = try LayoutGraph(content)
            let referrers = graph.referrers(of: target)
            #expect(referrers.map(\.listings) == [Set(listings)])
            #expect(try LayoutCheck(content).problems == [])
        }
    }

    @Test(.enabled(if: Shared.isPresent))
    func `finds referrers of both conventions side by side, each once`() throws {
        let layout = try Layout(at: "\(Shared.root)/referrers/regctl-then-notation")
        let target = try layout.resolve(.only)
        let referrers = try LayoutGraph(layout).referrers(of: target)
        #expect(referrers.count == 3)
        #expect(Set(referrers.map(\.descriptor.digest)).count == 3)
    }

    /// The layout at `path`, which is opened as a folder.
    static func contents(_ path: String) throws -> [any LayoutContent] {
        [try Layout(at: path)]
    }

    @Test func `is added to in both conventions, and again without change (L5, L9)`() throws {
        let box = try Box()
        let writer = try LayoutWriter(Sample.layout(box.path("l")))
        let target = try writer.layout.resolve(.only)
        var known: [Descriptor] = []
        var fallbacks: [Digest] = []
        for number: UInt8 in [1, 2, 2] {
            let referrer = try Sample.image(writer, layer: [number], subject: target.plain)
            if !known.contains(referrer) { known.append(referrer) }
            let addition = try ReferrerAddition(
                [ReferrerAddition.NewReferrer(descriptor: referrer, subject: target.plain)],
                to: writer.layout)
            for blob in addition.fallbacks {
                _ = try writer.add(blob.bytes, mediaType: blob.descriptor.mediaType)
            }
            fallbacks += addition.fallbacks.map(\.descriptor.digest)
            try writer.replaceIndex(with: addition.index)
        }
        let graph = try LayoutGraph(writer.layout)
        let referrers = graph.referrers(of: target)
        #expect(referrers.map(\.descriptor) == known)
        #expect(referrers.allSatisfy { $0.listings == [.untaggedEntry, .fallbackIndex] })
        #expect(writer.layout.index.entries.count == 4)
        let check = try LayoutCheck(writer.layout)
        #expect(check.isWhole)
        // The fallback index that was replaced stays as the only orphan; the third run changed
        // nothing, so there were two in all.
        let orphans = check.notes.compactMap { note -> Digest? in
            if case .orphan(let blob) = note { return blob.digest }
            return nil
        }
        #expect(fallbacks.count == 2 && orphans == [fallbacks[0]] && check.notes.count == 1)
        #expect(writer.layout.index.roots.map(\.digest) == [target.digest])
    }

    @Test func `a fallback index that cannot be read is not replaced`() throws {
        let box = try Box()
        let writer = try LayoutWriter(Sample.layout(box.path("l")))
        let target = try writer.layout.resolve(.only)
        var fallback = try writer.add(
            ImageIndex(manifests: []).serialized(), mediaType: MediaType.imageIndex)
        fallback.referenceName = ReferenceName(fallbackFor: target.digest).description
        var index = writer.layout.index
        _ = index.add(fallback)
        try writer.replaceIndex(with: index)
        try box.folder("l/blobs/sha256").remove(fallback.digest.hex)
        let referrer = try Sample.image(writer, layer: [1], subject: target.plain)
        #expect(throws: LayoutError.damaged(fallback.digest, .missing)) {
            try ReferrerAddition(
                [.init(descriptor: referrer, subject: target.plain)], to: writer.layout)
        }
    }

    @Test func `a subject must agree in type, digest and size (M8)`() throws {
        let box = try Box()
        let writer = try LayoutWriter(Sample.layout(box.path("l")))
        let target = try writer.layout.resolve(.only).plain
        let wrong = [
            Descriptor(
                mediaType: MediaType.dockerManifest, digest: target.digest, size: target.size),
            Descriptor(
                mediaType: target.mediaType, digest: target.digest, size: target.size + 1),
        ]
        var index = writer.layout.index
        for subject in wrong {
            _ = index.add(try Sample.image(writer, layer: [1], subject: subject))
        }
        try writer.replaceIndex(with: index)
        #expect(try LayoutGraph(writer.layout).referrers(of: target).isEmpty)
    }

    @Test func `finds what no index lists only when asked`() throws {
        let box = try Box()
        let writer = try LayoutWriter(Sample.layout(box.path("l")))
        let target = try writer.layout.resolve(.only).plain
        let hidden = try Sample.image(writer, layer: [1], subject: target)
        let graph = try LayoutGraph(writer.layout)
        #expect(graph.referrers(of: target).isEmpty)
        let found = try graph.unlistedReferrers(in: writer.layout)
        #expect(found.map(\.descriptor.digest) == [hidden.digest])
        #expect(found.first?.listings == [.unlisted])
    }

    @Test func `goes down eight levels of indexes and no further`() throws {
        let box = try Box()
        let writer = try LayoutWriter(Sample.layout(box.path("l")))
        var top = try writer.layout.resolve(.only).plain
        for _ in 0..<10 {
            top = try writer.add(
                ImageIndex(manifests: [top]).serialized(), mediaType: MediaType.imageIndex)
        }
        var index = LayoutIndex()
        index.list([top])
        try writer.replaceIndex(with: index)
        let problems = try LayoutCheck(writer.layout).problems
        #expect(problems.count == 1)
        guard case .document(_, .nestedTooDeep)? = problems.first else {
            Issue.record("\(problems)")
            return
        }
    }
}

@Suite struct `Checking a layout` {
    @Test func `names every blob that is damaged or missing, each in turn`() throws {
        let box = try Box()
        let layout = try Sample.layout(box.path("l"))
        for blob in try layout.blobs() {
            let path = "l/" + Sample.blobPath(blob.digest)
            let whole = try box.read(path)
            var spoilt = whole
            spoilt[whole.count / 2] ^= 1
            try box.write(spoilt, to: path)
            #expect(
                try Self.faults(layout) == [blob.digest: .digest(actual: Sample.digest(spoilt))])
            try box.write(whole + [10], to: path)
            #expect(
                try Self.faults(layout) == [
                    blob.digest: .size(expected: blob.size, actual: blob.size + 1)
                ])
            try box.folder("l/blobs/sha256").remove(blob.digest.hex)
            #expect(try Self.faults(layout) == [blob.digest: .missing])
            try box.write(whole, to: path)
            #expect(try Self.faults(layout).isEmpty)
        }
    }

    static func faults(_ content: some LayoutContent) throws -> [Digest: BlobFault] {
        var found: [Digest: BlobFault] = [:]
        for problem in try LayoutCheck(content).problems {
            if case .blob(let descriptor, let fault) = problem { found[descriptor.digest] = fault }
        }
        return found
    }

    @Test func `notes orphans, strays and absent subjects`() throws {
        let box = try Box()
        let writer = try LayoutWriter(Sample.layout(box.path("l")))
        let absent = Sample.descriptor([9], MediaType.imageManifest)
        let referrer = try Sample.image(writer, layer: [1], subject: absent)
        let orphan = try writer.add([2], mediaType: MediaType.layer)
        var index = writer.layout.index
        _ = index.add(referrer)
        try writer.replaceIndex(with: index)
        try box.write([3], to: "l/own")
        try box.write([3], to: "l/blobs/sha256/short")
        let check = try LayoutCheck(writer.layout)
        #expect(check.isWhole)
        #expect(
            check.notes == [
                .orphanedReferrer(
                    LayoutUse.Orphan(
                        referrer: referrer, artifactType: MediaType.imageConfig, subject: absent)),
                .orphan(StoredBlob(digest: orphan.digest, size: 1)), .stray("own"),
                .stray("blobs/sha256/short"),
            ])
        #expect(check.blobCount == 5)
    }

    @Test func `gives the same verdicts on an archive as it streams`() async throws {
        let box = try Box()
        let layout = try Sample.layout(box.path("l"), layer: Sample.large)
        let layer = Sample.descriptor(Sample.large, MediaType.layer)
        let path = "l/" + Sample.blobPath(layer.digest)
        try await box.shell("cd l; tar -cf ../whole.tar *; tar -czf ../whole.tgz *")
        var spoilt = Sample.large
        spoilt[0] ^= 1
        try box.write(spoilt, to: path)
        try await box.shell("cd l; tar -cf ../spoilt.tar *; rm ../\(path); tar -cf ../gone.tar *")
        for name in ["whole.tar", "whole.tgz"] {
            let archive = try Self.archive(box, name)
            #expect(archive.index == layout.index)
            let opened = try box.reference("\(name):v1").open(in: .real)
            #expect(try opened.resolve(.only) == layout.resolve(.only))
            let check = try LayoutCheck(archive)
            #expect(check.isWhole && check.notes == [])
            #expect(try archive.resolve(.only) == layout.resolve(.only))
            #expect(throws: LayoutError.notHeld(layer.digest)) {
                try archive.read(layer, limit: 1 << 30)
            }
        }
        #expect(
            try Self.faults(Self.archive(box, "spoilt.tar"))
                == [layer.digest: .digest(actual: Sample.digest(spoilt))])
        #expect(try Self.faults(Self.archive(box, "gone.tar")) == [layer.digest: .missing])
    }

    @Test func `of an archive refuses two members of one name`() async throws {
        let box = try Box()
        try Sample.layout(box.path("l"))
        try await box.shell("cd l; tar -cf ../a.tar * oci-layout")
        #expect(throws: LayoutError.archive(.duplicateName("oci-layout"))) {
            try Self.archive(box, "a.tar")
        }
    }

    static func archive(_ box: Box, _ name: String) throws -> ArchivedLayout {
        try ArchivedLayout(FileSystem.real.file(at: box.path(name)))
    }

    @Test(.enabled(if: Shared.isPresent))
    func `finds sound every layout that notation wrote`() throws {
        let folder = try FileSystem.real.folder(at: "\(Shared.root)/notary/layouts")
        var count = 0
        for entry in try folder.entries() where entry.name.hasPrefix("a-") {
            #expect(try LayoutCheck(Layout(folder.folder(entry.name))).isWhole, "\(entry.name)")
            count += 1
        }
        #expect(count > 10)
    }

    @Test(.enabled(if: Shared.isPresent))
    func `comes to an end on every hostile layout`() throws {
        let folder = try FileSystem.real.folder(at: "\(Shared.root)/notary/layouts")
        for entry in try folder.entries() {
            do throws(LayoutError) {
                _ = try LayoutCheck(
                    Layout(
                        try LayoutError.files { () throws(FileError) in
                            try folder.folder(entry.name)
                        }))
            } catch {
                switch error {
                case .document, .notALayout: continue
                default: Issue.record("\(entry.name): \(error)")
                }
            }
        }
    }
}

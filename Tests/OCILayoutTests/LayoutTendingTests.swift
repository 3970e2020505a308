import Encodings
import Files
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import OCILayout

/// A layout with one image, `v1`, and what the tests hang onto it.
private struct Tended {
    let box: Box
    var writer: LayoutWriter
    let image: Descriptor

    init() throws {
        box = try Box()
        writer = try LayoutWriter(Sample.layout(box.path("l")))
        image = try writer.layout.resolve(.only).plain
    }

    /// A referrer of `subject`, its blobs written and nothing listed.
    func referrer(_ number: UInt8, of subject: Descriptor? = nil) throws -> Descriptor {
        try Sample.image(writer, layer: [number], subject: subject ?? image)
    }

    func list(_ entries: Descriptor...) throws {
        var index = writer.layout.index
        entries.forEach { index.append($0) }
        try writer.replaceIndex(with: index)
    }

    /// Lists `referrers` in a fallback index of the image, as regctl does.
    func listInFallback(_ referrers: [Descriptor], of subject: Descriptor? = nil) throws {
        let bytes = ImageIndex(manifests: referrers).serialized()
        var entry = try writer.add(bytes, mediaType: MediaType.imageIndex)
        let digest = (subject ?? image).digest
        entry.referenceName = ReferenceName(fallbackFor: digest).description
        try list(entry)
    }

    /// Lists them as Airseal does.
    func sign(_ referrers: Descriptor...) throws {
        let new = referrers.map {
            ReferrerAddition.NewReferrer(descriptor: $0, subject: image)
        }
        try writer.replaceIndex(adding: ReferrerAddition(new, to: writer.layout))
    }

    var notes: [LayoutCheck.Note] {
        get throws { try LayoutCheck(writer.layout).notes }
    }

    func repair(adopting: Bool = false) throws -> [LayoutRepair.Change] {
        let repair = try LayoutRepair(of: writer.layout, adopting: adopting)
        try repair.apply(by: writer)
        return repair.changes
    }

    func remove(_ targets: LayoutRemoval.Target...) throws -> LayoutRemoval {
        let removal = try LayoutRemoval(of: targets, from: writer.layout)
        try removal.apply(by: writer)
        return removal
    }

    func prune(_ change: (inout LayoutPruning.Options) -> Void = { _ in }) throws -> LayoutPruning {
        var options = LayoutPruning.Options()
        change(&options)
        let pruning = try LayoutPruning(of: writer.layout, options)
        try pruning.apply(by: writer)
        return pruning
    }

    var digests: Set<Digest> {
        get throws { Set(try writer.layout.blobs().map(\.digest)) }
    }
}

private func name(_ text: String) throws -> ReferenceName { try #require(ReferenceName(text)) }

@Suite struct `Repairing the lists of a layout` {
    @Test func `changes nothing where both conventions are kept`() throws {
        let layout = try Tended()
        try layout.sign(layout.referrer(1))
        let index = layout.writer.layout.folder
        let before = try index.file(LayoutIndex.name).readAll(limit: 1 << 20)
        #expect(try layout.notes == [])
        #expect(try layout.repair() == [])
        #expect(try index.file(LayoutIndex.name).readAll(limit: 1 << 20) == before)
    }

    @Test func `gives an untagged entry its place in the fallback index`() throws {
        let layout = try Tended()
        let referrer = try layout.referrer(1)
        try layout.list(referrer)
        #expect(
            try layout.notes == [.notInFallback(referrer: referrer, subject: layout.image.digest)])
        #expect(
            try layout.repair()
                == [.addedToFallback(referrer: referrer, subject: layout.image.digest)])
        #expect(try layout.notes == [])
        #expect(try layout.repair() == [])
    }

    @Test func `gives a referrer of the fallback index an entry`() throws {
        let layout = try Tended()
        let referrer = try layout.referrer(1)
        try layout.listInFallback([referrer])
        #expect(
            try layout.notes == [.notAnEntry(referrer: referrer, subject: layout.image.digest)])
        #expect(
            try layout.repair() == [.listed(referrer: referrer, subject: layout.image.digest)])
        #expect(try layout.notes == [])
    }

    @Test func `drops from the fallback index what is not there, and nothing else`() throws {
        let layout = try Tended()
        let (gone, stranger) = (try layout.referrer(1), try layout.referrer(2, of: layout.image))
        let foreign = try Sample.image(layout.writer, layer: [3])
        try layout.listInFallback([gone, stranger, foreign])
        try layout.writer.remove([gone.digest])
        #expect(try !LayoutCheck(layout.writer.layout).isWhole)
        let changes = try layout.repair()
        #expect(changes.contains(.droppedFromFallback(gone, subject: layout.image.digest)))
        let check = try LayoutCheck(layout.writer.layout)
        #expect(check.isWhole)
        #expect(
            check.notes.contains(.strangerInFallback(foreign, subject: layout.image.digest)))
        #expect(try layout.digests.isSuperset(of: [stranger.digest, foreign.digest]))
    }

    @Test func `makes one of two fallback indexes and of two equal entries`() throws {
        let layout = try Tended()
        let (first, second) = (try layout.referrer(1), try layout.referrer(2))
        try layout.list(first, second, first)
        try layout.listInFallback([first])
        try layout.listInFallback([second])
        #expect(try layout.notes.contains(.duplicateEntry(first)))
        let changes = try layout.repair()
        #expect(
            changes == [
                .droppedDuplicate(first), .mergedFallbacks(subject: layout.image.digest),
            ])
        let graph = try LayoutGraph(layout.writer.layout)
        #expect(
            graph.referrers(of: layout.image).map(\.listings)
                == [[.untaggedEntry, .fallbackIndex], [.untaggedEntry, .fallbackIndex]])
    }

    @Test func `keeps entries whose names differ in the spelling of one letter`() throws {
        let layout = try Tended()
        let names = ["caf\u{E9}", "cafe\u{301}"]
        for name in names {
            var entry = layout.image
            entry.referenceName = name
            try layout.list(entry)
        }
        #expect(try layout.notes == [])
        #expect(try layout.repair() == [])
        let kept = layout.writer.layout.index.entries.compactMap(\.referenceName)
        #expect(kept.map { Array($0.utf8) } == (["v1"] + names).map { Array($0.utf8) })
    }

    @Test func `lists what nothing lists only when asked, subjects first`() throws {
        let layout = try Tended()
        let referrer = try layout.referrer(1)
        let above = try layout.referrer(2, of: referrer)
        #expect(
            Set(try layout.notes.map { "\($0)" })
                == Set(
                    [
                        .unlistedReferrer(
                            referrer: typed(referrer), subject: layout.image.digest),
                        .unlistedReferrer(referrer: typed(above), subject: referrer.digest),
                    ].map { (note: LayoutCheck.Note) in "\(note)" }))
        #expect(try layout.repair() == [])
        #expect(try layout.repair(adopting: true).count == 4)
        #expect(try layout.notes == [])
        let graph = try LayoutGraph(layout.writer.layout)
        #expect(graph.referrers(of: layout.image).count == 1)
        #expect(graph.referrers(of: referrer).count == 1)
    }

    private func typed(_ referrer: Descriptor) -> Descriptor {
        Descriptor(
            mediaType: referrer.mediaType, digest: referrer.digest, size: referrer.size,
            artifactType: MediaType.imageConfig)
    }

    @Test func `leaves an image alone that stands under the name of a fallback index`() throws {
        let layout = try Tended()
        try layout.list(layout.referrer(1))
        var image = try Sample.image(layout.writer, layer: [9])
        image.referenceName = ReferenceName(fallbackFor: layout.image.digest).description
        try layout.list(image)
        #expect(try layout.repair() == [])
        #expect(layout.writer.layout.index.entries.contains(image))
    }
}

extension `Repairing the lists of a layout` {
    @Test func `leaves a list alone that it cannot read, unless what it named is found again`()
        throws
    {
        let layout = try Tended()
        let (hidden, seen) = (try layout.referrer(1), try layout.referrer(2))
        try layout.listInFallback([hidden])
        try layout.list(seen)
        let list = try #require(
            layout.writer.layout.index.entries.first { $0.referenceName != "v1" })
        try layout.writer.remove([list.digest])
        let before = layout.writer.layout.index
        #expect(try layout.repair() == [])
        #expect(layout.writer.layout.index == before)
        #expect(try !LayoutCheck(layout.writer.layout).isWhole)
        #expect(throws: LayoutError.unknownParts(list.digest)) { try layout.prune() }
        #expect(throws: LayoutError.unknownParts(list.digest)) {
            try layout.remove(.digest(seen.digest))
        }
        #expect(try layout.repair(adopting: true).count == 3)
        #expect(try layout.notes == [])
        let graph = try LayoutGraph(layout.writer.layout)
        #expect(
            Set(graph.referrers(of: layout.image).map(\.descriptor.digest))
                == [hidden.digest, seen.digest])
    }

    @Test func `does not list what is not whole`() throws {
        let layout = try Tended()
        _ = try layout.referrer(1)
        try layout.writer.remove([Sample.digest([1])])
        #expect(try layout.repair(adopting: true) == [])
        #expect(try LayoutCheck(layout.writer.layout).isWhole)
    }
}

@Suite struct `Removing from a layout` {
    @Test func `one of the referrers in two lists leaves all others in both`() throws {
        for way in 0..<3 {
            let layout = try Tended()
            let (first, second) = (try layout.referrer(1), try layout.referrer(2))
            let third = try layout.referrer(3)
            try layout.listInFallback([first])
            try layout.listInFallback([second, third])
            let targets: [LayoutRemoval.Target] = [
                [.digest(first.digest)], [.digest(first.digest), .digest(second.digest)],
                [.referrers(of: .name(try name("v1")), artifactType: MediaType.imageConfig)],
            ][way]
            let removal = try LayoutRemoval(of: targets, from: layout.writer.layout)
            try removal.apply(by: layout.writer)
            let left = [[second, third], [third], []][way].map(\.digest)
            let graph = try LayoutGraph(layout.writer.layout)
            #expect(graph.referrers(of: layout.image).map(\.descriptor.digest) == left)
            #expect(
                Set(removal.referrers.map(\.digest))
                    == Set([first, second, third].map(\.digest)).subtracting(left))
            #expect(try LayoutCheck(layout.writer.layout).isWhole)
            for digest in left { #expect(try layout.digests.contains(digest)) }
        }
    }

    @Test func `keeps what a referrer needs that no index lists`() throws {
        let layout = try Tended()
        let listed = try layout.referrer(1)
        try layout.sign(listed)
        let unlisted = try layout.referrer(2)
        _ = try layout.remove(.digest(listed.digest))
        #expect(try layout.digests.isSuperset(of: [unlisted.digest, Sample.digest([2])]))
        #expect(try layout.repair(adopting: true).count == 2)
        #expect(try LayoutCheck(layout.writer.layout).isWhole)
    }

    @Test func `says that an image stays that something with a name speaks of`() throws {
        let layout = try Tended()
        var remark = try layout.referrer(1)
        remark.referenceName = "remark"
        try layout.list(remark)
        let removal = try layout.remove(.name(name("v1")))
        #expect(removal.kept == [layout.image.digest] && removal.blobs == [])
        #expect(try layout.digests.contains(layout.image.digest))
    }

    @Test func `says that the lists are changed where the blobs would not go`() throws {
        let box = try Box()
        try Sample.layout(box.path("l"))
        let files = FileSystem { operation in
            guard case .remove(let path) = operation, path.contains("/blobs/") else { return nil }
            return .fail(.readOnlyFileSystem)
        }
        let writer = try LayoutWriter(Layout(at: box.path("l"), in: files))
        let removal = try LayoutRemoval(of: [.name(name("v1"))], from: writer.layout)
        do throws(LayoutError) {
            try removal.apply(by: writer)
            Issue.record("nothing failed")
        } catch {
            guard case .notFreed = error else {
                Issue.record("\(error)")
                return
            }
        }
        #expect(try Layout(at: box.path("l")).index.entries == [])
    }

    @Test func `refuses a list by its digest, too`() throws {
        let layout = try Tended()
        try layout.listInFallback([layout.referrer(1)])
        let list = try #require(
            layout.writer.layout.index.entries.first { $0.referenceName != "v1" })
        #expect(throws: LayoutError.listOfReferrers(list.referenceName ?? "")) {
            try layout.remove(.digest(list.digest))
        }
    }

    @Test func `an image takes along what speaks of it, and what speaks of that`() throws {
        let layout = try Tended()
        var other = try Sample.image(layout.writer, layer: [7])
        other.referenceName = "v2"
        try layout.list(other)
        let referrer = try layout.referrer(1)
        try layout.sign(referrer)
        let above = try layout.referrer(2, of: referrer)
        try layout.list(above)
        let removal = try layout.remove(.name(name("v1")))
        #expect(removal.entries.map(\.referenceName) == ["v1"])
        #expect(Set(removal.referrers.map(\.digest)) == [referrer.digest, above.digest])
        let check = try LayoutCheck(layout.writer.layout)
        #expect(check.isWhole && check.notes == [])
        #expect(layout.writer.layout.index.entries == [other])
        // The configuration is shared with the other image.
        #expect(try layout.digests.contains(Sample.digest(Sample.config)))
        #expect(try !layout.digests.contains(Sample.digest(Sample.layer)))
    }

    @Test func `a name goes alone while another leads to the image`() throws {
        let layout = try Tended()
        var again = layout.image
        again.referenceName = "again"
        try layout.list(again)
        try layout.sign(layout.referrer(1))
        let blobs = try layout.digests
        let removal = try layout.remove(.name(name("v1")))
        #expect(removal.referrers == [] && removal.blobs == [])
        #expect(try layout.digests == blobs)
        #expect(try LayoutGraph(layout.writer.layout).referrers(of: layout.image).count == 1)
    }

    @Test func `one signature leaves its place in the fallback index to the others`() throws {
        let layout = try Tended()
        let (first, second) = (try layout.referrer(1), try layout.referrer(2))
        try layout.sign(first, second)
        let removal = try layout.remove(.digest(first.digest))
        #expect(removal.referrers.map(\.digest) == [first.digest] && removal.entries == [])
        let graph = try LayoutGraph(layout.writer.layout)
        #expect(
            graph.referrers(of: layout.image).map(\.listings)
                == [[.untaggedEntry, .fallbackIndex]])
        #expect(try layout.notes == [])
        _ = try layout.remove(.digest(second.digest))
        #expect(layout.writer.layout.index.entries.count == 1)
        #expect(try layout.notes == [])
    }

    @Test func `referrers of one type go and the image stays`() throws {
        let layout = try Tended()
        let (first, second) = (try layout.referrer(1), try layout.referrer(2))
        try layout.sign(first)
        try layout.listInFallback([first, second])
        _ = try layout.repair()
        #expect(
            try layout.remove(.referrers(of: .only, artifactType: "other/type")).referrers == [])
        let removal = try layout.remove(
            .referrers(of: .only, artifactType: MediaType.imageConfig))
        #expect(removal.referrers.count == 2)
        #expect(try LayoutCheck(layout.writer.layout).isWhole)
        #expect(layout.writer.layout.index.entries.map(\.referenceName) == ["v1"])
        _ = try layout.prune()
        #expect(try layout.notes == [])
    }

    @Test func `keeps every blob while parts of something cannot be known`() throws {
        let layout = try Tended()
        let unknown = try layout.writer.add([1], mediaType: "application/vnd.example.manifest")
        try layout.list(unknown)
        let blobs = try layout.digests
        let removal = try layout.remove(.name(name("v1")))
        #expect(removal.uncertainty == unknown && removal.blobs == [])
        #expect(try layout.digests == blobs)
        #expect(layout.writer.layout.index.entries == [unknown])
        #expect(throws: LayoutError.unknownParts(unknown.digest)) { try layout.prune() }
    }

    @Test func `removes what is damaged`() throws {
        let layout = try Tended()
        try layout.writer.remove([layout.image.digest])
        _ = try layout.remove(.name(name("v1")))
        #expect(layout.writer.layout.index.entries == [])
    }

    @Test func `refuses what does not go by itself`() throws {
        let layout = try Tended()
        try layout.sign(layout.referrer(1))
        let fallback = ReferenceName(fallbackFor: layout.image.digest)
        #expect(throws: LayoutError.noSuchReference("v9")) {
            try layout.remove(.name(name("v9")))
        }
        #expect(throws: LayoutError.listOfReferrers(fallback.description)) {
            try layout.remove(.name(fallback))
        }
        #expect(throws: LayoutError.onlyPart(Sample.digest(Sample.layer))) {
            try layout.remove(.digest(Sample.digest(Sample.layer)))
        }
        let absent = Sample.digest([42])
        #expect(throws: LayoutError.noSuchReference(absent.description)) {
            try layout.remove(.digest(absent))
        }
    }
}

@Suite struct `A referrer that speaks of what is not here` {
    @Test func `is noted, and does not make its image damaged`() throws {
        let layout = try Tended()
        let wrong = Descriptor(
            mediaType: layout.image.mediaType, digest: layout.image.digest,
            size: layout.image.size + 1)
        let liar = try layout.referrer(1, of: wrong)
        try layout.list(liar)
        let check = try LayoutCheck(layout.writer.layout)
        #expect(check.isWhole)
        #expect(check.notes.contains(.unusableSubject(referrer: liar.digest, subject: wrong)))
        #expect(try layout.prune().blobs == [])
    }

    @Test func `is noted where its subject is here in part`() throws {
        let layout = try Tended()
        try layout.sign(layout.referrer(1))
        var index = layout.writer.layout.index
        index.removeEntries { $0.referenceName == "v1" }
        try layout.writer.replaceIndex(with: index)
        try layout.writer.remove([Sample.digest(Sample.layer)])
        #expect(try LayoutCheck(layout.writer.layout).isWhole)
    }
}

@Suite struct `Pruning a layout` {
    @Test func `removes what nothing leads to and nothing else`() throws {
        let layout = try Tended()
        try layout.sign(layout.referrer(1))
        try layout.sign(layout.referrer(2))
        let before = try layout.digests
        let orphan = try layout.writer.add([77], mediaType: MediaType.layer)
        let pruning = try layout.prune()
        // The fallback index that was replaced goes too.
        #expect(pruning.blobs.count == 2 && pruning.blobs.contains { $0.digest == orphan.digest })
        #expect(try layout.digests.count == before.count - 1)
        #expect(try layout.notes == [])
        #expect(try layout.prune().blobs == [])
    }

    @Test func `keeps referrers of absent images unless asked`() throws {
        let layout = try Tended()
        let absent = Sample.descriptor([9], MediaType.imageManifest)
        let referrer = try layout.referrer(1, of: absent)
        try layout.list(referrer)
        try layout.listInFallback([referrer], of: absent)
        let kept = try layout.prune()
        #expect(kept.orphans.map(\.referrer.digest) == [referrer.digest] && kept.blobs == [])
        let pruned = try layout.prune { $0.dropsOrphans = true }
        #expect(pruned.blobs.contains { $0.digest == referrer.digest })
        #expect(layout.writer.layout.index.entries.map(\.referenceName) == ["v1"])
        #expect(try layout.notes == [])
    }

    @Test func `keeps an image that only its referrers lead to unless asked`() throws {
        let layout = try Tended()
        let referrer = try layout.referrer(1)
        try layout.sign(referrer)
        var index = layout.writer.layout.index
        index.removeEntries { $0.referenceName == "v1" }
        try layout.writer.replaceIndex(with: index)
        #expect(try layout.prune().blobs == [])
        #expect(try layout.digests.contains(layout.image.digest))
        _ = try layout.prune { $0.dropsOrphans = true }
        #expect(try layout.digests == [])
    }

    @Test func `keeps referrers of every kind that no index lists`() throws {
        let layout = try Tended()
        let artifact: JSON = [
            "mediaType": .string(MediaType.artifactManifest), "artifactType": "some/type",
            "blobs": [], "subject": layout.image.json,
        ]
        let kinds: [([UInt8], String)] = [
            (artifact.serialized(), MediaType.artifactManifest),
            (
                JSON.object([
                    "schemaVersion": 2, "mediaType": .string(MediaType.imageIndex),
                    "manifests": [], "subject": layout.image.json,
                ]).serialized(), MediaType.imageIndex
            ),
        ]
        for (bytes, mediaType) in kinds {
            let unlisted = try layout.writer.add(bytes, mediaType: mediaType)
            let kept = try layout.prune()
            #expect(kept.blobs == [] && kept.unlisted.map(\.descriptor.digest) == [unlisted.digest])
            _ = try layout.prune { $0.dropsUnlisted = true }
            #expect(try !layout.digests.contains(unlisted.digest))
        }
    }

    @Test func `keeps referrers that no index lists unless asked`() throws {
        let layout = try Tended()
        let referrer = try layout.referrer(1)
        let kept = try layout.prune()
        #expect(kept.unlisted.count == 1 && kept.blobs == [])
        let pruned = try layout.prune { $0.dropsUnlisted = true }
        #expect(pruned.blobs.contains { $0.digest == referrer.digest })
    }
}

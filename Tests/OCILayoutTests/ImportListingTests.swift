import Encodings
import Files
import OCI
import TestSupport
import Testing

@testable import OCILayout

@Suite struct `Listing what is imported` {
    /// A layout with one image, and `referrers` of it, of which some entries with the name of its
    /// list of referrers lead to some.
    struct Signed {
        let layout: Layout
        let image: Descriptor
        let referrers: [Descriptor]
        let lists: [Descriptor]

        var listName: String { ReferenceName(fallbackFor: image.digest).description }

        // Each list has the referrers with these numbers.
        init(_ path: String, lists: [[UInt8]]) throws {
            let writer = try LayoutWriter(Sample.layout(path))
            let subject = try writer.layout.resolve(.only).plain
            image = subject
            let name = ReferenceName(fallbackFor: subject.digest).description
            var index = writer.layout.index
            var all: [Descriptor] = []
            var made: [Descriptor] = []
            for numbers in lists {
                let listed = try numbers.map { number in
                    try Sample.image(writer, layer: [number], subject: subject)
                }
                var entry = try writer.add(
                    ImageIndex(manifests: listed).serialized(), mediaType: MediaType.imageIndex)
                entry.referenceName = name
                index.append(entry)
                made.append(entry)
                all += listed
            }
            try writer.replaceIndex(with: index)
            layout = writer.layout
            referrers = all
            self.lists = made
        }
    }

    static func found(_ box: Box, _ signed: Signed, in name: String = "out") throws -> [Referrer] {
        let layout = try Layout(at: box.path(name))
        #expect(try LayoutCheck(layout).isWhole)
        return try LayoutGraph(layout).referrers(of: signed.image)
    }

    @Test(arguments: [nil, Platform("linux/amd64")])
    func `makes one list of two that the source has of one image`(_ platform: Platform?) throws {
        let box = try Box()
        let signed = try Signed(box.path("s"), lists: [[1], [2, 1]])
        var options = LayoutImport.Options()
        options.selection.platform = platform
        let outcome = try LayoutImport.run(
            .folder(signed.layout), into: Layout.create(at: box.path("out")), options: options)
        let report = try `Importing archives`.report(outcome)
        let found = try Self.found(box, signed)
        #expect(Set(found.map(\.descriptor.digest)) == Set(signed.referrers.map(\.digest)))
        #expect(found.allSatisfy { $0.listings.contains(.fallbackIndex) })
        // What is said to be listed is what is listed.
        let out = try Layout(at: box.path("out"))
        #expect(report.roots.map(\.descriptor) == out.index.entries)
        #expect(out.index.entries(named: signed.listName).count == 1)
    }

    @Test func `makes one list of those of several sources and the layout's own`() throws {
        let box = try Box()
        _ = try Signed(box.path("out"), lists: [[1]])
        let first = try Signed(box.path("s"), lists: [[2], [3]])
        let second = try Signed(box.path("t"), lists: [[4]])
        var rehearsal = try ImportRehearsal(from: Layout(at: box.path("out")).index)
        let before = try Layout(at: box.path("out"))
        for source in [first, second] {
            let foretold = try LayoutImport.rehearse(
                .folder(source.layout), into: before, after: &rehearsal)
            let outcome = try LayoutImport.run(
                .folder(source.layout), into: Layout(at: box.path("out")))
            #expect(
                try `Importing archives`.report(foretold).roots
                    == `Importing archives`.report(outcome).roots)
        }
        #expect(try rehearsal.index == Layout(at: box.path("out")).index)
        let found = try Self.found(box, first)
        #expect(found.count == 4)
        #expect(found.allSatisfy { $0.listings.contains(.fallbackIndex) })
    }

    @Test func `lists referrers by entries where somebody's image has the name of their list`()
        throws
    {
        let box = try Box()
        let signed = try Signed(box.path("s"), lists: [[1], [2]])
        try Sample.layout(box.path("out"), layer: [9], tag: signed.listName)
        let outcome = try LayoutImport.run(
            .folder(signed.layout), into: Layout(at: box.path("out")))
        let report = try `Importing archives`.report(outcome)
        let found = try Self.found(box, signed)
        #expect(found.count == 2)
        #expect(found.allSatisfy { $0.listings == [.untaggedEntry] })
        let listed = Set(report.roots.map(\.descriptor.digest))
        #expect(listed == Set(signed.referrers.map(\.digest) + [signed.image.digest]))
    }

    @Test func `says that the layout is damaged, where its own list of referrers is`() throws {
        let box = try Box()
        let there = try Signed(box.path("out"), lists: [[1]])
        let signed = try Signed(box.path("s"), lists: [[2]])
        let list = there.lists[0]
        try box.write([1, 2, 3, 4], to: "out/" + Sample.blobPath(list.digest))
        let error = LayoutError.destination(
            path: box.path("out"),
            .damaged(list.digest, .size(expected: list.size, actual: 4)))
        #expect(error.isDamage)
        #expect(throws: error) {
            try LayoutImport.run(.folder(signed.layout), into: Layout(at: box.path("out")))
        }
        var rehearsal = try ImportRehearsal(from: Layout(at: box.path("out")).index)
        #expect(throws: error) {
            try LayoutImport.rehearse(
                .folder(signed.layout), into: Layout(at: box.path("out")), after: &rehearsal)
        }
    }

    // MARK: Names

    @Test func `refuses one name for two images of a source, even where names may be taken`()
        async throws
    {
        let box = try Box()
        let writer = try LayoutWriter(Sample.layout(box.path("s")))
        let first = try writer.layout.resolve(.only)
        var second = try Sample.image(writer, layer: [2])
        second.referenceName = "v1"
        var index = writer.layout.index
        index.append(second)
        try writer.replaceIndex(with: index)
        _ = try await box.expected(
            """
            a, c, d = Archive("twice.tar"), config(ONE), config(TWO)
            a.member("c", data=c); a.member("d", data=d)
            a.member("1", data=ONE); a.member("2", data=TWO)
            a.images(("c", ["app:1"], ["1"]), ("d", ["app:1"], ["2"])); a.close()
            expect(("", manifest(c, (LAYER, ONE))), ("", manifest(d, (LAYER, TWO))))
            """)
        var options = LayoutImport.Options()
        options.replace = true
        for (source, name) in [("s", "v1"), ("twice.tar", "app:1")] {
            let out = try Layout.create(at: box.path("out"))
            let outcome = try LayoutImport.run(
                ImportSource(at: box.path(source)), into: out, options: options)
            guard case .refused(.nameGivenTwice(let conflict)) = outcome else {
                Issue.record("\(outcome)")
                continue
            }
            #expect(conflict.name == name && conflict.present != conflict.new)
            #expect(name != "v1" || conflict.present == first.digest)
            #expect(try out.blobs() == [])
        }
    }

    @Test func `names what lost its name, and whether anything leads to it`() throws {
        let box = try Box()
        var options = LayoutImport.Options()
        options.replace = true
        let old = try Sample.layout(box.path("out"), layer: [1]).resolve(.only)
        for (layer, isKept) in [([UInt8(2)], false), ([3], true)] {
            let (layout, present) = try Self.prepare(box, isKept: isKept)
            let source = try Sample.layout(box.path("s\(layer[0])"), layer: layer)
            var rehearsal = ImportRehearsal(from: layout.index)
            let foretold = try `Importing archives`.report(
                LayoutImport.rehearse(
                    .folder(source), into: layout, after: &rehearsal, options: options))
            #expect(
                foretold.roots.map(\.replaced)
                    == [[.init(digest: present.digest, isLost: !isKept)]])
            #expect(isKept || present.digest == old.digest)
            let report = try `Importing archives`.report(
                LayoutImport.run(.folder(source), into: layout, options: options))
            #expect(report.roots == foretold.roots)
        }
    }

    /// The layout, and what `v1` stands for there; an index leads to it too if it is to be kept.
    static func prepare(_ box: Box, isKept: Bool) throws -> (Layout, Descriptor) {
        let writer = try LayoutWriter(Layout(at: box.path("out")))
        let present = try writer.layout.resolve(.name(try #require(ReferenceName("v1"))))
        guard isKept else { return (writer.layout, present) }
        var list = try writer.add(
            ImageIndex(manifests: [present.plain]).serialized(), mediaType: MediaType.imageIndex)
        list.referenceName = "all"
        var index = writer.layout.index
        index.append(list)
        try writer.replaceIndex(with: index)
        return (writer.layout, present)
    }
}

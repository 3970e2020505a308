import Encodings
import Files
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import OCILayout

@Suite struct `When the file system fails` {
    /// Does `change` with the n-th operation failing, for every n, and expects the old or the new
    /// `index.json` each time, all of it there, and a layout that the next writer finds in order.
    func sweep(
        _ duration: FaultyFiles.Duration, _ prepare: (Box) throws -> Void,
        _ change: (Box, FileSystem) throws(LayoutError) -> Void
    ) throws {
        for place in 1... {
            let box = try Box()
            try Sample.layout(box.path("l"))
            try prepare(box)
            let before = try Layout(at: box.path("l")).index
            let failing = FaultyFiles(at: place, for: duration)
            do throws(LayoutError) { try change(box, failing.files) } catch {
                guard case .file(.system(_, _, .noSpace)) = error else {
                    Issue.record("operation \(place): \(error)")
                    return
                }
            }
            let layout = try Layout(at: box.path("l"))
            #expect(try LayoutCheck(layout).isWhole, "operation \(place)")
            let isOld = layout.index == before
            try change(box, .real)
            let after = try LayoutWriter(layout).layout
            #expect(isOld || layout.index == after.index, "operation \(place)")
            #expect(after.index != before)
            let check = try LayoutCheck(after)
            #expect(check.isWhole && check.notes == [], "operation \(place): \(check.notes)")
            if !failing.hasStruck {
                #expect(place > 5)
                return
            }
        }
    }

    @Test(arguments: FaultyFiles.Duration.allCases)
    func `an import leaves the old layout or the new`(
        _ duration: FaultyFiles.Duration
    ) throws {
        try sweep(duration) { box in
            let source = try LayoutWriter(
                Sample.layout(box.path("source"), layer: [1, 2, 3], tag: "v2"))
            let target = try source.layout.resolve(.only).plain
            let referrer = try Sample.image(source, layer: [4, 5, 6], subject: target)
            let addition = try ReferrerAddition(
                [.init(descriptor: referrer, subject: target)], to: source.layout)
            for blob in addition.fallbacks {
                _ = try source.add(blob.bytes, mediaType: blob.descriptor.mediaType)
            }
            try source.replaceIndex(with: addition.index)
        } _: { (box, files) throws(LayoutError) in
            let source = try Layout(at: box.path("source"))
            _ = try LayoutImport.run(
                .folder(source), into: Layout(at: box.path("l"), in: files))
        }
    }

    @Test(arguments: FaultyFiles.Duration.allCases)
    func `a new tag leaves the old layout or the new`(
        _ duration: FaultyFiles.Duration
    ) throws {
        try sweep(duration) { _ in
        } _: { (box, files) throws(LayoutError) in
            let writer = try LayoutWriter(Layout(at: box.path("l"), in: files))
            let extra = try writer.add(Array("{}".utf8), mediaType: MediaType.empty)
            var index = writer.layout.index
            _ = index.add(extra)
            try writer.replaceIndex(with: index)
        }
    }
}

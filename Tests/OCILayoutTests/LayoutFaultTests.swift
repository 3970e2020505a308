import Encodings
import Files
import OCI
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import OCILayout

/// Makes the n-th changing operation fail, and every later one too, as after a pulled plug; or that
/// one only, as when a disk is full for a moment.
final class Failing: Sendable {
    private let count = Mutex(0)
    let place: Int
    let isFinal: Bool

    init(at place: Int, isFinal: Bool) {
        self.place = place
        self.isFinal = isFinal
    }

    /// Operations asked for so far.
    var asked: Int { count.withLock { $0 } }

    var files: FileSystem {
        FileSystem { operation in
            let number = self.count.withLock {
                $0 += 1
                return $0
            }
            guard number == self.place || (self.isFinal && number > self.place) else { return nil }
            if case .write = operation { return .shortWrite(byteCount: 3, .noSpace) }
            return .fail(.noSpace)
        }
    }
}

@Suite struct `When the file system fails` {
    /// Does `change` with the n-th operation failing, for every n, and expects the old or the new
    /// `index.json` each time, all of it there, and a layout that the next writer finds in order.
    func sweep(
        isFinal: Bool, _ prepare: (Box) throws -> Void,
        _ change: (Box, FileSystem) throws(LayoutError) -> Void
    ) throws {
        for place in 1... {
            let box = try Box()
            try Sample.layout(box.path("l"))
            try prepare(box)
            let before = try Layout(at: box.path("l")).index
            let failing = Failing(at: place, isFinal: isFinal)
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
            if failing.asked < place {
                #expect(place > 5)
                return
            }
        }
    }

    @Test(arguments: [true, false])
    func `an import leaves the old layout or the new`(_ isFinal: Bool) throws {
        try sweep(isFinal: isFinal) { box in
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

    @Test(arguments: [true, false])
    func `a new tag leaves the old layout or the new`(_ isFinal: Bool) throws {
        try sweep(isFinal: isFinal) { _ in
        } _: { (box, files) throws(LayoutError) in
            let writer = try LayoutWriter(Layout(at: box.path("l"), in: files))
            let extra = try writer.add(Array("{}".utf8), mediaType: MediaType.empty)
            var index = writer.layout.index
            _ = index.add(extra)
            try writer.replaceIndex(with: index)
        }
    }
}

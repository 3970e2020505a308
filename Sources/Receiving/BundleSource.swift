import Archive
import BundleFormat
import Encodings
import Files
import OCI
import OCILayout
import SystemPackage

/// A bundle on its medium, read once from front to back: every part is asked for in the order of
/// the format, and nothing is ever read again.
final class BundleSource {
    private enum Medium {
        case tar(ArchiveReader)
        case folder(Folder)
    }

    private let medium: Medium
    /// Bytes read at a time.
    private static let chunkSize: Int64 = 1 << 20

    /// A bundle that lies in quarantine.
    init(held folder: Folder) { medium = .folder(folder) }

    /// Opens what is at `path`.
    init(at path: String, on files: FileSystem) throws(Stop) {
        if files.kind(at: path) == .folder {
            medium = .folder(
                try Self.reading { () throws(FileError) in try files.folder(at: path) })
            return
        }
        let file = try Self.reading { () throws(FileError) in try files.file(at: path) }
        let start = try Self.reading { () throws(FileError) in
            let start = try file.read(from: 0, count: 4)
            try file.seek(to: 0)
            return start
        }
        let compressions: [[UInt8]] = [[0x1F, 0x8B], [0x28, 0xB5, 0x2F, 0xFD]]
        if compressions.contains(where: { start.starts(with: $0) }) {
            throw .malformed(.compressed)
        }
        do throws(ArchiveError) { medium = .tar(try ArchiveReader(file)) } catch {
            throw Self.stop(error)
        }
    }

    // MARK: Heads

    /// The whole part called `name`, which must come next.
    func part(_ name: String, limit: Int64) throws(Stop) -> [UInt8] {
        switch medium {
        case .tar(let reader):
            let entry = try next(reader)
            guard let entry, entry.name == name, entry.kind == .file else {
                throw .malformed(.order(expected: name, actual: entry?.name))
            }
            guard entry.size <= limit else { throw .malformed(.tooLarge(name, limit: limit)) }
            do throws(ArchiveError) { return try reader.readAll(limit: limit) } catch {
                throw Self.stop(error)
            }
        case .folder(let folder):
            let file: ReadableFile?
            do throws(FileError) { file = try Self.open(name, in: folder) } catch {
                if case .wrongKind = error { throw .malformed(.foreignMember(name)) }
                throw .failed(.source(error))
            }
            guard let file else {
                if name == LayoutFile.name || name == LayoutIndex.name {
                    throw .refused(.notABundle(manifestCount: 0))
                }
                throw Self.missing(name)
            }
            do throws(FileError) { return try file.readAll(limit: limit) } catch {
                if case .tooLarge = error { throw .malformed(.tooLarge(name, limit: limit)) }
                throw .failed(.source(error))
            }
        }
    }

    // MARK: Blobs

    /// A blob whose turn has come.
    struct Arrival {
        let blob: Inventory.Blob
        /// Its bytes, where it is one of the bundle's own parts.
        fileprivate let held: [UInt8]?
        fileprivate let source: BundleSource
        fileprivate let listed: Set<Digest>

        /// Hands its bytes to `write`.
        func read(_ write: (Span<UInt8>) throws(Stop) -> Void) throws(Stop) {
            guard let held else { return try source.copy(blob, among: listed, write) }
            try write(held.span)
        }
    }

    /// Hands every one of `blobs` to `each` in the order of the format, with what gives its bytes:
    /// those of the bundle's own parts have been read before. Then looks for what must not be there.
    ///
    /// - Parameters:
    ///   - blobs: what the inventory carries.
    ///   - heads: the parts that were read.
    ///   - each: takes a blob, and reads it once.
    ///   - progress: called with the bytes of blobs that arrived so far.
    /// - Throws: a refusal where another part comes, or none; and what `each` throws.
    func copy(
        _ blobs: [Inventory.Blob], _ heads: BundleHeads,
        each: (Arrival) throws(Stop) -> Void, progress: (Int64) -> Void
    ) throws(Stop) {
        let held = heads.content.held
        let listed = Set(held.keys).union(blobs.map(\.digest))
        var byteCount: Int64 = 0
        for blob in blobs.sorted(by: { ($0.size, $0.digest) < ($1.size, $1.digest) }) {
            try each(
                Arrival(blob: blob, held: held[blob.digest], source: self, listed: listed))
            byteCount += blob.size
            progress(byteCount)
        }
        try finish(listed: listed)
    }

    /// Hands the bytes of `blob` to `write`, and stops beyond its size. Only their number is sure
    /// then.
    ///
    /// - Parameters:
    ///   - blob: what must come next.
    ///   - listed: the names of all blobs of the bundle.
    ///   - write: takes the bytes.
    /// - Throws: a refusal where another part comes, or none.
    fileprivate func copy(
        _ blob: Inventory.Blob, among listed: Set<Digest>,
        _ write: (Span<UInt8>) throws(Stop) -> Void
    ) throws(Stop) {
        switch medium {
        case .tar(let reader):
            var buffer = Self.buffer(for: blob)
            let entry = try next(reader)
            guard let entry, entry.name == blob.digest.memberName, entry.kind == .file else {
                throw try disorder(blob, entry, reader, listed)
            }
            guard entry.size == blob.size else { throw Self.size(blob, entry.size) }
            while true {
                let count: Int
                do throws(ArchiveError) { count = try reader.read(into: &buffer) } catch {
                    throw Self.stop(error)
                }
                if count == 0 { return }
                try write(buffer.span.extracting(..<count))
            }
        case .folder(let folder): try copy(blob, from: folder, write)
        }
    }

    private func copy(
        _ blob: Inventory.Blob, from folder: Folder, _ write: (Span<UInt8>) throws(Stop) -> Void
    ) throws(Stop) {
        let file: ReadableFile?
        do throws(FileError) { file = try Self.open(blob.digest.memberName, in: folder) } catch {
            if case .wrongKind = error { throw .content(.blob(blob.digest, .notAFile)) }
            throw .failed(.source(error))
        }
        guard let file else { throw .content(.blob(blob.digest, .missing)) }
        var buffer = Self.buffer(for: blob)
        var total: Int64 = 0
        while true {
            let count = try Self.reading { () throws(FileError) in try file.read(into: &buffer) }
            total += Int64(count)
            guard count > 0 ? total <= blob.size : total == blob.size else {
                throw Self.size(blob, file.size ?? total)
            }
            if count == 0 { return }
            try write(buffer.span.extracting(..<count))
        }
    }

    private static func buffer(for blob: Inventory.Blob) -> [UInt8] {
        [UInt8](repeating: 0, count: Int(max(1, min(chunkSize, blob.size))))
    }

    /// Why `entry` stands where `blob` must: it is none of the bundle's, it comes too early, or the
    /// blob is missing.
    private func disorder(
        _ blob: Inventory.Blob, _ entry: ArchiveEntry?, _ reader: ArchiveReader,
        _ listed: Set<Digest>
    ) throws(Stop) -> Stop {
        guard let entry else { return .content(.blob(blob.digest, .missing)) }
        guard let digest = Digest(memberName: entry.name) else {
            return .malformed(.foreignMember(entry.name))
        }
        guard entry.kind == .file else { return .malformed(.foreignMember(entry.name)) }
        guard listed.contains(digest) else { return .content(.unlisted(entry.name)) }
        while let later = try next(reader) {
            if later.name == blob.digest.memberName {
                return .malformed(.order(expected: later.name, actual: entry.name))
            }
        }
        return .content(.blob(blob.digest, .missing))
    }

    // MARK: End

    /// Looks for what stands behind the last blob, or beside the blobs, and must not.
    private func finish(listed: Set<Digest>) throws(Stop) {
        switch medium {
        case .tar(let reader):
            guard let entry = try next(reader) else { return }
            guard let digest = Digest(memberName: entry.name), !listed.contains(digest) else {
                throw .malformed(.foreignMember(entry.name))
            }
            throw .content(.unlisted(entry.name))
        case .folder(let folder):
            let layout: Layout
            let blobs: [StoredBlob]
            let strays: [String]
            do throws(LayoutError) {
                layout = try Layout(folder)
                blobs = try layout.blobs()
                strays = try layout.strays()
            } catch {
                guard case .file(let error) = error else { throw .failed(.layout(error)) }
                throw .failed(.source(error))
            }
            if let stray = strays.first { throw .malformed(.foreignMember(stray)) }
            if let extra = blobs.first(where: { !listed.contains($0.digest) }) {
                throw .content(.unlisted(extra.digest.memberName))
            }
        }
    }

    // MARK: Parts

    private func next(_ reader: ArchiveReader) throws(Stop) -> ArchiveEntry? {
        do throws(ArchiveError) { return try reader.next() } catch { throw Self.stop(error) }
    }

    /// The file at `name` below `folder`, never through a link; nil if there is none.
    private static func open(_ name: String, in folder: Folder) throws(FileError) -> ReadableFile? {
        var folder = folder
        var components = name.split(separator: "/").map { String($0) }
        let last = components.removeLast()
        do throws(FileError) {
            for component in components { folder = try folder.folder(component) }
            return try folder.file(last)
        } catch {
            switch error.errno {
            case .noSuchFileOrDirectory?: return nil
            case .notDirectory?: throw .wrongKind(path: error.path ?? name)
            default: throw error
            }
        }
    }

    private static func missing(_ name: String) -> Stop {
        guard let digest = Digest(memberName: name) else {
            return .malformed(.order(expected: name, actual: nil))
        }
        return .content(.blob(digest, .missing))
    }

    private static func size(_ blob: Inventory.Blob, _ actual: Int64) -> Stop {
        .content(.blob(blob.digest, .size(expected: blob.size, actual: actual)))
    }

    private static func reading<T>(_ body: () throws(FileError) -> T) throws(Stop) -> T {
        do throws(FileError) { return try body() } catch { throw .failed(.source(error)) }
    }

    private static func stop(_ error: ArchiveError) -> Stop {
        switch error {
        case .file(let error): .failed(.source(error))
        case .notAnArchive: .refused(.notABundle(manifestCount: 0))
        case .truncated: .malformed(.archive("truncated"))
        case .damaged(_, let reason): .malformed(.archive(reason))
        case .unsafeName(let name), .duplicateName(let name): .malformed(.foreignMember(name))
        case .tooManyEntries(let limit): .malformed(.tooLarge("entries", limit: Int64(limit)))
        case .tooLarge(let limit): .malformed(.tooLarge("archive", limit: limit))
        case .expandsTooFar: .malformed(.compressed)
        case .library(let call, let code): .malformed(.archive("\(call): \(code)"))
        }
    }
}

extension FileError {
    fileprivate var path: String? {
        guard case .system(_, let path, _) = self else { return nil }
        return path
    }
}

extension Digest {
    /// The name of the blob's file in a bundle.
    var memberName: String { "blobs/\(algorithm.rawValue)/\(hex)" }

    /// The digest that a member's name claims; nil for what is no blob's name.
    init?(memberName: String) {
        let parts = memberName.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "blobs",
            let digest = try? Digest("\(parts[1]):\(parts[2])")
        else { return nil }
        self = digest
    }
}

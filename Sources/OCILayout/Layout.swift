import Cryptography
public import Encodings
public import Files
public import OCI
import Synchronization
import SystemPackage

/// An OCI image layout in a folder, open for reading. Nothing here writes.
///
/// - SeeAlso: OCI image-spec 1.1, image-layout.md.
public struct Layout: LayoutContent, Sendable {
    /// The open folder.
    public let folder: Folder
    /// `index.json` as it was when the layout was opened.
    public let index: LayoutIndex
    /// What tells the `index.json` that was read from every later one.
    private let indexFile: FileOwnership

    private let blobFolders: BlobFolders

    /// The path as the operator gave it, for messages only.
    public var path: String { folder.path }

    /// Opens the layout in the folder at `path`.
    ///
    /// - Throws: `.notALayout` without an `oci-layout` or `index.json`, `.document` where they are
    ///   not what they should be (rule L2), `.notAFolder` for an archive.
    public init(at path: String, in files: FileSystem = .real) throws(LayoutError) {
        guard files.kind(at: path) != .file else { throw .notAFolder(path: path) }
        try self.init(try LayoutError.files { () throws(FileError) in try files.folder(at: path) })
    }

    /// Opens the layout in `folder`, with its `index.json` as it is now.
    public init(_ folder: Folder) throws(LayoutError) {
        let layoutFile = try Self.read(LayoutFile.name, limit: Limits.layoutFileSizeMax, folder)
            .bytes
        try LayoutError.document(LayoutFile.name) { () throws(DocumentError) in
            try LayoutFile.check(layoutFile)
        }
        let (bytes, file) = try Self.read(LayoutIndex.name, limit: Limits.indexSizeMax, folder)
        index = try LayoutError.document(LayoutIndex.name) { () throws(DocumentError) in
            try LayoutIndex(parsing: bytes)
        }
        indexFile = file
        self.folder = folder
        blobFolders = BlobFolders(of: folder)
    }

    /// The layout at `path`, or an empty one made where there is nothing or an empty folder.
    ///
    /// - Parameters:
    ///   - path: where.
    ///   - files: the file system.
    ///   - patience: how long to wait for another run that is making it.
    /// - Returns: the layout, open for reading.
    /// - Throws: `.notALayout` for a folder with other content.
    public static func create(
        at path: String, in files: FileSystem = .real, patience: LockPatience = .standard
    ) throws(LayoutError) -> Layout {
        let folder = try LayoutError.files { () throws(FileError) in
            try files.makeFolder(at: path)
        }
        // Nothing is left to make, and nobody needs to be waited for: this file comes last.
        let isMade = try LayoutError.files { () throws(FileError) in
            try folder.kind(of: LayoutFile.name) != nil
        }
        if isMade { return try Layout(folder) }
        let lock = try LayoutError.files { () throws(FileError) in
            try FolderLock.acquire(folder, patience: patience)
        }
        defer { withExtendedLifetime(lock) {} }
        let present = try LayoutError.files { () throws(FileError) in
            try folder.entries().map(\.name)
        }
        if isUnfinished(present) {
            try LayoutError.changes(folder) { () throws(FileError) in
                let blobs = try folder.makeFolder("blobs")
                _ = try blobs.makeFolder(Digest.Algorithm.sha256.rawValue)
                try blobs.synchronise()
                if try folder.kind(of: LayoutIndex.name) == nil {
                    try folder.replace(LayoutIndex.name, with: LayoutIndex().serialized())
                }
                // Last, because it is what makes the folder a layout.
                try folder.replace(LayoutFile.name, with: LayoutFile.bytes)
            }
        }
        return try Layout(folder)
    }

    /// What `create` would find at `path`, without making anything: nil for what it would make.
    public static func destination(at path: String, in files: FileSystem) throws(LayoutError)
        -> Layout?
    {
        guard files.kind(at: path) != nil else { return nil }
        guard files.kind(at: "\(path)/\(LayoutFile.name)") == nil else {
            return try Layout(at: path, in: files)
        }
        let present = try LayoutError.files { () throws(FileError) in
            try files.folder(at: path).entries().map(\.name)
        }
        guard isUnfinished(present) else { throw .notALayout(path: path) }
        return nil
    }

    /// Whether a folder that holds `names` is empty, or one that a run left which was killed while it
    /// made a layout of it.
    static func isUnfinished(_ names: [String]) -> Bool {
        names.allSatisfy { ["blobs", LayoutIndex.name].contains($0) || TemporaryName.matches($0) }
    }

    /// Whether somebody has written `index.json` since the layout was opened, be it with the same
    /// words: what it lists may have gone meanwhile and come again.
    public var hasChanged: Bool {
        (try? folder.file(LayoutIndex.name).ownership()) != indexFile
    }

    private static func read(_ name: String, limit: Int64, _ folder: Folder) throws(LayoutError)
        -> (bytes: [UInt8], file: FileOwnership)
    {
        do throws(FileError) {
            let file = try folder.file(name)
            // Before the bytes: what is written meanwhile makes it another one.
            let ownership = try file.ownership()
            return (try file.readAll(limit: limit), ownership)
        } catch {
            guard error.errno == .noSuchFileOrDirectory else { throw .file(error) }
            throw .notALayout(path: folder.path)
        }
    }

    // MARK: Blobs

    /// The blob that `descriptor` names, its size and digest checked.
    public func read(_ descriptor: Descriptor, limit: Int64) throws(LayoutError) -> [UInt8] {
        guard descriptor.size <= limit else {
            throw .tooLarge(descriptor.digest, size: descriptor.size, limit: limit)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(descriptor.size))
        try stream(descriptor) { chunk throws(LayoutError) in
            unsafe chunk.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        }
        return bytes
    }

    /// Hashes the blob that `descriptor` names without holding it; nil if it is whole.
    public func check(_ descriptor: Descriptor) throws(LayoutError) -> BlobFault? {
        do throws(LayoutError) {
            try stream(descriptor) { _ throws(LayoutError) in }
            return nil
        } catch {
            guard case .damaged(_, let fault) = error else { throw error }
            return fault
        }
    }

    /// Hands the blob that `descriptor` names to `consume`, chunk by chunk, and checks size and
    /// digest on the way: the last chunk has been given out when a wrong digest shows, so what
    /// `consume` made must be thrown away if this throws.
    public func stream(
        _ descriptor: Descriptor,
        _ consume: (Span<UInt8>) throws(LayoutError) -> Void
    ) throws(LayoutError) {
        let file = try open(descriptor)
        let actual = try file.digest(descriptor.digest.algorithm, size: descriptor.size, consume)
        guard actual == descriptor.digest else {
            throw .damaged(descriptor.digest, .digest(actual: actual))
        }
    }

    /// Gives a blob's file a second name in `target`: that of its digest.
    public func link(_ digest: Digest, to target: Folder) throws(LayoutError) {
        try LayoutError.files { () throws(FileError) in
            try blobFolders.folder(digest.algorithm).link(digest.hex, to: digest.hex, in: target)
        }
    }

    private func open(_ descriptor: Descriptor) throws(LayoutError) -> ReadableFile {
        let digest = descriptor.digest
        let file: ReadableFile
        do throws(FileError) {
            file = try blobFolders.folder(digest.algorithm).file(digest.hex)
        } catch {
            switch error {
            case .wrongKind: throw .damaged(digest, .notAFile)
            case .system(_, _, .noSuchFileOrDirectory): throw .damaged(digest, .missing)
            case .system(_, _, .notDirectory): throw .damaged(digest, .notAFile)
            default: throw .file(error)
            }
        }
        guard let size = file.size, size == descriptor.size else {
            throw .damaged(digest, .size(expected: descriptor.size, actual: file.size ?? 0))
        }
        return file
    }

    /// Everything that lies among the blobs, referenced or not, in the order of digests. No blob
    /// is opened, and one that somebody removes meanwhile is not there.
    public func blobs() throws(LayoutError) -> [StoredBlob] {
        try LayoutError.files { () throws(FileError) in
            guard try folder.kind(of: "blobs") == .folder else { return [] }
            let blobs = try folder.folder("blobs")
            var found: [StoredBlob] = []
            for algorithm in Digest.Algorithm.allCases
            where try blobs.kind(of: algorithm.rawValue) == .folder {
                let folder = try blobs.folder(algorithm.rawValue)
                for entry in try folder.entries() {
                    let text = "\(algorithm.rawValue):\(entry.name)"
                    guard let size = entry.size, let digest = try? Digest(text) else { continue }
                    found.append(StoredBlob(digest: digest, size: size))
                }
            }
            return found
        }
    }

    /// Names of what lies in the layout and belongs to no layout, in use or not.
    public func strays() throws(LayoutError) -> [String] {
        try LayoutError.files { () throws(FileError) in
            var found: [String] = []
            for entry in try folder.entries()
            where ![LayoutFile.name, LayoutIndex.name, "blobs"].contains(entry.name) {
                found.append(entry.name)
            }
            guard try folder.kind(of: "blobs") == .folder else { return found }
            let blobs = try folder.folder("blobs")
            for algorithm in try blobs.entries() {
                guard algorithm.kind == .folder,
                    Digest.Algorithm(rawValue: algorithm.name) != nil
                else {
                    found.append("blobs/\(algorithm.name)")
                    continue
                }
                for entry in try blobs.folder(algorithm.name).entries()
                where entry.kind != .file
                    || (try? Digest("\(algorithm.name):\(entry.name)")) == nil
                {
                    found.append("blobs/\(algorithm.name)/\(entry.name)")
                }
            }
            return found
        }
    }

    /// Whether `stray` is what some process is filling at this moment, or the quarantine. An
    /// unfinished file belongs to whoever holds the layout, a staging folder to whoever holds it itself.
    public func isInUse(_ stray: String) -> Bool {
        if stray == LayoutQuarantine.folderName {
            return (try? folder.kind(of: stray)) == .folder
        }
        guard TemporaryName.matches(stray) else { return false }
        do throws(FileError) {
            switch try folder.kind(of: stray) {
            case .file: return try FolderLock.isHeld(folder)
            case .folder: return try FolderLock.isHeld(folder.folder(stray))
            // Finished since it was listed.
            case nil: return true
            case .other: return false
            }
        } catch {
            // Where nobody can tell, it is named: that does it no harm.
            return false
        }
    }
}

/// The folders that hold the blobs, each opened when first needed and kept: a walk of a large layout
/// opens a hundred thousand blobs.
private final class BlobFolders: Sendable {
    private let root: Folder
    private let opened = Mutex<[Digest.Algorithm: Folder]>([:])

    init(of root: Folder) { self.root = root }

    func folder(_ algorithm: Digest.Algorithm) throws(FileError) -> Folder {
        if let folder = opened.withLock({ $0[algorithm] }) { return folder }
        let folder = try root.folder("blobs").folder(algorithm.rawValue)
        opened.withLock { $0[algorithm] = folder }
        return folder
    }
}

extension ReadableFile {
    /// Bytes read at a time: large enough that calls do not count, small enough to stay in cache.
    static let chunkSize = 1 << 20

    /// The digest of the file, whose `size` bytes go to `consume` on the way.
    ///
    /// - Throws: `.file(.changed)` where there are more or fewer bytes.
    func digest(
        _ algorithm: Digest.Algorithm, size: Int64,
        _ consume: (Span<UInt8>) throws(LayoutError) -> Void
    ) throws(LayoutError) -> Digest {
        let hasher = try LayoutError.hashing { () throws(CryptographyError) in
            try BlobHasher(algorithm)
        }
        var count: Int64 = 0
        try forEachChunk { chunk throws(LayoutError) in
            count += Int64(chunk.count)
            guard count <= size else { throw .file(.changed(path: path)) }
            hasher.update(chunk)
            try consume(chunk)
        }
        guard count == size else { throw .file(.changed(path: path)) }
        return hasher.finish()
    }

    /// What keeps the file from being the blob `digest` of `size` bytes; nil if it is.
    func fault(as digest: Digest, size: Int64) throws(LayoutError) -> BlobFault? {
        guard self.size == size else { return .size(expected: size, actual: self.size ?? 0) }
        let actual = try self.digest(digest.algorithm, size: size) { _ throws(LayoutError) in }
        return actual == digest ? nil : .digest(actual: actual)
    }

    /// Hands the rest of the file to `consume`, chunk by chunk in one reused buffer.
    func forEachChunk(_ consume: (Span<UInt8>) throws(LayoutError) -> Void)
        throws(LayoutError)
    {
        // Most blobs are manifests, for which a whole chunk would cost more than the reading.
        let size = min(size ?? Int64(Self.chunkSize), Int64(Self.chunkSize))
        var buffer = [UInt8](repeating: 0, count: max(Int(size), 4096))
        while true {
            let count = try LayoutError.files { () throws(FileError) in
                try read(into: &buffer)
            }
            if count == 0 { return }
            try consume(buffer.span.extracting(..<count))
        }
    }
}

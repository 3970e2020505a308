import Cryptography
public import Encodings
public import Files
public import OCI
import SystemPackage

/// The right to change a layout, held by one process at a time (rule L10).
///
/// Blobs come first and `index.json` last, each in one durable step, so a reader, or whoever comes
/// after a kill or a power cut, sees the old layout or the new one.
public final class LayoutWriter {
    /// The layout as it is under the lock: its index cannot change until this writer changes it.
    public private(set) var layout: Layout
    private let lock: FolderLock

    /// Waits for the lock, reads the index again and sweeps what dead processes left.
    ///
    /// - Parameters:
    ///   - layout: what to change.
    ///   - patience: how long to wait for another writer.
    /// - Throws: `.file(.locked)` when the patience ran out; nothing was changed.
    public init(_ layout: Layout, patience: LockPatience = .standard) throws(LayoutError) {
        let folder = layout.folder
        lock = try LayoutError.files { () throws(FileError) in
            try FolderLock.acquire(folder, patience: patience)
        }
        self.layout = try Layout(folder)
        // A run that died may have made the layout and not come to this (decision 9).
        try LayoutError.changes(folder) { () throws(FileError) in try folder.synchronise() }
        sweep()
    }

    deinit { withExtendedLifetime(lock) {} }

    /// A staging folder for blobs that take long to arrive. It outlives this writer, so the layout
    /// need not be held meanwhile.
    public func stage() throws(LayoutError) -> Staging { try Staging(self) }

    // MARK: Blobs

    /// Adds a blob whose bytes are at hand. Adding the same bytes twice is no error.
    ///
    /// - Returns: its descriptor.
    public func add(
        _ bytes: [UInt8], mediaType: String, algorithm: Digest.Algorithm = .sha256
    ) throws(LayoutError) -> Descriptor {
        let digest = try LayoutError.hashing { () throws(CryptographyError) in
            try BlobHasher.digest(of: bytes, algorithm)
        }
        let descriptor = Descriptor(
            mediaType: mediaType, digest: digest, size: Int64(bytes.count))
        let root = layout.folder
        // A damaged blob is replaced by the sound one that is at hand.
        if try layout.check(descriptor) == nil {
            // A run that died may have put it there and not come to this.
            try LayoutError.changes(root) { () throws(FileError) in
                try blobFolder(algorithm).synchronise()
            }
            return descriptor
        }
        let temporary = TemporaryName.next(for: "blob")
        try LayoutError.changes(root) { () throws(FileError) in
            let target = try blobFolder(algorithm)
            do throws(FileError) {
                let file = try root.create(temporary)
                try file.write(bytes)
                try file.synchronise()
                try root.rename(temporary, to: digest.hex, in: target)
                try target.synchronise()
            } catch {
                // The first error is the one to report; a file that stays is swept later.
                try? root.remove(temporary)
                throw error
            }
        }
        return descriptor
    }

    /// Moves finished blobs from `staging` to their places. A staged blob has just been hashed, so
    /// it takes the place of one that is there already, whose bytes nobody has looked at.
    ///
    /// - Parameters:
    ///   - digests: which ones; each must have been finished.
    ///   - staging: where they are.
    /// - Throws: `.readOnly` or `.file`; `index.json` is as it was.
    public func publish(_ digests: [Digest], from staging: Staging) throws(LayoutError) {
        let root = layout.folder
        for algorithm in Digest.Algorithm.allCases {
            let moving = digests.filter { $0.algorithm == algorithm }
            guard !moving.isEmpty else { continue }
            let target = try LayoutError.changes(root) { () throws(FileError) in
                try blobFolder(algorithm)
            }
            for digest in moving {
                precondition(staging.size(of: digest) != nil, "published blobs were staged")
                try LayoutError.changes(root) { () throws(FileError) in
                    try staging.folder.rename(Staging.name(digest), to: digest.hex, in: target)
                }
                staging.forget(digest)
            }
            try LayoutError.changes(root) { () throws(FileError) in try target.synchronise() }
        }
    }

    /// Gives blobs of another layout on the same file system their places, in the stead of what is
    /// there, whose bytes nobody has looked at. The other layout keeps them under its own names until
    /// it goes, so a cut at any moment loses none; where the file system knows no second names they
    /// move.
    ///
    /// - Parameters:
    ///   - digests: which ones, just hashed; those that the other layout has not are here already.
    ///   - other: where they are.
    /// - Throws: `.readOnly` or `.file`; `index.json` is as it was.
    public func take(_ digests: [Digest], from other: Layout) throws(LayoutError) {
        let root = layout.folder
        for algorithm in Digest.Algorithm.allCases {
            let taken = digests.filter { $0.algorithm == algorithm }
            guard !taken.isEmpty else { continue }
            try LayoutError.changes(root) { () throws(FileError) in
                let target = try blobFolder(algorithm)
                let blobs = try other.folder.folder("blobs")
                if try blobs.kind(of: algorithm.rawValue) == .folder {
                    let source = try blobs.folder(algorithm.rawValue)
                    for digest in taken where try source.kind(of: digest.hex) == .file {
                        try take(digest.hex, from: source, to: target)
                    }
                }
                try target.synchronise()
            }
        }
    }

    private func take(_ name: String, from source: Folder, to target: Folder) throws(FileError) {
        let root = layout.folder
        let temporary = TemporaryName.next(for: "blob")
        do throws(FileError) { try source.link(name, to: temporary, in: root) } catch {
            guard [.notPermitted, .notSupported, .tooManyLinks].contains(error.errno) else {
                throw error
            }
            return try source.rename(name, to: name, in: target)
        }
        try root.rename(temporary, to: name, in: target)
        // Where both were names of one file already, the system has done nothing.
        try root.remove(temporary)
    }

    /// Removes blobs; it is no error if there are none. Only content that no entry leads to may go.
    ///
    /// - Throws: `.notFreed` when not all could go; what the layout lists is there all the same.
    public func remove(_ digests: [Digest]) throws(LayoutError) {
        do throws(FileError) {
            for algorithm in Digest.Algorithm.allCases {
                let leaving = digests.filter { $0.algorithm == algorithm }
                guard !leaving.isEmpty else { continue }
                let folder = try layout.folder.folder("blobs").folder(algorithm.rawValue)
                for digest in leaving { try folder.remove(digest.hex) }
                try folder.synchronise()
            }
        } catch { throw .notFreed(path: layout.path, error) }
    }

    func blobFolder(_ algorithm: Digest.Algorithm) throws(FileError) -> Folder {
        let root = layout.folder
        return try root.makeDurableFolder("blobs").makeDurableFolder(algorithm.rawValue)
    }

    // MARK: Index

    /// Puts `index` in the place of `index.json`, in one durable step. Every blob that it leads to
    /// must have been added or published before.
    public func replaceIndex(with index: LayoutIndex) throws(LayoutError) {
        guard index != layout.index else {
            // A run that died may have put it there and not come to this.
            return try LayoutError.changes(layout.folder) { () throws(FileError) in
                try layout.folder.synchronise()
            }
        }
        try replaceIndex(withBytes: index.serialized())
    }

    /// As `replaceIndex(with:)`, with bytes that a journal kept; they must be a sound index.
    public func replaceIndex(withBytes bytes: [UInt8]) throws(LayoutError) {
        _ = try LayoutError.document(LayoutIndex.name) { () throws(DocumentError) in
            try LayoutIndex(parsing: bytes)
        }
        let folder = layout.folder
        try LayoutError.changes(folder) { () throws(FileError) in
            try folder.replace(LayoutIndex.name, with: bytes)
        }
        layout = try Layout(folder)
    }

    /// Adds the fallback indexes that `addition` needs and puts its index in the place of
    /// `index.json`.
    ///
    /// A fallback index that is replaced stays as an orphan: a reader that has opened the old
    /// `index.json` may be on its way to it.
    public func replaceIndex(adding addition: ReferrerAddition) throws(LayoutError) {
        var portion = BlobPortion()
        for fallback in addition.fallbacks {
            _ = try portion.add(
                fallback.bytes, mediaType: fallback.descriptor.mediaType,
                algorithm: fallback.descriptor.digest.algorithm)
        }
        try add(portion)
        try replaceIndex(with: addition.index)
    }

    // MARK: Leftovers

    /// Removes unfinished files and staging folders whose processes are dead. Under the lock of the
    /// layout nobody else has unfinished files, and a staging folder in use is locked itself.
    private func sweep() {
        let root = layout.folder
        guard let entries = try? root.entries() else { return }
        for entry in entries where TemporaryName.matches(entry.name) {
            // Tidying up must not fail what the operator asked for.
            switch entry.kind {
            case .file: try? root.removeTree(entry)
            case .folder:
                guard let folder = try? root.folder(entry),
                    let lock = try? FolderLock.acquire(folder, patience: .none)
                else { continue }
                try? root.removeTree(entry)
                withExtendedLifetime(lock) {}
            case .other: continue
            }
        }
    }
}

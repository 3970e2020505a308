import Cryptography
public import Encodings
public import Files
public import OCI

/// Blobs on their way into a layout: on its file system, outside `blobs/`, and seen by nobody
/// until a `LayoutWriter` publishes them.
///
/// The folder is locked for as long as the process lives. What a dead process left is therefore
/// told from what is in use, and the next writer sweeps it.
public final class Staging {
    /// The folder, mode 0700.
    let folder: Folder
    private let root: Folder
    /// The name of the folder in the layout's, as long as it is one for staging.
    public let name: String
    private let lock: FolderLock
    /// What has been finished: size by digest.
    private var sizes: [Digest: Int64] = [:]
    private var partCount = 0

    /// Makes a staging folder; `writer` holds the layout meanwhile, so that no other one sweeps the
    /// folder before it is locked.
    init(_ writer: LayoutWriter) throws(LayoutError) {
        let root = writer.layout.folder
        let name = TemporaryName.next(for: "staging")
        folder = try LayoutError.changes(root) { () throws(FileError) in
            try root.makeFolder(name, mode: 0o700)
        }
        let folder = folder
        lock = try LayoutError.files { () throws(FileError) in
            // Somebody may be looking this very moment whether the folder is in use.
            try FolderLock.acquire(folder)
        }
        self.root = root
        self.name = name
    }

    deinit {
        // What stays behind after an error here is swept by the next writer.
        try? root.removeTree(name)
        withExtendedLifetime(lock) {}
    }

    /// Everything that has been finished and not been published, in the order of digests.
    public var blobs: [StoredBlob] {
        sizes.map { StoredBlob(digest: $0.key, size: $0.value) }.sorted { $0.digest < $1.digest }
    }

    /// The size of the finished blob with this digest, in bytes; nil if there is none.
    public func size(of digest: Digest) -> Int64? { sizes[digest] }

    /// Begins a blob.
    public func begin(_ algorithm: Digest.Algorithm = .sha256) throws(LayoutError) -> StagedBlob {
        partCount += 1
        let name = "part-\(partCount)"
        let file = try LayoutError.changes(root) { () throws(FileError) in
            try folder.create(name)
        }
        let hasher = try LayoutError.hashing { () throws(CryptographyError) in
            try BlobHasher(algorithm)
        }
        return StagedBlob(staging: self, name: name, file: file, hasher: hasher)
    }

    /// Adds a blob whose bytes are at hand.
    public func add(_ bytes: [UInt8], _ algorithm: Digest.Algorithm = .sha256)
        throws(LayoutError) -> StoredBlob
    {
        let blob = try begin(algorithm)
        try blob.write(bytes.span)
        return try blob.finish()
    }

    /// Copies the blob that `descriptor` names from another layout, checked on its way.
    ///
    /// - Throws: `.damaged` when the source has it not, or another.
    public func copy(_ descriptor: Descriptor, from source: Layout) throws(LayoutError) {
        guard sizes[descriptor.digest] != descriptor.size else { return }
        let blob = try begin(descriptor.digest.algorithm)
        do throws(LayoutError) {
            try source.stream(descriptor) { chunk throws(LayoutError) in try blob.write(chunk) }
        } catch {
            blob.discard()
            throw error
        }
        _ = try blob.finish()
    }

    /// The bytes of a finished blob of at most `limit` bytes; nil if there is none.
    public func read(_ digest: Digest, limit: Int64) throws(LayoutError) -> [UInt8]? {
        guard let size = sizes[digest] else { return nil }
        guard size <= limit else { throw .tooLarge(digest, size: size, limit: limit) }
        let bytes = try LayoutError.files { () throws(FileError) in
            try folder.file(Self.name(digest)).readAll(limit: limit)
        }
        let actual = try LayoutError.hashing { () throws(CryptographyError) in
            try BlobHasher.digest(of: bytes, digest.algorithm)
        }
        guard actual == digest else { throw .damaged(digest, .digest(actual: actual)) }
        return bytes
    }

    /// Hashes a finished blob again; nil if it is whole.
    public func check(_ digest: Digest) throws(LayoutError) -> BlobFault? {
        guard let size = sizes[digest] else { return .missing }
        return try file(digest).fault(as: digest, size: size)
    }

    /// Gives the folder the form of a layout: its blobs among `blobs/`, and `documents` beside them.
    /// Everything in it is on the medium when this returns, and nothing more can be added.
    public func seal(_ documents: [(name: String, bytes: [UInt8])]) throws(LayoutError) {
        try LayoutError.changes(root) { () throws(FileError) in
            let blobs = try folder.makeFolder("blobs")
            for algorithm in Digest.Algorithm.allCases {
                let moving = sizes.keys.filter { $0.algorithm == algorithm }.sorted()
                guard !moving.isEmpty || algorithm == .sha256 else { continue }
                let target = try blobs.makeFolder(algorithm.rawValue)
                for digest in moving {
                    try folder.rename(Self.name(digest), to: digest.hex, in: target)
                }
                try target.synchronise()
            }
            try blobs.synchronise()
            for (name, bytes) in documents {
                try folder.replace(name, with: bytes, mode: 0o600)
            }
            try folder.synchronise()
        }
    }

    /// Gives a finished blob's file a second name in `target`: that of its digest.
    public func link(_ digest: Digest, to target: Folder) throws(LayoutError) {
        try LayoutError.files { () throws(FileError) in
            try folder.link(Self.name(digest), to: digest.hex, in: target)
        }
    }

    /// A finished blob, open for reading from its front.
    func file(_ digest: Digest) throws(LayoutError) -> ReadableFile {
        try LayoutError.files { () throws(FileError) in try folder.file(Self.name(digest)) }
    }

    /// Forgets a blob that has moved on.
    func forget(_ digest: Digest) { sizes[digest] = nil }

    static func name(_ digest: Digest) -> String { "\(digest.algorithm.rawValue)-\(digest.hex)" }

    fileprivate func finished(_ part: String, _ blob: StoredBlob) throws(LayoutError) {
        try LayoutError.changes(root) { () throws(FileError) in
            try folder.rename(part, to: Self.name(blob.digest))
        }
        sizes[blob.digest] = blob.size
    }
}

/// One blob while its bytes arrive, hashed as they are written.
public final class StagedBlob {
    private let staging: Staging
    private let name: String
    private let file: WritableFile
    private let hasher: BlobHasher
    /// The bytes so far.
    public private(set) var size: Int64 = 0

    fileprivate init(staging: Staging, name: String, file: WritableFile, hasher: BlobHasher) {
        self.staging = staging
        self.name = name
        self.file = file
        self.hasher = hasher
    }

    /// Appends `bytes`.
    public func write(_ bytes: Span<UInt8>) throws(LayoutError) {
        hasher.update(bytes)
        size += Int64(bytes.count)
        do throws(FileError) { try file.write(bytes) } catch { throw .file(error) }
    }

    /// Brings the blob onto the medium and gives it its name.
    public func finish() throws(LayoutError) -> StoredBlob {
        let blob = StoredBlob(digest: hasher.finish(), size: size)
        try LayoutError.files { () throws(FileError) in try file.synchronise() }
        try staging.finished(name, blob)
        return blob
    }

    /// As `finish`, for a blob that must be the one that `descriptor` names.
    ///
    /// - Throws: `.damaged` if it is another; it is thrown away then.
    public func finish(as descriptor: Descriptor) throws(LayoutError) {
        guard size == descriptor.size else {
            discard()
            throw .damaged(
                descriptor.digest, .size(expected: descriptor.size, actual: size))
        }
        let blob = StoredBlob(digest: hasher.finish(), size: size)
        guard blob.digest == descriptor.digest else {
            discard()
            throw .damaged(descriptor.digest, .digest(actual: blob.digest))
        }
        try LayoutError.files { () throws(FileError) in try file.synchronise() }
        try staging.finished(name, blob)
    }

    /// Throws the bytes away.
    public func discard() {
        // What cannot be removed now goes with the staging folder.
        try? staging.folder.remove(name)
    }
}

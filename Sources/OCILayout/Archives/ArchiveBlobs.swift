import Archive
import Cryptography
import Encodings
import Files
import OCI

/// What an archive brought, by digest. With a staging folder everything is kept there; without one
/// what may be a document is held in memory or found again in the file, and of other content the
/// size is left.
final class ArchiveBlobs {
    /// Largest blob that is held, in bytes: every manifest fits.
    static let heldSizeMax = Limits.manifestSizeMax
    /// Bytes held in all where they cannot be read again, of a pipe or a compressed file. 100,000
    /// signatures with their envelopes stay below it.
    static let heldTotalMax: Int64 = 512 << 20
    /// Bytes held in all of what can be read again.
    static let cachedTotalMax: Int64 = 8 << 20
    /// Largest blob that is held whatever it begins with, in bytes: an envelope that is none is
    /// found to be so by whoever reads it.
    static let shapelessSizeMax: Int64 = 64 << 10
    /// Largest member that waits in memory until something names it, in bytes: a million tiny files
    /// that belong to nothing are not worth a million files of our own.
    static let looseSizeMax: Int64 = 64 << 10
    /// Bytes that wait in all, at `looseCost` for each member besides its own.
    static let looseTotalMax: Int64 = 32 << 20
    private static let looseCost: Int64 = 256

    /// Where blobs are brought; nil where the archive is read in place.
    let staging: Staging?
    private var held: [Digest: [UInt8]] = [:]
    private var heldTotal: Int64 = 0
    private var sizes: [Digest: Int64] = [:]
    /// Where in `file` blobs lie that are not held.
    private var places: [Digest: Int64] = [:]
    private let file: ReadableFile

    init(of file: ReadableFile, staging: Staging?) {
        self.file = file
        self.staging = staging
    }

    /// Begins a blob.
    ///
    /// - Parameters:
    ///   - size: its size, in bytes.
    ///   - claimed: the digest that its name claims; nil for a member of another name.
    ///   - place: where in the file it begins, if it can be read there again.
    /// - Returns: what takes its bytes.
    /// - Throws: `.file` where the staging folder takes no more.
    func begin(size: Int64, claimed: Digest?, at place: Int64? = nil) throws(LayoutError)
        -> ArrivingBlob
    {
        let algorithm = claimed?.algorithm ?? .sha256
        if let staging {
            let waits =
                claimed == nil && size <= Self.looseSizeMax
                && heldTotal + size + Self.looseCost <= Self.looseTotalMax
            guard waits else { return ArrivingBlob(try staging.begin(algorithm)) }
            return try ArrivingBlob(algorithm, isHeld: true)
        }
        guard size <= Self.heldSizeMax else { return try ArrivingBlob(algorithm, isHeld: false) }
        let place = self.file.size == nil ? nil : place
        let limit = place == nil ? Self.heldTotalMax : Self.cachedTotalMax
        return try ArrivingBlob(
            algorithm, isHeld: heldTotal + size + Self.looseCost <= limit,
            dropsOthers: size > Self.shapelessSizeMax, place: place)
    }

    /// Takes a blob whose bytes have all arrived.
    func finish(_ arriving: ArrivingBlob) throws(LayoutError) -> StoredBlob {
        let blob = try arriving.finish()
        sizes[blob.digest] = blob.size
        if let bytes = arriving.bytes, held.updateValue(bytes, forKey: blob.digest) == nil {
            heldTotal += blob.size + Self.looseCost
        }
        if arriving.bytes == nil, let place = arriving.place { places[blob.digest] = place }
        return blob
    }

    /// Adds a blob whose bytes are at hand, such as a manifest that was made.
    func add(_ bytes: [UInt8]) throws(LayoutError) -> StoredBlob {
        if let staging { return try staging.add(bytes) }
        let digest = try LayoutError.digest(of: bytes, .sha256)
        sizes[digest] = Int64(bytes.count)
        held[digest] = bytes
        return StoredBlob(digest: digest, size: Int64(bytes.count))
    }

    /// Says that a blob belongs to an image: what waited is brought to the others.
    func claim(_ digest: Digest) throws(LayoutError) {
        guard let staging, let bytes = held[digest] else { return }
        _ = try staging.add(bytes, digest.algorithm)
        held[digest] = nil
    }

    /// The size of the blob with this digest, in bytes; nil if there is none.
    func size(of digest: Digest) -> Int64? { sizes[digest] ?? staging?.size(of: digest) }

    /// The bytes of a blob of at most `limit` bytes; nil if there is none, or it is not held.
    func read(_ digest: Digest, limit: Int64) throws(LayoutError) -> [UInt8]? {
        if held[digest] == nil, let staging { return try staging.read(digest, limit: limit) }
        guard let size = sizes[digest] else { return nil }
        guard size <= limit else { throw .tooLarge(digest, size: size, limit: limit) }
        if let bytes = held[digest] { return bytes }
        guard let place = places[digest] else { return nil }
        let bytes = try LayoutError.files { () throws(FileError) in
            try file.read(from: place, count: Int(size))
        }
        guard try LayoutError.digest(of: bytes, digest.algorithm) == digest else {
            throw .file(.changed(path: file.path))
        }
        return bytes
    }

    /// A blob that was staged, open for reading from its front.
    func file(_ digest: Digest) throws(LayoutError) -> ReadableFile? {
        guard let staging, staging.size(of: digest) != nil else { return nil }
        return try staging.file(digest)
    }
}

/// One member of an archive while its bytes arrive, hashed as they do.
final class ArrivingBlob {
    /// The bytes so far; nil where they are not held.
    private(set) var bytes: [UInt8]?
    /// Why no more bytes can be taken.
    private(set) var failure: LayoutError?
    /// Where it can be read again.
    fileprivate let place: Int64?
    private let staged: StagedBlob?
    private let hasher: BlobHasher?
    private let dropsOthers: Bool
    private var size: Int64 = 0

    fileprivate init(_ staged: StagedBlob) {
        self.staged = staged
        hasher = nil
        dropsOthers = false
        place = nil
    }

    fileprivate init(
        _ algorithm: Digest.Algorithm, isHeld: Bool, dropsOthers: Bool = false, place: Int64? = nil
    ) throws(LayoutError) {
        staged = nil
        self.dropsOthers = dropsOthers
        self.place = place
        hasher = try LayoutError.hashing { () throws(CryptographyError) in
            try BlobHasher(algorithm)
        }
        bytes = isHeld ? [] : nil
    }

    /// Appends the first `count` bytes of `buffer`; sets `failure` where that cannot be done.
    func write(_ buffer: [UInt8], _ count: Int) {
        let chunk = buffer.span.extracting(..<count)
        // Nobody reads what is plainly no document, and an image has hundreds of small layers.
        if dropsOthers, size == 0, !DocumentShape.mayBegin(with: chunk) { bytes = nil }
        size += Int64(count)
        hasher?.update(chunk)
        bytes?.append(contentsOf: buffer[..<count])
        guard let staged, failure == nil else { return }
        do throws(LayoutError) { try staged.write(chunk) } catch { failure = error }
    }

    /// Throws the bytes away.
    func discard() { staged?.discard() }

    fileprivate func finish() throws(LayoutError) -> StoredBlob {
        if let failure {
            discard()
            throw failure
        }
        if let staged { return try staged.finish() }
        guard let hasher else { preconditionFailure("a blob is staged or hashed") }
        return StoredBlob(digest: hasher.finish(), size: size)
    }
}

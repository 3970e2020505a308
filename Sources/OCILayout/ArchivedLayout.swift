public import Archive
import Cryptography
import Encodings
public import Files
public import OCI

/// An OCI image layout in an archive, read in one pass from front to back: a file or a pipe, plain
/// or compressed.
///
/// Every blob was hashed as it passed. Small ones are held, so that manifests and signatures can be
/// read; of larger ones only the verdict is left.
public struct ArchivedLayout: LayoutContent, Sendable {
    /// Largest blob that is held, in bytes: every manifest fits.
    public static let heldSizeMax = Limits.manifestSizeMax
    /// Bytes held in all. 100,000 signatures with their envelopes stay below it.
    public static let heldTotalMax: Int64 = 512 << 20

    /// The path as the operator gave it, for messages only.
    public let path: String
    /// The archive's `index.json`.
    public let index: LayoutIndex
    private var held: [Digest: [UInt8]] = [:]
    private var sizes: [Digest: Int64] = [:]
    private var faults: [Digest: BlobFault] = [:]
    private var foreign: [String] = []

    /// Reads the whole of `file`.
    ///
    /// - Throws: `.archive` for a broken archive, `.notALayout` for one without a layout in it,
    ///   a docker-archive among them.
    public init(_ file: ReadableFile, limits: ArchiveLimits = ArchiveLimits())
        throws(LayoutError)
    {
        path = file.path
        let reader = try LayoutError.reading { () throws(ArchiveError) in
            try ArchiveReader(file, limits: limits)
        }
        var pass = Pass()
        while let entry = try LayoutError.reading({ () throws(ArchiveError) in
            try reader.next()
        }) {
            try pass.take(entry, from: reader)
        }
        guard let layoutFile = pass.layoutFile, let indexBytes = pass.index else {
            throw .notALayout(path: file.path)
        }
        try LayoutError.document(LayoutFile.name) { () throws(DocumentError) in
            try LayoutFile.check(layoutFile)
        }
        index = try LayoutError.document(LayoutIndex.name) { () throws(DocumentError) in
            try LayoutIndex(parsing: indexBytes)
        }
        held = pass.held
        sizes = pass.sizes
        faults = pass.faults
        foreign = pass.foreign
    }

    /// The blob that `descriptor` names, its size and digest checked as it passed.
    public func read(_ descriptor: Descriptor, limit: Int64) throws(LayoutError) -> [UInt8] {
        let digest = descriptor.digest
        guard descriptor.size <= limit else {
            throw .tooLarge(digest, size: descriptor.size, limit: limit)
        }
        if let fault = check(descriptor) { throw .damaged(digest, fault) }
        guard let bytes = held[digest] else { throw .notHeld(digest) }
        return bytes
    }

    /// What was found when the blob passed; nil if it was whole.
    public func check(_ descriptor: Descriptor) -> BlobFault? {
        if let size = sizes[descriptor.digest], size != descriptor.size {
            return .size(expected: descriptor.size, actual: size)
        }
        if let fault = faults[descriptor.digest] { return fault }
        return sizes[descriptor.digest] == nil ? .missing : nil
    }

    /// Everything that lies among the blobs, in the order of digests.
    public func blobs() -> [StoredBlob] {
        sizes.map { StoredBlob(digest: $0.key, size: $0.value) }.sorted { $0.digest < $1.digest }
    }

    /// Members that belong to no layout.
    public func strays() -> [String] { foreign }

    /// What one pass gathers.
    private struct Pass {
        var layoutFile: [UInt8]?
        var index: [UInt8]?
        var held: [Digest: [UInt8]] = [:]
        var sizes: [Digest: Int64] = [:]
        var faults: [Digest: BlobFault] = [:]
        var foreign: [String] = []
        private var names: Set<String> = []
        private var heldTotal: Int64 = 0
        private var buffer = [UInt8](repeating: 0, count: ReadableFile.chunkSize)

        mutating func take(_ entry: ArchiveEntry, from reader: ArchiveReader) throws(LayoutError) {
            guard entry.kind != .folder else { return }
            guard names.insert(entry.name).inserted else {
                throw .archive(.duplicateName(entry.name))
            }
            switch (entry.name, entry.kind) {
            case (LayoutFile.name, .file):
                layoutFile = try LayoutError.reading { () throws(ArchiveError) in
                    try reader.readAll(limit: Limits.layoutFileSizeMax)
                }
            case (LayoutIndex.name, .file):
                index = try LayoutError.reading { () throws(ArchiveError) in
                    try reader.readAll(limit: Limits.indexSizeMax)
                }
            default:
                guard let digest = Digest(blobName: entry.name) else {
                    foreign.append(entry.name)
                    return
                }
                guard entry.kind == .file else {
                    faults[digest] = .notAFile
                    return
                }
                try blob(digest, entry.size, from: reader)
            }
        }

        private mutating func blob(_ digest: Digest, _ size: Int64, from reader: ArchiveReader)
            throws(LayoutError)
        {
            let hasher = try LayoutError.hashing { () throws(CryptographyError) in
                try BlobHasher(digest.algorithm)
            }
            let isHeld =
                size <= ArchivedLayout.heldSizeMax
                && heldTotal + size <= ArchivedLayout.heldTotalMax
            var bytes: [UInt8] = []
            while true {
                let count: Int
                do throws(ArchiveError) { count = try reader.read(into: &buffer) } catch {
                    throw .archive(error)
                }
                if count == 0 { break }
                hasher.update(buffer.span.extracting(..<count))
                if isHeld { bytes.append(contentsOf: buffer[..<count]) }
            }
            let actual = hasher.finish()
            sizes[digest] = size
            guard actual == digest else {
                faults[digest] = .digest(actual: actual)
                return
            }
            if isHeld {
                held[digest] = bytes
                heldTotal += size
            }
        }
    }
}

extension Digest {
    /// The digest that a member called `blobs/ALGORITHM/HEX` claims; nil for any other name.
    init?(blobName name: String) {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "blobs",
            let digest = try? Digest("\(parts[1]):\(parts[2])")
        else { return nil }
        self = digest
    }
}

extension LayoutError {
    /// Runs `body` and gives its errors their place here.
    static func reading<T>(_ body: () throws(ArchiveError) -> T) throws(LayoutError) -> T {
        do throws(ArchiveError) { return try body() } catch {
            if case .file(let error) = error { throw .file(error) }
            throw .archive(error)
        }
    }
}

import Cryptography
public import Encodings
import Files
public import OCI

/// Blobs whose bytes are at hand and that go into a layout together. Filling one takes no lock.
public struct BlobPortion: Sendable {
    /// What brings so many files onto the medium one by one takes no longer than all at once.
    private static let fewCount = 8

    private(set) var blobs: [(descriptor: Descriptor, bytes: [UInt8])] = []

    /// None yet.
    public init() {}

    /// Takes a blob.
    ///
    /// - Returns: its descriptor.
    public mutating func add(
        _ bytes: [UInt8], mediaType: String, algorithm: Digest.Algorithm = .sha256
    ) throws(LayoutError) -> Descriptor {
        let descriptor = Descriptor(
            mediaType: mediaType, digest: try LayoutError.digest(of: bytes, algorithm),
            size: Int64(bytes.count))
        blobs.append((descriptor, bytes))
        return descriptor
    }

    /// Whether they are so few that each is best brought onto the medium by itself.
    var isSmall: Bool { blobs.count <= Self.fewCount }
}

extension LayoutWriter {
    /// Adds the blobs of `portion`; all of them are on the medium when this returns. However many
    /// they are, the file system is asked once.
    public func add(_ portion: BlobPortion) throws(LayoutError) {
        guard !portion.isSmall else {
            for blob in portion.blobs {
                _ = try add(
                    blob.bytes, mediaType: blob.descriptor.mediaType,
                    algorithm: blob.descriptor.digest.algorithm)
            }
            return
        }
        let root = layout.folder
        var written: [(name: String, digest: Digest)] = []
        do throws(LayoutError) {
            try LayoutError.changes(root) { () throws(FileError) in
                for blob in portion.blobs {
                    let name = TemporaryName.next(for: "blob")
                    written.append((name, blob.descriptor.digest))
                    try root.create(name).write(blob.bytes)
                }
                // Bytes before names: what has its name is whole.
                try root.synchroniseFileSystem()
            }
            try place(written)
        } catch {
            // The first error is the one to report; files that stay are swept later.
            for (name, _) in written { try? root.remove(name) }
            throw error
        }
    }

    /// Gives written files their names among the blobs. One takes the place of a blob that is there,
    /// whose bytes nobody has looked at.
    private func place(_ written: [(name: String, digest: Digest)]) throws(LayoutError) {
        let root = layout.folder
        try LayoutError.changes(root) { () throws(FileError) in
            for algorithm in Digest.Algorithm.allCases {
                let moving = written.filter { $0.digest.algorithm == algorithm }
                guard !moving.isEmpty else { continue }
                let target = try blobFolder(algorithm)
                for (name, digest) in moving { try root.rename(name, to: digest.hex, in: target) }
                try target.synchronise()
            }
        }
    }
}

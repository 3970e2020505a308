import Archive
import Cryptography
import Encodings

/// What a layer is without its compression.
struct LayerExpansion {
    /// The digest of the plain tar: the diffID.
    let digest: Digest
    /// What was taken off.
    let compression: DecompressedFile.Compression

    /// Reads `bytes` to their end; `hasher` has the algorithm that is wanted.
    init(of bytes: DecompressedFile, _ hasher: BlobHasher) throws(ArchiveError) {
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        do throws(ArchiveError) {
            while true {
                let count = try bytes.read(into: &buffer)
                if count == 0 { break }
                hasher.update(buffer.span.extracting(..<count))
            }
        } catch {
            // Begin anew for the next.
            _ = hasher.finish()
            throw error
        }
        digest = hasher.finish()
        compression = bytes.compression
    }
}

import Encodings
import OCI
import OCILayout

/// What hashing found of the blobs of one layout, so that each is read once however many artifacts
/// share it.
///
/// Nothing is remembered beyond the run that hashed it.
public final class BlobChecks {
    private struct Key: Hashable {
        let digest: Digest
        let size: Int64
    }

    private var faults: [Key: BlobFault?] = [:]

    /// Nothing hashed yet.
    public init() {}

    /// What is wrong with the blob that `descriptor` names, as `body` finds out the first time.
    func fault(
        of descriptor: Descriptor, _ body: () throws(VerificationError) -> BlobFault?
    ) throws(VerificationError) -> BlobFault? {
        let key = Key(digest: descriptor.digest, size: descriptor.size)
        if let known = faults[key] { return known }
        let found = try body()
        faults[key] = .some(found)
        return found
    }
}

import BundleFormat
import Encodings
import Files
import OCI
import OCILayout

/// What a bundle carries, in our own copy while it arrives: outside the layout's blobs, on its file
/// system, seen by nobody.
final class Quarantine: BundleContent {
    let path: String
    let index: LayoutIndex
    let staging: Staging
    private let inventory: Inventory
    private var expected: ExpectedBlobs

    init(_ inventory: Inventory, staging: Staging, beside destination: Layout) {
        self.inventory = inventory
        self.staging = staging
        expected = ExpectedBlobs(in: destination)
        path = destination.path
        index = inventory.layoutIndex
    }

    /// Fills it: each blob hashed while it is copied from `source`, expected ones where they are.
    func fill(
        from source: BundleSource, _ heads: BundleHeads, progress: (Int64) -> Void
    ) throws(Stop) {
        try source.copy(
            inventory.blobs, heads,
            each: { arrival throws(Stop) in try take(arrival) }, progress: progress)
        try expected.check(inventory)
    }

    private func take(_ arrival: BundleSource.Arrival) throws(Stop) {
        let descriptor = arrival.blob.descriptor
        let blob = try onLayout { () throws(LayoutError) in
            try staging.begin(descriptor.digest.algorithm)
        }
        do throws(Stop) {
            try arrival.read { chunk throws(Stop) in
                do throws(LayoutError) { try blob.write(chunk) } catch {
                    throw .failed(.layout(error))
                }
            }
        } catch {
            blob.discard()
            throw error
        }
        do throws(LayoutError) { try blob.finish(as: descriptor) } catch {
            guard case .damaged(let digest, let fault) = error else {
                throw .failed(.layout(error))
            }
            throw .content(.blob(digest, fault))
        }
    }

    func checkAgain() throws(Stop) {
        for blob in inventory.blobs {
            let fault = try onLayout { () throws(LayoutError) in try staging.check(blob.digest) }
            if fault != nil { throw .failed(.touched(blob.digest)) }
        }
        try expected.checkAgain()
    }

    func link(_ blob: Digest, to folder: Folder) throws(LayoutError) {
        if staging.size(of: blob) == nil { return try expected.link(blob, to: folder) }
        try staging.link(blob, to: folder)
    }

    // MARK: Content

    func read(_ descriptor: Descriptor, limit: Int64) throws(LayoutError) -> [UInt8] {
        let digest = descriptor.digest
        guard descriptor.size <= limit else {
            throw .tooLarge(digest, size: descriptor.size, limit: limit)
        }
        if let fault = check(descriptor) { throw .damaged(digest, fault) }
        if let bytes = try staging.read(digest, limit: limit) { return bytes }
        return try expected.read(descriptor, limit: limit)
    }

    func check(_ descriptor: Descriptor) -> BlobFault? {
        guard
            let size = staging.size(of: descriptor.digest)
                ?? expected.size(of: descriptor.digest)
        else { return .missing }
        return size == descriptor.size ? nil : .size(expected: descriptor.size, actual: size)
    }

    func blobs() -> [StoredBlob] { staging.blobs }

    func strays() -> [String] { [] }
}

import BundleFormat
import Encodings
import OCI
import OCILayout

/// What a bundle carries, in our own copy: outside the layout's blobs, on its file system, seen by
/// nobody. It reads as the layout that the signed inventory describes.
final class Quarantine: LayoutContent {
    let path: String
    /// Synthesised from the inventory: what `index.json` of the bundle says does not count.
    let index: LayoutIndex
    let staging: Staging
    private let inventory: Inventory
    private let destination: Layout
    /// Expected blobs that were hashed in the destination in this run.
    private var expected: [Digest: Int64] = [:]

    init(_ inventory: Inventory, staging: Staging, beside destination: Layout) {
        self.inventory = inventory
        self.staging = staging
        self.destination = destination
        path = destination.path
        var index = LayoutIndex()
        for root in inventory.roots {
            var entry = Self.plain(root.descriptor)
            entry.referenceName = root.name
            index.append(entry)
        }
        inventory.referrers.map(Self.plain).forEach { index.append($0) }
        self.index = index
    }

    /// The same content without annotations, which could say another name to other tools.
    static func plain(_ descriptor: Descriptor) -> Descriptor {
        Descriptor(
            mediaType: descriptor.mediaType, digest: descriptor.digest, size: descriptor.size,
            artifactType: descriptor.artifactType)
    }

    /// Fills it: each blob hashed while it is copied from `source`, expected ones where they are.
    func fill(
        from source: BundleSource, _ heads: BundleHeads, progress: (Int64) -> Void
    ) throws(Stop) {
        let held = heads.content.held
        let listed = Set(held.keys).union(inventory.blobs.map(\.digest))
        var byteCount: Int64 = 0
        for blob in inventory.blobs.sorted(by: { ($0.size, $0.digest) < ($1.size, $1.digest) }) {
            let descriptor = Descriptor(
                mediaType: MediaType.layer, digest: blob.digest, size: blob.size)
            if let bytes = held[blob.digest] {
                try take(descriptor) { write throws(Stop) in try write(bytes.span) }
            } else {
                try take(descriptor) { write throws(Stop) in
                    try source.copy(blob, among: listed, write)
                }
            }
            byteCount += blob.size
            progress(byteCount)
        }
        try source.finish(listed: listed)
        for blob in inventory.expected {
            let descriptor = Descriptor(
                mediaType: MediaType.layer, digest: blob.digest, size: blob.size)
            let fault = try onLayout { () throws(LayoutError) in
                try destination.check(descriptor)
            }
            if let fault { throw .content(.expected(blob.digest, fault)) }
            expected[blob.digest] = blob.size
        }
    }

    private func take(
        _ descriptor: Descriptor,
        _ fill: ((Span<UInt8>) throws(Stop) -> Void) throws(Stop) -> Void
    ) throws(Stop) {
        let blob = try onLayout { () throws(LayoutError) in
            try staging.begin(descriptor.digest.algorithm)
        }
        do throws(Stop) {
            try fill { chunk throws(Stop) in
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

    // MARK: Content

    func read(_ descriptor: Descriptor, limit: Int64) throws(LayoutError) -> [UInt8] {
        let digest = descriptor.digest
        guard descriptor.size <= limit else {
            throw .tooLarge(digest, size: descriptor.size, limit: limit)
        }
        if let fault = check(descriptor) { throw .damaged(digest, fault) }
        if let bytes = try staging.read(digest, limit: limit) { return bytes }
        return try destination.read(descriptor, limit: limit)
    }

    func check(_ descriptor: Descriptor) -> BlobFault? {
        guard let size = staging.size(of: descriptor.digest) ?? expected[descriptor.digest] else {
            return .missing
        }
        return size == descriptor.size ? nil : .size(expected: descriptor.size, actual: size)
    }

    func blobs() -> [StoredBlob] { staging.blobs }

    func strays() -> [String] { [] }
}

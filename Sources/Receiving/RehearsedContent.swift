import BundleFormat
import Cryptography
import Encodings
import OCI
import OCILayout

/// What a bundle carries, hashed on its way and kept nowhere: of what may be a manifest, an index or
/// a signature the bytes are held in memory, of other content the size is left.
final class RehearsedContent: LayoutContent {
    /// Bytes held in all: 100,000 signatures with their envelopes stay below it.
    private static let heldTotalMax: Int64 = 512 << 20
    /// Largest blob that is held whatever it begins with, in bytes: an envelope that is none is
    /// found to be so by whoever reads it.
    private static let shapelessSizeMax: Int64 = 64 << 10

    let path: String
    let index: LayoutIndex
    private let inventory: Inventory
    private var expected: ExpectedBlobs?
    private var sizes: [Digest: Int64] = [:]
    private var held: [Digest: [UInt8]] = [:]
    private var heldTotal: Int64 = 0

    /// - Parameters:
    ///   - inventory: what is listed.
    ///   - destination: the layout that it would go into; nil where there is none yet.
    ///   - path: that layout's path.
    init(_ inventory: Inventory, beside destination: Layout?, path: String) {
        self.inventory = inventory
        self.path = path
        expected = destination.map { ExpectedBlobs(in: $0) }
        index = inventory.layoutIndex
    }

    /// Hashes each blob of `source`, and expected ones where they are.
    func fill(
        from source: BundleSource, _ heads: BundleHeads, progress: (Int64) -> Void
    ) throws(Stop) {
        try source.copy(
            inventory.blobs, heads,
            each: { arrival throws(Stop) in try take(arrival) }, progress: progress)
        try expected?.check(inventory)
        if expected == nil, let first = inventory.expected.first {
            throw .content(.expected(first.digest, .missing))
        }
    }

    private func take(_ arrival: BundleSource.Arrival) throws(Stop) {
        let blob = arrival.blob
        let hasher: BlobHasher
        do throws(CryptographyError) { hasher = try BlobHasher(blob.digest.algorithm) } catch {
            throw .failed(.cryptography(error))
        }
        var isHeld =
            blob.size <= Limits.envelopeSizeMax && heldTotal + blob.size <= Self.heldTotalMax
        var bytes: [UInt8] = []
        var size: Int64 = 0
        try arrival.read { chunk throws(Stop) in
            hasher.update(chunk)
            if size == 0, blob.size > Self.shapelessSizeMax {
                isHeld = isHeld && DocumentShape.mayBegin(with: chunk)
            }
            size += Int64(chunk.count)
            if isHeld {
                unsafe chunk.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
            }
        }
        guard size == blob.size else {
            throw .content(.blob(blob.digest, .size(expected: blob.size, actual: size)))
        }
        let actual = hasher.finish()
        guard actual == blob.digest else {
            throw .content(.blob(blob.digest, .digest(actual: actual)))
        }
        sizes[blob.digest] = size
        guard isHeld else { return }
        held[blob.digest] = bytes
        heldTotal += size
    }

    // MARK: Content

    func read(_ descriptor: Descriptor, limit: Int64) throws(LayoutError) -> [UInt8] {
        let digest = descriptor.digest
        guard descriptor.size <= limit else {
            throw .tooLarge(digest, size: descriptor.size, limit: limit)
        }
        if let fault = check(descriptor) { throw .damaged(digest, fault) }
        if let bytes = held[digest] { return bytes }
        guard let expected, expected.size(of: digest) != nil else { throw .notHeld(digest) }
        return try expected.read(descriptor, limit: limit)
    }

    func check(_ descriptor: Descriptor) -> BlobFault? {
        guard let size = sizes[descriptor.digest] ?? expected?.size(of: descriptor.digest) else {
            return .missing
        }
        return size == descriptor.size ? nil : .size(expected: descriptor.size, actual: size)
    }

    func blobs() -> [StoredBlob] { [] }

    func strays() -> [String] { [] }
}

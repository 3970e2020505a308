import Encodings
import OCI

/// A layout as it will be once its lists have been rewritten: the same blobs, another index, and
/// fallback indexes that are not written yet.
struct RelistedLayout<Base: LayoutContent>: LayoutContent {
    let base: Base
    let index: LayoutIndex
    private let fallbacks: [Digest: [UInt8]]

    var path: String { base.path }

    /// What `addition` makes of `base`.
    init(_ base: Base, as addition: ReferrerAddition) {
        self.base = base
        index = addition.index
        fallbacks = Dictionary(
            addition.fallbacks.map { ($0.descriptor.digest, $0.bytes) },
            uniquingKeysWith: { first, _ in first })
    }

    func read(_ descriptor: Descriptor, limit: Int64) throws(LayoutError) -> [UInt8] {
        if let bytes = fallbacks[descriptor.digest], descriptor.size == bytes.count {
            return bytes
        }
        return try base.read(descriptor, limit: limit)
    }

    func check(_ descriptor: Descriptor) throws(LayoutError) -> BlobFault? {
        fallbacks[descriptor.digest] == nil ? try base.check(descriptor) : nil
    }

    func blobs() throws(LayoutError) -> [StoredBlob] { try base.blobs() }

    func strays() throws(LayoutError) -> [String] { try base.strays() }
}

import Encodings

/// The order of the parts in a bundle's tar: what decides comes first, then small before large, so
/// that a receiver can refuse before it has read a layer.
///
/// - SeeAlso: docs/formats/bundle.md, "Canonical tar".
public enum BundleOrder {
    /// The blobs in their order.
    ///
    /// - Parameters:
    ///   - heads: the bundle manifest, its signature manifests, their envelopes, `{}`, the inventory
    ///     and the capsule, in this order.
    ///   - content: every blob that the inventory carries.
    /// - Returns: each blob once.
    public static func blobs(heads: [Inventory.Blob], content: [Inventory.Blob])
        -> [Inventory.Blob]
    {
        var seen: Set<Digest> = []
        let ordered = content.sorted { ($0.size, $0.digest) < ($1.size, $1.digest) }
        return (heads + ordered).filter { seen.insert($0.digest).inserted }
    }
}

public import OCI

/// A manifest that says something about another: a signature, an attestation, an SBOM.
public struct Referrer: Sendable {
    /// How a layout can list a referrer; there is no one standard.
    public enum Listing: Sendable, Hashable {
        /// An entry of `index.json` without a name: notation, oras.
        case untaggedEntry
        /// An entry with a name of its own.
        case taggedEntry
        /// An entry with the subject as annotation: image-spec pull request 1171.
        case annotatedEntry
        /// The index tagged `<alg>-<hex>`: regctl, and registries without the referrers API.
        case fallbackIndex
        /// Any other index.
        case nestedIndex
        /// Nothing but the blob: cosign.
        case unlisted
    }

    /// The descriptor as it is listed, its annotations and artifact type included.
    public let descriptor: Descriptor
    /// The manifest.
    public let document: Document
    /// Where it is listed.
    public let listings: Set<Listing>

    /// Whether `index.json` itself does not list it.
    var isNoEntry: Bool {
        listings.isDisjoint(with: [.untaggedEntry, .taggedEntry, .annotatedEntry])
    }
}

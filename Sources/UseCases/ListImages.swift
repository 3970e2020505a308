internal import Encodings
internal import Notary
public import OCI
public import OCILayout

/// What a layout or an archive holds.
public struct LayoutListing: Sendable {
    /// One image, index or artifact that stands for itself.
    public struct Image: Sendable {
        /// Its entry in `index.json`.
        public let entry: Descriptor
        /// What its manifest says it is, where that is no container image: a bundle, for example.
        public let artifactType: String?
        /// The platforms of an index, or of an image whose index names them: `linux/amd64`.
        public let platforms: [String]
        /// The bytes of everything that it needs, each blob once.
        public let byteCount: Int64
        /// Notary signatures, of the image itself.
        public let signatureCount: Int
        /// Everything else that refers to it.
        public let otherReferrerCount: Int
        /// Whether its manifest could be read.
        public let isReadable: Bool
    }

    /// The path as it was named.
    public let path: String
    /// The images in the order of `index.json`; signatures and fallback indexes are not among them.
    public let images: [Image]
}

extension Site {
    /// Lists the layout or archive at `path`, without hashing what is larger than a manifest.
    public func list(_ path: String) throws -> LayoutListing {
        try steadily(Reference(path: path, selector: .only)) { content in
            let listing = try Self.listing(of: content)
            return (listing, listing.images.allSatisfy(\.isReadable))
        }
    }

    private static func listing(of content: some LayoutContent) throws(LayoutError)
        -> LayoutListing
    {
        let graph = try LayoutGraph(content)
        var images: [LayoutListing.Image] = []
        for entry in content.index.entries where !graph.servesOthers(entry) {
            let referrers = graph.referrers(of: entry)
            let signatures = referrers.filter(\.isNotarySignature)
            images.append(
                LayoutListing.Image(
                    entry: entry, artifactType: graph.statedArtifactType(of: entry),
                    platforms: graph.platforms(of: entry),
                    byteCount: graph.closure(of: entry).claimedByteCount,
                    signatureCount: signatures.count,
                    otherReferrerCount: referrers.count - signatures.count,
                    isReadable: graph.node(entry)?.document != nil
                        || !Document.isDocument(entry.mediaType)))
        }
        return LayoutListing(path: content.path, images: images)
    }
}

extension LayoutGraph {
    /// The artifact type that the manifest or index itself names.
    func statedArtifactType(of entry: Descriptor) -> String? {
        switch node(entry)?.document {
        case .manifest(let manifest): manifest.artifactType
        case .index(let index): index.artifactType
        case .artifact(let artifact): artifact.artifactType
        case nil: nil
        }
    }

    /// The platforms that an index names, without buildx's `unknown/unknown`.
    func platforms(of entry: Descriptor) -> [String] {
        guard case .index(let index)? = node(entry)?.document else { return [] }
        return index.manifests.compactMap(\.platformText).filter { $0 != "unknown/unknown" }
    }
}

extension Descriptor {
    /// `os/architecture` or `os/architecture/variant`, where the descriptor names a platform.
    public var platformText: String? {
        guard case .object(let platform)? = members["platform"],
            case .string(let os)? = platform["os"],
            case .string(let architecture)? = platform["architecture"]
        else { return nil }
        guard case .string(let variant)? = platform["variant"] else {
            return "\(os)/\(architecture)"
        }
        return "\(os)/\(architecture)/\(variant)"
    }
}

extension Referrer {
    /// Whether the manifest has either form of a Notary signature (rules M2 and M3).
    public var isNotarySignature: Bool { document.artifactType == SignatureManifest.artifactType }
}

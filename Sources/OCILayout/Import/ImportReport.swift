public import Encodings
public import OCI

/// What an import brought.
public struct ImportReport: Sendable {
    /// One entry of the source.
    public struct Root: Sendable, Equatable {
        /// The entry as it is listed now.
        public let descriptor: Descriptor
        /// The blobs that it needs, itself included.
        public let blobCount: Int
        /// Their bytes.
        public let byteCount: Int64
        /// Whether the layout listed it already.
        public let wasListed: Bool
        /// The index that it was taken out of by its platform.
        public let index: Descriptor?
        /// The platforms of that index that were left.
        public let leftPlatforms: [Platform]
        /// Layers that may not be passed on freely, and are not in the source.
        public let absentForeignLayers: [Descriptor]
        /// What its name stood for before, which has lost it.
        public let replaced: [Replaced]

        /// Whether it is of a type that Airseal does not know, and was taken as one blob: whatever
        /// it leads to did not come with it.
        public var isOpaque: Bool { !Document.isDocument(descriptor.mediaType) }
    }

    /// Content whose name stands for other content now.
    public struct Replaced: Sendable, Equatable {
        /// The content.
        public let digest: Digest
        /// Whether nothing in the layout leads to it any more.
        public let isLost: Bool
    }

    /// The form that the source was found to have.
    public enum Form: Sendable, Equatable {
        /// A layout folder.
        case layout
        /// A layout in an archive.
        case ociArchive
        /// An archive in Docker's own form.
        case dockerArchive
    }

    /// The form of the source.
    public let form: Form
    /// What it listed, in its order.
    public let roots: [Root]
    /// Manifests that speak of what came, and that no index of the source lists, as cosign leaves
    /// them: they did not come along.
    public let unlistedReferrers: [Digest]
}

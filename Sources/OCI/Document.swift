public import Encodings

/// Whatever a descriptor of a manifest or an index can lead to.
public enum Document: Sendable, Equatable {
    /// An OCI or Docker image manifest.
    case manifest(ImageManifest)
    /// An OCI index or a Docker manifest list.
    case index(ImageIndex)
    /// A deprecated OCI artifact manifest.
    case artifact(ArtifactManifest)

    /// Reads `bytes` as what `mediaType` says.
    ///
    /// - Throws: `.unknownMediaType` for content that is no document, else as its kind.
    public init(parsing bytes: [UInt8], as mediaType: String) throws(DocumentError) {
        switch mediaType {
        case MediaType.imageManifest, MediaType.dockerManifest:
            self = .manifest(try ImageManifest(parsing: bytes, as: mediaType))
        case MediaType.imageIndex, MediaType.dockerManifestList:
            self = .index(try ImageIndex(parsing: bytes, as: mediaType))
        case MediaType.artifactManifest:
            self = .artifact(try ArtifactManifest(parsing: bytes))
        default: throw .unknownMediaType(mediaType)
        }
    }

    /// Whether content of this type is read as a document.
    public static func isDocument(_ mediaType: String) -> Bool {
        MediaType.isManifest(mediaType) || MediaType.isIndex(mediaType)
            || mediaType == MediaType.artifactManifest
    }

    /// What the document is made of, in its order: an index's manifests, or the configuration and
    /// the layers. The subject is not among them.
    public var parts: [Descriptor] {
        switch self {
        case .manifest(let manifest): [manifest.config] + manifest.layers
        case .index(let index): index.manifests
        case .artifact(let artifact): artifact.blobs
        }
    }

    /// What an index lists; empty for anything else.
    public var manifests: [Descriptor] {
        if case .index(let index) = self { index.manifests } else { [] }
    }

    /// The manifest that the document says something about.
    public var subject: Descriptor? {
        switch self {
        case .manifest(let manifest): manifest.subject
        case .index(let index): index.subject
        case .artifact(let artifact): artifact.subject
        }
    }

    /// The type of the artifact, where the document says it; for a manifest that does not, its
    /// configuration's type, as the distribution specification has it.
    public var artifactType: String? {
        switch self {
        case .manifest(let manifest): manifest.artifactType ?? manifest.config.mediaType
        case .index(let index): index.artifactType
        case .artifact(let artifact): artifact.artifactType
        }
    }
}

extension Document {
    /// The digest that JSON gives as that of its subject, whatever else is wrong with it: a manifest
    /// that breaks a rule is still told where it belongs. Nil where nothing of the kind is to be
    /// found.
    public static func claimedSubject(in bytes: [UInt8]) -> Digest? {
        do {
            return try JSONPlace(JSON(parsing: bytes)).optional("subject")?.member("digest")
                .digest()
        } catch { return nil }
    }
}

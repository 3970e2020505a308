/// The media types that Airseal reads or writes.
public enum MediaType {
    /// An OCI image manifest.
    public static let imageManifest = "application/vnd.oci.image.manifest.v1+json"
    /// An OCI image index.
    public static let imageIndex = "application/vnd.oci.image.index.v1+json"
    /// A Docker image manifest, version 2 schema 2.
    public static let dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
    /// A Docker manifest list.
    public static let dockerManifestList =
        "application/vnd.docker.distribution.manifest.list.v2+json"
    /// The deprecated OCI artifact manifest, read but never written.
    public static let artifactManifest = "application/vnd.oci.artifact.manifest.v1+json"
    /// An OCI image configuration.
    public static let imageConfig = "application/vnd.oci.image.config.v1+json"
    /// Docker's image configuration.
    public static let dockerImageConfig = "application/vnd.docker.container.image.v1+json"
    /// A layer as a plain tar.
    public static let layer = "application/vnd.oci.image.layer.v1.tar"
    /// A layer as a gzip'd tar.
    public static let layerGzip = "application/vnd.oci.image.layer.v1.tar+gzip"
    /// A layer as a tar compressed with zstd.
    public static let layerZstd = "application/vnd.oci.image.layer.v1.tar+zstd"
    /// The two bytes `{}` where a format asks for a blob and there is nothing to say.
    public static let empty = "application/vnd.oci.empty.v1+json"

    /// Whether content of this type is a layer that must not be passed on freely (OCI:
    /// non-distributable, Docker: foreign). The image specification deprecates them; Windows base
    /// images still have them, and who copies an image leaves them out.
    public static func isForeignLayer(_ mediaType: String) -> Bool {
        let bare = mediaType.utf8
        return bare.starts(with: "application/vnd.oci.image.layer.nondistributable.v1.tar".utf8)
            || bare.starts(with: "application/vnd.docker.image.rootfs.foreign.diff.tar".utf8)
    }

    /// Whether content of this type lists other manifests.
    public static func isIndex(_ mediaType: String) -> Bool {
        mediaType == imageIndex || mediaType == dockerManifestList
    }

    /// Whether content of this type has a configuration and layers.
    public static func isManifest(_ mediaType: String) -> Bool {
        mediaType == imageManifest || mediaType == dockerManifest
    }
}

/// How much of anything Airseal takes from a layout or an archive, so that no input multiplies (rule
/// F8). Sizes are in bytes.
public enum Limits {
    /// One manifest or nested index. Distribution spec 1.1 asks both sides to handle 4 MiB; notation
    /// and oras refuse more.
    public static let manifestSizeMax: Int64 = 4 << 20
    /// `index.json` of a layout: 100,000 images with annotations stay below a third of this.
    public static let indexSizeMax: Int64 = 128 << 20
    /// `manifest.json` of a docker-archive: 1,000 images of 127 layers stay below it.
    public static let dockerManifestSizeMax: Int64 = 16 << 20
    /// `oci-layout`: one member of a few bytes.
    public static let layoutFileSizeMax: Int64 = 4 << 10
    /// One signature envelope, as notation.
    public static let envelopeSizeMax: Int64 = 32 << 20
    /// An image configuration. Real ones stay below a few 100 KiB.
    public static let configSizeMax: Int64 = 4 << 20
    /// Signatures examined for one artifact, as notation's default.
    public static let signatureCountMax = 100
    /// Levels of indexes within indexes. buildx writes two.
    public static let indexNestingMax = 8
    /// Manifests visited in one walk of a layout, so that a graph cannot be grown by repetition.
    public static let manifestCountMax = 1_000_000
}

public import Encodings

/// What Airseal reads of an image configuration: the platform and the layers' uncompressed digests.
///
/// - SeeAlso: OCI image-spec 1.1, config.md.
public struct ImageConfig: Sendable, Equatable {
    /// What the image runs on.
    public let platform: Platform
    /// The digests of the uncompressed layers, the base first.
    public let diffIDs: [Digest]

    /// Reads a configuration. Members that only matter to who runs the image are not looked at.
    public init(parsing bytes: [UInt8]) throws(DocumentError) {
        let place = try JSONPlace.document(bytes)
        do throws(JSONShapeError) {
            platform = Platform(
                os: try place.member("os").string(),
                architecture: try place.member("architecture").string(),
                variant: try place.optional("variant")?.string())
            let rootfs = try place.member("rootfs")
            var list: [Digest] = []
            // Docker writes null for an image without layers.
            if let places = try rootfs.optional("diff_ids"), places.value != .null {
                for diffID in try places.array() { list.append(try diffID.digest()) }
            }
            diffIDs = list
        } catch { throw .shape(error) }
    }
}

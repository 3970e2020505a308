import Cryptography
import Encodings
import Files
import OCI
import OCILayout

/// Small layouts made in the test, byte for byte the same each time.
enum Sample {
    static let layer = [UInt8](repeating: 0x61, count: 5000)
    /// Larger than what an archive's reader holds.
    static let large = [UInt8](repeating: 0x62, count: 5 << 20)
    static let config = Array(
        """
        {"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[
        "\(digest(layer))"]}}
        """.utf8)

    static func digest(_ bytes: [UInt8]) -> Digest {
        let hasher = try? BlobHasher()
        hasher?.update(bytes)
        return hasher?.finish() ?? Digest(.sha256, bytes: [UInt8](repeating: 0, count: 32))
    }

    static func descriptor(_ bytes: [UInt8], _ mediaType: String) -> Descriptor {
        Descriptor(mediaType: mediaType, digest: digest(bytes), size: Int64(bytes.count))
    }

    static func manifest(layer: [UInt8] = layer, subject: Descriptor? = nil) -> ImageManifest {
        ImageManifest(
            config: descriptor(config, MediaType.imageConfig),
            layers: [descriptor(layer, MediaType.layer)], subject: subject)
    }

    /// A layout at `path` with one image, tagged `v1`.
    @discardableResult
    static func layout(_ path: String, layer: [UInt8] = layer, tag: String? = "v1") throws -> Layout
    {
        let writer = try LayoutWriter(try Layout.create(at: path))
        var entry = try image(writer, layer: layer)
        entry.referenceName = tag
        var index = writer.layout.index
        _ = index.add(entry)
        try writer.replaceIndex(with: index)
        return writer.layout
    }

    static func image(
        _ writer: LayoutWriter, layer: [UInt8] = layer, subject: Descriptor? = nil
    ) throws -> Descriptor {
        _ = try writer.add(config, mediaType: MediaType.imageConfig)
        _ = try writer.add(layer, mediaType: MediaType.layer)
        return try writer.add(
            manifest(layer: layer, subject: subject).serialized(),
            mediaType: MediaType.imageManifest)
    }

    static func blobPath(_ digest: Digest) -> String { "blobs/\(digest.algorithm)/\(digest.hex)" }
}

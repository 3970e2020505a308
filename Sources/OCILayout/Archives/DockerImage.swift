import Archive
import Encodings
import OCI

/// Makes an OCI manifest of an image in a docker-archive. The bytes follow from the image's content
/// alone, not from the archive's order, compression or times, so the digest is the same anywhere.
struct DockerImage {
    let intake: ArchiveIntake

    /// The manifest of `image`, staged, as an entry without a name.
    func manifest(of image: DockerImageList.Image) throws(LayoutError) -> Descriptor {
        let stored = try intake.member(image.config)
        try checkName(of: stored, image.config)
        guard let bytes = try intake.blobs.read(stored.digest, limit: Limits.configSizeMax) else {
            throw .notHeld(stored.digest)
        }
        let config: ImageConfig
        do throws(DocumentError) { config = try ImageConfig(parsing: bytes) } catch {
            throw .importRefused(.document(stored.digest, error))
        }
        guard config.diffIDs.count == image.layers.count else {
            throw .importRefused(
                .layerCount(
                    config: stored.digest, diffIDs: config.diffIDs.count,
                    layers: image.layers.count))
        }
        var layers: [Descriptor] = []
        for (name, diffID) in zip(image.layers, config.diffIDs) {
            layers.append(try layer(name, diffID))
        }
        let manifest = ImageManifest(
            config: Descriptor(
                mediaType: MediaType.imageConfig, digest: stored.digest, size: stored.size),
            layers: layers)
        let blob = try intake.add(manifest.serialized())
        return Descriptor(
            mediaType: MediaType.imageManifest, digest: blob.digest, size: blob.size)
    }

    /// A configuration is named after its digest: `HEX.json`, by kaniko `sha256:HEX`, or
    /// `blobs/sha256/HEX`.
    private func checkName(of config: StoredBlob, _ name: String) throws(LayoutError) {
        var claim = name.utf8.split(separator: UInt8(ascii: "/")).last ?? name.utf8[...]
        if claim.suffix(5).elementsEqual(".json".utf8) { claim = claim.dropLast(5) }
        if claim.starts(with: "sha256:".utf8) { claim = claim.dropFirst(7) }
        guard let claimed = try? Digest("sha256:\(String(Substring(claim)).lowercased())") else {
            return
        }
        guard claimed == config.digest else {
            throw .importRefused(.configDigest(name: name, actual: config.digest))
        }
    }

    private func layer(_ name: String, _ diffID: Digest) throws(LayoutError) -> Descriptor {
        let stored = try intake.member(name)
        if stored.digest == diffID {
            return Descriptor(
                mediaType: MediaType.layer, digest: stored.digest, size: stored.size)
        }
        // Podman and kaniko keep layers compressed. What they expand to must be what the
        // configuration says.
        let expansion = try intake.expansion(of: stored, diffID.algorithm)
        guard expansion.digest == diffID else {
            throw .importRefused(
                .diffID(layer: name, expected: diffID, actual: expansion.digest))
        }
        let mediaType =
            switch expansion.compression {
            case .none: MediaType.layer
            case .gzip: MediaType.layerGzip
            case .zstd: MediaType.layerZstd
            }
        return Descriptor(mediaType: mediaType, digest: stored.digest, size: stored.size)
    }
}

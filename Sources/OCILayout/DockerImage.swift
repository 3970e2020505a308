import Archive
import Cryptography
import Encodings
import Files
import OCI

/// Makes an OCI manifest of an image in a docker-archive. The bytes follow from the image's content
/// alone, not from the archive's order, compression or times, so the digest is the same anywhere.
struct DockerImage {
    let intake: ArchiveIntake
    let limits: ArchiveLimits

    /// The manifest of `image`, staged, as an entry without a name.
    func manifest(of image: DockerImageList.Image) throws(LayoutError) -> Descriptor {
        let stored = try intake.member(image.config)
        try checkName(of: stored, image.config)
        let bytes = try intake.staging.read(stored.digest, limit: Limits.configSizeMax) ?? []
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
        let blob = try intake.staging.add(manifest.serialized())
        return Descriptor(
            mediaType: MediaType.imageManifest, digest: blob.digest, size: blob.size)
    }

    /// A configuration is named after its digest: `HEX.json`, or `blobs/sha256/HEX`, which the
    /// intake has checked.
    private func checkName(of config: StoredBlob, _ name: String) throws(LayoutError) {
        let base = name.split(separator: "/").last ?? ""
        guard base.utf8.count == 69, base.utf8.suffix(5).elementsEqual(".json".utf8),
            let claimed = try? Digest("sha256:\(base.dropLast(5))")
        else { return }
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
        // configuration says, read back from our own copy.
        let file = try intake.staging.file(stored.digest)
        let (actual, compression) = try expand(file, diffID.algorithm)
        guard actual == diffID else {
            throw .importRefused(.diffID(layer: name, expected: diffID, actual: actual))
        }
        let mediaType =
            switch compression {
            case .none: MediaType.layer
            case .gzip: MediaType.layerGzip
            case .zstd: MediaType.layerZstd
            }
        return Descriptor(mediaType: mediaType, digest: stored.digest, size: stored.size)
    }

    private func expand(_ file: ReadableFile, _ algorithm: Digest.Algorithm)
        throws(LayoutError) -> (Digest, DecompressedFile.Compression)
    {
        let hasher = try LayoutError.hashing { () throws(CryptographyError) in
            try BlobHasher(algorithm)
        }
        do throws(ArchiveError) {
            let bytes = try DecompressedFile(file, limits: limits)
            var buffer = [UInt8](repeating: 0, count: ReadableFile.chunkSize)
            while true {
                let count = try bytes.read(into: &buffer)
                if count == 0 { break }
                hasher.update(buffer.span.extracting(..<count))
            }
            return (hasher.finish(), bytes.compression)
        } catch { throw .archive(error) }
    }
}

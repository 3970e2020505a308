import Encodings
import OCI

extension SignatureManifest {
    /// Reads the bytes of a manifest of any kind.
    public static func read(_ bytes: [UInt8]) -> SignatureManifestReading {
        guard bytes.count <= Limits.manifestSizeMax else {
            return .malformed(.tooLarge(byteCount: bytes.count))
        }
        let value: JSON
        do { value = try JSON(parsing: bytes) } catch { return .malformed(.notJSON(error)) }
        do throws(SignatureManifestFailure) {
            guard let manifest = try read(JSONPlace(value)) else { return .notASignature }
            return .signature(manifest)
        } catch {
            return .malformed(error)
        }
    }

    /// Nil for what is no signature (rules M2 to M4).
    private static func read(_ document: JSONPlace) throws(SignatureManifestFailure)
        -> SignatureManifest?
    {
        do {
            let artifactType = try document.optional("artifactType")?.string()
            if artifactType != nil, artifactType?.isExactly(Self.artifactType) != true {
                return nil
            }
            let mediaType = try document.optional("mediaType")?.string()
            if artifactType != nil, mediaType?.isExactly(MediaType.artifactManifest) == true {
                return try artifactManifest(document)
            }
            guard let place = try document.optional("config") else {
                // An index has no configuration, and is no signature whatever its type says.
                guard artifactType != nil, mediaType?.isExactly(MediaType.imageIndex) != true else {
                    return nil
                }
                throw SignatureManifestFailure.badShape(.missing(path: "config"))
            }
            let form: Form = artifactType == nil ? .legacy : .oci11
            let configType = try place.optional("mediaType")?.string()
            // An image with a configuration of another kind is no signature, however it is made.
            guard form == .oci11 || configType?.isExactly(Self.artifactType) == true else {
                return nil
            }
            return try imageManifest(document, form, Descriptor(place), mediaType)
        } catch let failure as SignatureManifestFailure {
            throw failure
        } catch let error as JSONShapeError {
            throw .badShape(error)
        } catch {
            throw .badShape(.missing(path: ""))
        }
    }

    private static func imageManifest(
        _ document: JSONPlace, _ form: Form, _ config: Descriptor, _ mediaType: String?
    ) throws -> SignatureManifest {
        guard form == .legacy || config.mediaType.isExactly(MediaType.empty) else {
            throw SignatureManifestFailure.config(mediaType: config.mediaType)
        }
        let version = try document.member("schemaVersion").integer()
        guard version == 2 else { throw SignatureManifestFailure.schemaVersion(version) }
        guard let mediaType else { throw JSONShapeError.missing(path: "mediaType") }
        guard mediaType.isExactly(MediaType.imageManifest) else {
            throw SignatureManifestFailure.mediaType(mediaType)
        }
        guard config.size == Int64(configBytes.count),
            config.digest.description == configDigestText
        else { throw SignatureManifestFailure.configContent }
        if let data = try JSONPlace(config.json).optional("data") {
            guard Base64.decode(try data.string()) == configBytes else {
                throw SignatureManifestFailure.configContent
            }
        }
        let layers = try document.member("layers").array()
        guard layers.count == 1 else { throw SignatureManifestFailure.layerCount(layers.count) }
        return SignatureManifest(
            form: form, envelope: try Descriptor(layers[0]),
            subject: try Descriptor(document.member("subject")), config: config,
            annotations: try remarks(document))
    }

    private static func artifactManifest(_ document: JSONPlace) throws -> SignatureManifest {
        let blobs = try document.member("blobs").array()
        guard blobs.count == 1 else { throw SignatureManifestFailure.layerCount(blobs.count) }
        return SignatureManifest(
            form: .artifactManifest, envelope: try Descriptor(blobs[0]),
            subject: try Descriptor(document.member("subject")), config: nil,
            annotations: try remarks(document))
    }

    private static func remarks(_ document: JSONPlace) throws -> [Remark] {
        try document.optional("annotations")?.strings()
            .map { Remark(name: $0.name, value: $0.value) } ?? []
    }
}

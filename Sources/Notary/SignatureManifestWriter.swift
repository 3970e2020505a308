public import Encodings
public import OCI
import X509

extension SignatureManifest {
    /// The forms that Airseal writes.
    public enum WrittenForm: String, Sendable, CaseIterable {
        /// What notation up to 1.3.2 needs to find a signature in a layout (rule M16).
        case legacy
        /// What the specification prefers since OCI 1.1.
        case oci11 = "oci1.1"
    }

    /// The bytes of a manifest over an envelope that was verified, about `subject`.
    ///
    /// Its annotations are the thumbprints of the chain (rule M9, lower case) and the time that was
    /// signed (rule M11). Only type, digest and size of `subject` and `envelope` are written.
    public static func bytes(
        _ form: WrittenForm, envelope: Descriptor, verified: VerifiedEnvelope,
        subject: Descriptor
    ) -> [UInt8] {
        var manifest: JSONObject = [
            "schemaVersion": 2, "mediaType": .string(MediaType.imageManifest),
        ]
        if form == .oci11 { manifest["artifactType"] = .string(artifactType) }
        manifest["config"] = config(form)
        manifest["layers"] = [envelope.plain.json]
        manifest["subject"] = subject.plain.json
        manifest["annotations"] = .object(annotations(of: verified))
        return JSON.object(manifest).serialized()
    }

    /// The annotations of the manifest, which its entry in `index.json` carries too (rule L5).
    public static func annotations(of verified: VerifiedEnvelope) -> JSONObject {
        let thumbprints = verified.chain.certificates.map { JSON.string($0.sha256Fingerprint) }
        let list = String(decoding: JSON.array(thumbprints).serialized(), as: UTF8.self)
        var annotations: JSONObject = [thumbprintAnnotation: .string(list)]
        if let time = verified.attributes.statedTime {
            annotations[Annotation.created] = .string("\(time)")
        }
        return annotations
    }

    private static func config(_ form: WrittenForm) -> JSON {
        let type = form == .legacy ? artifactType : MediaType.empty
        var config: JSONObject = [
            "mediaType": .string(type), "digest": .string(configDigestText),
            "size": .integer(Int64(configBytes.count)),
        ]
        if form == .oci11 { config["data"] = .string(Base64.encode(configBytes)) }
        return .object(config)
    }
}

public import Encodings
public import OCI
import X509

/// The manifest that ties an envelope to the artifact that it is about.
///
/// Nothing in it is signed: it only tells where to look.
///
/// - SeeAlso: Notary signature specification, "Signature manifest"; rules M1 to M15.
public struct SignatureManifest: Sendable, Equatable {
    /// The ways to write a signature manifest.
    public enum Form: String, Sendable, CaseIterable {
        /// By the type of its configuration: what every notation finds in a layout (rules M3, M16).
        case legacy
        /// By its artifact type (rule M2).
        case oci11 = "oci1.1"
        /// As the deprecated OCI artifact manifest; read, never written (rule M15).
        case artifactManifest
    }

    /// The type of a signature, as artifact or as configuration.
    public static let artifactType = "application/vnd.cncf.notary.signature"
    /// The annotation that lists the SHA-256 of each certificate, leaf first; a hint that no
    /// verifier believes (rules M9, M14).
    public static let thumbprintAnnotation = "io.cncf.notary.x509chain.thumbprint#S256"
    /// The configuration's content, `{}`.
    public static let configBytes: [UInt8] = [0x7B, 0x7D]
    /// The digest of the configuration's content (rule M5).
    public static let configDigestText =
        "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"

    /// How the manifest says that it is one.
    public let form: Form
    /// The envelope. Its media type says the format; `SignatureFormat` may not know it (rule M7).
    public let envelope: Descriptor
    /// The artifact that the signature claims to be about.
    public let subject: Descriptor
    /// The configuration; nil in an artifact manifest, which has none.
    public let config: Descriptor?
    /// The annotations, in their order.
    public let annotations: [Remark]

    /// One annotation.
    public struct Remark: Sendable, Equatable {
        /// The name.
        public let name: String
        /// The value.
        public let value: String
    }

    /// The format that the envelope's media type names; nil for any other type (rule M7).
    public var format: SignatureFormat? { SignatureFormat(mediaType: envelope.mediaType) }

    /// Whether the manifest is about `target`: equal in media type, digest and size (rule M8).
    public func isAbout(_ target: Descriptor) -> Bool { subject.names(sameContentAs: target) }
}

/// What a manifest turns out to be.
public enum SignatureManifestReading: Sendable, Equatable {
    /// A signature.
    case signature(SignatureManifest)
    /// Something else, which is no fault (rule M4).
    case notASignature
    /// Something that says to be a signature and breaks a rule.
    case malformed(SignatureManifestFailure)
}

/// What is wrong with a signature manifest.
public enum SignatureManifestFailure: Error, Sendable, Equatable {
    /// More bytes than `Limits.manifestSizeMax`.
    case tooLarge(byteCount: Int)
    /// No acceptable JSON.
    case notJSON(JSONError)
    /// A member is missing or of another type.
    case badShape(JSONShapeError)
    /// `schemaVersion` is not 2 (rule M1).
    case schemaVersion(Int64)
    /// The manifest's own media type is another (rule M1).
    case mediaType(String)
    /// The artifact type of a signature over a configuration of another type than the empty one
    /// (rule M2).
    case config(mediaType: String)
    /// The configuration is not the two bytes `{}` (rule M5).
    case configContent
    /// Not exactly one layer (rule M6).
    case layerCount(Int)
}

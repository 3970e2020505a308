import Encodings

/// What an image runs on: `os/architecture[/variant]`, by Go's names.
///
/// - SeeAlso: OCI image-spec 1.1, image-index.md, "platform".
public struct Platform: Hashable, Sendable, CustomStringConvertible {
    /// The operating system, such as `linux`.
    public let os: String
    /// The processor architecture, such as `amd64`.
    public let architecture: String
    /// What tells processors of one architecture apart, such as `v7`; nil where nothing does.
    public let variant: String?

    /// A platform by its parts.
    public init(os: String, architecture: String, variant: String? = nil) {
        self.os = os
        self.architecture = architecture
        self.variant = variant
    }

    /// Reads `os/architecture[/variant]`; nil for anything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count),
            parts.allSatisfy({ part in
                !part.isEmpty && part.utf8.allSatisfy(Self.isPlain)
            })
        else { return nil }
        self.init(
            os: String(parts[0]), architecture: String(parts[1]),
            variant: parts.count == 3 ? String(parts[2]) : nil)
    }

    private static func isPlain(_ unit: UInt8) -> Bool {
        switch unit {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// Whether an image of `other` is what who asks for this platform wants. Without a variant any
    /// will do, and `arm64` is `arm64/v8` by its other name.
    public func accepts(_ other: Platform) -> Bool {
        guard os.utf8.elementsEqual(other.os.utf8),
            architecture.utf8.elementsEqual(other.architecture.utf8)
        else { return false }
        guard let wanted = plainVariant else { return true }
        return wanted.utf8.elementsEqual((other.plainVariant ?? "").utf8)
    }

    private var plainVariant: String? {
        architecture == "arm64" && variant == "v8" ? nil : variant
    }

    /// `os/architecture` or `os/architecture/variant`.
    public var description: String {
        "\(os)/\(architecture)" + (variant.map { "/\($0)" } ?? "")
    }

    /// What buildx says of an attestation, which runs nowhere.
    public static let unknown = Platform(os: "unknown", architecture: "unknown")
}

extension Descriptor {
    /// The platform that the index names; nil where it names none.
    public var platform: Platform? {
        guard case .object(let platform)? = members["platform"],
            let os = platform.string("os"), let architecture = platform.string("architecture")
        else { return nil }
        return Platform(os: os, architecture: architecture, variant: platform.string("variant"))
    }

    /// Whether an index lists it as an attestation of another of its manifests, as buildx does: a
    /// manifest, for no platform, so that nothing runs it.
    public var isAttestation: Bool {
        self[annotation: Annotation.dockerReferenceType] == "attestation-manifest"
            && platform == .unknown && !MediaType.isIndex(mediaType)
    }

    /// Whether it is a layer that the writer was not free to pass on: it may be missing wherever
    /// the image is whole.
    public var isForeignLayer: Bool { MediaType.isForeignLayer(mediaType) }
}

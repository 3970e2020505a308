import Encodings
public import OCI

/// The artifact that makes a layout a bundle: an image manifest whose two layers are the inventory
/// and the trust capsule.
///
/// - SeeAlso: docs/formats/bundle.md, "The bundle manifest".
public struct BundleManifest: Sendable, Equatable {
    /// The artifact type, by which a bundle is found in `index.json`.
    public static let artifactType = "application/vnd.airseal.bundle.v1"
    /// The media type of the inventory.
    public static let inventoryMediaType = "application/vnd.airseal.bundle.inventory.v1+json"
    /// The media type of the trust capsule.
    public static let capsuleMediaType = "application/vnd.airseal.trust.capsule.v1+json"
    /// The signed metadata that a bundle's signature must carry, and that no image's may.
    public static let purposeKey = "io.airseal.purpose"
    /// The value of that metadata.
    public static let purpose = "bundle"

    /// Where the inventory is.
    public let inventory: Descriptor
    /// Where the trust capsule is.
    public let capsule: Descriptor
    /// Where the two bytes `{}` are.
    public let config: Descriptor

    /// The manifest of these three blobs.
    public init(inventory: Descriptor, capsule: Descriptor, config: Descriptor) {
        self.inventory = inventory
        self.capsule = capsule
        self.config = config
    }

    /// The canonical bytes.
    public var bytes: [UInt8] {
        let document: JSON = [
            "schemaVersion": 2,
            "mediaType": .string(MediaType.imageManifest),
            "artifactType": .string(Self.artifactType),
            "config": config.json,
            "layers": .array([inventory.json, capsule.json]),
        ]
        return document.serialized()
    }

    /// Reads a bundle manifest; anything but the members above is refused.
    public init(parsing bytes: [UInt8]) throws(BundleFormatError) {
        let place: JSONPlace
        do { place = JSONPlace(try JSON(parsing: bytes)) } catch { throw .json(error) }
        do { try self.init(place) } catch { throw .shape(error) }
        guard config.mediaType == MediaType.empty, config.size == 2,
            inventory.mediaType == Self.inventoryMediaType,
            capsule.mediaType == Self.capsuleMediaType
        else { throw .inconsistent(rule: "parts") }
    }

    private init(_ place: JSONPlace) throws(JSONShapeError) {
        try place.onlyMembers(["schemaVersion", "mediaType", "artifactType", "config", "layers"])
        try place.member("schemaVersion").require(2)
        try place.member("mediaType").require(.string(MediaType.imageManifest))
        try place.member("artifactType").require(.string(Self.artifactType))
        config = try Descriptor(place.member("config"))
        let layers = try place.member("layers")
        let parts = try layers.array()
        guard parts.count == 2 else {
            throw .unexpected(path: layers.path, expected: "two layers")
        }
        inventory = try Descriptor(parts[0])
        capsule = try Descriptor(parts[1])
    }
}

extension JSONPlace {
    fileprivate func require(_ value: JSON) throws(JSONShapeError) {
        guard self.value == value else {
            let text = String(decoding: value.serialized(), as: UTF8.self)
            throw .unexpected(path: path, expected: text)
        }
    }
}

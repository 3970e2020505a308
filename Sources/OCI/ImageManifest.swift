public import Encodings

/// An image manifest: a configuration and layers, or an artifact in their clothes.
///
/// - SeeAlso: OCI image-spec 1.1, manifest.md; Docker image manifest version 2, schema 2.
public struct ImageManifest: Sendable, Equatable {
    /// The media type, from the descriptor that led here and checked against the document's own.
    public let mediaType: String
    /// The configuration.
    public let config: Descriptor
    /// The layers, the base first.
    public let layers: [Descriptor]
    /// The manifest that this one says something about.
    public let subject: Descriptor?
    /// Every member as it stood.
    public let members: JSONObject

    /// Reads a manifest.
    ///
    /// - Parameters:
    ///   - bytes: the whole blob.
    ///   - mediaType: what the descriptor says that they are.
    /// - Throws: `DocumentError` for ambiguous JSON, another `schemaVersion` than 2 (rule M1), a
    ///   media type that is not the descriptor's (rule L7), and members of an index.
    public init(parsing bytes: [UInt8], as mediaType: String) throws(DocumentError) {
        guard MediaType.isManifest(mediaType) else { throw .unknownMediaType(mediaType) }
        let place = try JSONPlace.document(bytes)
        do throws(JSONShapeError) { self = try Self(place, as: mediaType) } catch {
            throw .shape(error)
        }
        try place.checkHeader(expected: mediaType, foreign: ["manifests"])
    }

    private init(_ place: JSONPlace, as mediaType: String) throws(JSONShapeError) {
        try place.headerKinds()
        self.mediaType = mediaType
        config = try Descriptor(place.member("config"))
        layers = try place.descriptors("layers")
        subject = try place.optionalDescriptor("subject")
        members = try place.object()
    }

    /// A new OCI manifest. Its bytes follow from the arguments alone, so that the same content has
    /// the same digest everywhere.
    public init(
        config: Descriptor, layers: [Descriptor], artifactType: String? = nil,
        subject: Descriptor? = nil, annotations: [(name: String, value: String)] = []
    ) {
        mediaType = MediaType.imageManifest
        self.config = config
        self.layers = layers
        self.subject = subject
        var members: JSONObject = [
            "schemaVersion": 2, "mediaType": .string(MediaType.imageManifest),
        ]
        if let artifactType { members["artifactType"] = .string(artifactType) }
        members["config"] = config.json
        members["layers"] = .array(layers.map(\.json))
        if let subject { members["subject"] = subject.json }
        if !annotations.isEmpty {
            var object = JSONObject()
            for (name, value) in annotations { object[name] = .string(value) }
            members["annotations"] = .object(object)
        }
        self.members = members
    }

    /// The type of the artifact, where the manifest says it.
    public var artifactType: String? { members.string("artifactType") }

    /// The annotations in their order.
    public var annotations: [(name: String, value: String)] { members.strings("annotations") }

    /// The compact JSON text. For a manifest that was read, the original bytes are what counts.
    public func serialized() -> [UInt8] { JSON.object(members).serialized() }
}

/// The deprecated OCI artifact manifest (rule M15): read, never written.
public struct ArtifactManifest: Sendable, Equatable {
    /// The content.
    public let blobs: [Descriptor]
    /// The manifest that this one says something about.
    public let subject: Descriptor?
    /// Every member as it stood.
    public let members: JSONObject

    /// Reads an artifact manifest.
    public init(parsing bytes: [UInt8]) throws(DocumentError) {
        let place = try JSONPlace.document(bytes)
        do throws(JSONShapeError) { self = try Self(place) } catch { throw .shape(error) }
        guard members.string("mediaType") == MediaType.artifactManifest else {
            throw .mediaType(
                declared: members.string("mediaType"), expected: MediaType.artifactManifest)
        }
    }

    private init(_ place: JSONPlace) throws(JSONShapeError) {
        _ = try place.member("mediaType").string()
        _ = try place.optional("artifactType")?.string()
        _ = try place.optional("annotations")?.strings()
        blobs = try place.optional("blobs") == nil ? [] : place.descriptors("blobs")
        subject = try place.optionalDescriptor("subject")
        members = try place.object()
    }

    /// The type of the artifact.
    public var artifactType: String? { members.string("artifactType") }
}

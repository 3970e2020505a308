public import Encodings

/// An image index: the manifests of several platforms, or of several referrers.
///
/// - SeeAlso: OCI image-spec 1.1, image-index.md; Docker manifest list.
public struct ImageIndex: Sendable, Equatable {
    /// The media type, from the descriptor that led here and checked against the document's own.
    public let mediaType: String
    /// The manifests, in their order.
    public let manifests: [Descriptor]
    /// The manifest that this index says something about.
    public let subject: Descriptor?
    /// Every member as it stood.
    public let members: JSONObject

    /// Reads an index.
    ///
    /// - Parameters:
    ///   - bytes: the whole blob.
    ///   - mediaType: what the descriptor says that they are.
    /// - Throws: `DocumentError`, as for an image manifest.
    public init(parsing bytes: [UInt8], as mediaType: String) throws(DocumentError) {
        guard MediaType.isIndex(mediaType) else { throw .unknownMediaType(mediaType) }
        let place = try JSONPlace.document(bytes)
        do throws(JSONShapeError) { self = try Self(place, as: mediaType) } catch {
            throw .shape(error)
        }
        try place.checkHeader(expected: mediaType, foreign: ["layers", "config"])
    }

    private init(_ place: JSONPlace, as mediaType: String) throws(JSONShapeError) {
        try place.headerKinds()
        self.mediaType = mediaType
        manifests = try place.descriptors("manifests")
        subject = try place.optionalDescriptor("subject")
        members = try place.object()
    }

    /// A new OCI index that lists `manifests`.
    public init(manifests: [Descriptor]) {
        mediaType = MediaType.imageIndex
        self.manifests = manifests
        subject = nil
        members = [
            "schemaVersion": 2, "mediaType": .string(MediaType.imageIndex),
            "manifests": .array(manifests.map(\.json)),
        ]
    }

    /// The same index with other manifests; every other member stays.
    public func listing(_ manifests: [Descriptor]) -> ImageIndex {
        var changed = members
        changed["manifests"] = .array(manifests.map(\.json))
        return ImageIndex(
            mediaType: mediaType, manifests: manifests, subject: subject, members: changed)
    }

    private init(
        mediaType: String, manifests: [Descriptor], subject: Descriptor?, members: JSONObject
    ) {
        self.mediaType = mediaType
        self.manifests = manifests
        self.subject = subject
        self.members = members
    }

    /// The type of the artifact, where the index says it.
    public var artifactType: String? { members.string("artifactType") }

    /// The annotations in their order.
    public var annotations: [(name: String, value: String)] { members.strings("annotations") }

    /// The compact JSON text. For an index that was read, the original bytes are what counts.
    public func serialized() -> [UInt8] { JSON.object(members).serialized() }
}

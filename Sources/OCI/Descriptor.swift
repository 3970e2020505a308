public import Encodings

/// Names a blob: its type, its digest, its size, and what the writer wanted to say of it.
///
/// Members that Airseal does not know are kept and written back.
///
/// - SeeAlso: OCI image-spec 1.1, descriptor.md.
public struct Descriptor: Sendable {
    /// The media type of the content.
    public let mediaType: String
    /// The digest of the content.
    public let digest: Digest
    /// The size of the content, in bytes.
    public let size: Int64
    /// Every member as it stood, the three above included.
    public private(set) var members: JSONObject

    /// A plain descriptor: type, digest, size, and the artifact type if one is given.
    public init(mediaType: String, digest: Digest, size: Int64, artifactType: String? = nil) {
        self.mediaType = mediaType
        self.digest = digest
        self.size = size
        members = [
            "mediaType": .string(mediaType), "digest": .string(digest.description),
            "size": .integer(size),
        ]
        if let artifactType { members["artifactType"] = .string(artifactType) }
    }

    /// Reads a descriptor from a manifest or an index.
    ///
    /// - Throws: `JSONShapeError` when type, digest or size is missing or of another kind, and when
    ///   annotations are no object of strings.
    public init(_ place: JSONPlace) throws(JSONShapeError) {
        mediaType = try place.member("mediaType").string()
        digest = try place.member("digest").digest()
        size = try place.member("size").integer(atLeast: 0)
        members = try place.object()
        _ = try place.optional("artifactType")?.string()
        _ = try place.optional("annotations")?.strings()
    }

    /// The annotations in their order; empty when there are none.
    public var annotations: [(name: String, value: String)] {
        guard case .object(let object)? = members["annotations"] else { return [] }
        return object.members.compactMap { member in
            guard case .string(let value) = member.value else { return nil }
            return (member.name, value)
        }
    }

    /// The annotation called `name`. Setting nil removes it, and an empty list of annotations.
    public subscript(annotation name: String) -> String? {
        get {
            guard case .object(let object)? = members["annotations"],
                case .string(let value)? = object[name]
            else { return nil }
            return value
        }
        set {
            var object = JSONObject()
            if case .object(let present)? = members["annotations"] { object = present }
            object[name] = newValue.map { .string($0) }
            members["annotations"] = object.members.isEmpty ? nil : .object(object)
        }
    }

    /// The type of the artifact, where the writer says it.
    public var artifactType: String? {
        get {
            guard case .string(let type)? = members["artifactType"] else { return nil }
            return type
        }
        set { members["artifactType"] = newValue.map { .string($0) } }
    }

    /// The tag or full name of the entry in `index.json`.
    public var referenceName: String? {
        get { self[annotation: Annotation.referenceName] }
        set { self[annotation: Annotation.referenceName] = newValue }
    }

    /// The same content without annotations or other remarks: what may be signed (rules P3 and U6).
    public var plain: Descriptor {
        Descriptor(mediaType: mediaType, digest: digest, size: size)
    }

    /// Whether both name the same content in the same way: type, digest and size (rule M8).
    public func names(sameContentAs other: Descriptor) -> Bool {
        mediaType.utf8.elementsEqual(other.mediaType.utf8) && digest == other.digest
            && size == other.size
    }

    /// Whether both have the same name, byte for byte, or neither has one.
    public func isNamed(like other: Descriptor) -> Bool {
        referenceName.map { Array($0.utf8) } == other.referenceName.map { Array($0.utf8) }
    }

    /// The descriptor as it is written.
    public var json: JSON { .object(members) }
}

extension Descriptor: Equatable {
    /// Two descriptors that are written alike: the members hold all the rest.
    public static func == (left: Descriptor, right: Descriptor) -> Bool {
        left.members == right.members
    }
}

extension Sequence<Descriptor> {
    /// What the sizes come to, in bytes. Nobody has looked at the blobs: where they claim more than
    /// the largest number, that number.
    public var claimedByteCount: Int64 {
        reduce(0) { sum, descriptor in
            let (total, isTooMuch) = sum.addingReportingOverflow(descriptor.size)
            return isTooMuch ? .max : total
        }
    }
}

/// Annotation names of the OCI image specification.
public enum Annotation {
    /// The tag or full name of an entry in `index.json`.
    public static let referenceName = "org.opencontainers.image.ref.name"
    /// The digest of the subject of a referrer's entry: image-spec pull request 1171, read only.
    public static let referrerSubject = "org.opencontainers.image.referrer.subject"
    /// What a manifest in an index of buildx is to another one there.
    public static let dockerReferenceType = "vnd.docker.reference.type"
    /// When an artifact was made, RFC 3339.
    public static let created = "org.opencontainers.image.created"
}

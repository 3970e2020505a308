public import Encodings
internal import Notary

/// A list of images to sign: `sign --from`.
///
/// - SeeAlso: docs/formats/signing-list.md.
public struct SigningList: Sendable {
    /// One image.
    public struct Item: Sendable {
        /// The image as it is named.
        public let reference: String
        /// What its signature says besides; nil for what the request says.
        public let metadata: [(name: String, value: String)]?
        /// How long its signature counts, in seconds; nil for what the request says.
        public let lifetimeSeconds: Int64?
    }

    /// Largest file read, in bytes: a hundred thousand images with some metadata.
    public static let byteCountMax: Int64 = 64 << 20
    /// Most images in one list.
    public static let countMax = 100_000

    /// The images, in their order.
    public let items: [Item]

    /// Reads the text of a list.
    public init(parsing bytes: [UInt8]) throws(SigningListError) {
        let document: JSON
        do { document = try JSON(parsing: bytes) } catch { throw .notJSON(error) }
        do throws(JSONShapeError) {
            let places = try JSONPlace(document).array()
            guard places.count <= Self.countMax else {
                throw .unexpected(
                    path: "the list", expected: "at most \(Self.countMax) images")
            }
            var items: [Item] = []
            for place in places { items.append(try Item(place)) }
            self.items = items
        } catch { throw .shape(error) }
    }
}

extension SigningList.Item {
    fileprivate init(_ place: JSONPlace) throws(JSONShapeError) {
        try place.onlyMembers(["reference", "metadata", "expiry"])
        let reference = try place.member("reference")
        self.reference = try reference.string()
        guard !self.reference.isEmpty else {
            throw .unexpected(path: reference.path, expected: "a reference")
        }
        if let metadata = try place.optional("metadata") {
            self.metadata = try Self.metadata(metadata)
        } else {
            metadata = nil
        }
        if let expiry = try place.optional("expiry") {
            guard let lifetime = Lifetime(try expiry.string()) else {
                throw .unexpected(
                    path: expiry.path, expected: "a number with s, m, h or d, such as 90d")
            }
            lifetimeSeconds = lifetime.seconds
        } else {
            lifetimeSeconds = nil
        }
    }

    private static func metadata(_ place: JSONPlace) throws(JSONShapeError)
        -> [(name: String, value: String)]
    {
        let pairs = try place.strings()
        for (name, value) in pairs {
            guard !name.isEmpty, !value.isEmpty else {
                throw .unexpected(path: place.path, expected: "names and values that are not empty")
            }
            guard !SigningMetadata.isReserved(name) else {
                throw .unexpected(
                    path: place.path,
                    expected: "names that do not begin with io.cncf.notary or io.airseal.")
            }
        }
        return pairs
    }
}

/// Why a list of images to sign is none.
public enum SigningListError: Error, Equatable {
    /// No acceptable JSON.
    case notJSON(JSONError)
    /// JSON, and no list of images.
    case shape(JSONShapeError)
}

/// The names that metadata of an image may not have (rule U2): the specification's own, and ours,
/// which tell our artifacts from images.
enum SigningMetadata {
    static let ownPrefix = "io.airseal."

    static func isReserved(_ name: String) -> Bool {
        name.utf8.starts(with: ownPrefix.utf8) || name.utf8.starts(with: "io.cncf.notary".utf8)
    }
}

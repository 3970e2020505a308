public import Encodings
public import Trust

/// A list of images to export: `export --from`.
///
/// - SeeAlso: docs/formats/export-list.md.
public struct ExportList: Sendable {
    /// One image.
    public struct Item: Sendable {
        /// The image as it is named.
        public let reference: String
        /// The repository that it belongs to; nil where its name, or the request, says.
        public let repository: RegistryScope?
    }

    /// Largest file read, in bytes.
    public static let byteCountMax: Int64 = 64 << 20
    /// Most images in one list.
    public static let countMax = 100_000

    /// The images, in their order.
    public let items: [Item]

    /// Reads the text of a list.
    public init(parsing bytes: [UInt8]) throws(ExportListError) {
        let document: JSON
        do { document = try JSON(parsing: bytes) } catch { throw .notJSON(error) }
        do throws(JSONShapeError) {
            let places = try JSONPlace(document).array()
            guard (1...Self.countMax).contains(places.count) else {
                throw .unexpected(path: "the list", expected: "1 to \(Self.countMax) images")
            }
            var items: [Item] = []
            for place in places { items.append(try Item(place)) }
            self.items = items
        } catch { throw .shape(error) }
    }
}

extension ExportList.Item {
    fileprivate init(_ place: JSONPlace) throws(JSONShapeError) {
        try place.onlyMembers(["reference", "repository"])
        let reference = try place.member("reference")
        self.reference = try reference.string()
        guard !self.reference.isEmpty else {
            throw .unexpected(path: reference.path, expected: "a reference")
        }
        repository = try place.optional("repository")?.repository()
    }
}

/// Why a list of images to export is none.
public enum ExportListError: Error, Equatable {
    /// No acceptable JSON.
    case notJSON(JSONError)
    /// JSON, and no list of images.
    case shape(JSONShapeError)
}

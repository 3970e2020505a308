import Encodings

/// `manifest.json` of a docker-archive: images by the names of the archive's members.
public struct DockerImageList: Sendable, Equatable {
    /// One image.
    public struct Image: Sendable, Equatable {
        /// The member that is the configuration.
        public let config: String
        /// Full names, such as `registry.example/app:v1`; empty for an image without any.
        public let names: [String]
        /// The members that are the layers, the base first.
        public let layers: [String]
    }

    /// The images, in their order.
    public let images: [Image]

    /// Reads a `manifest.json`. Members that Airseal does not know are passed over.
    public init(parsing bytes: [UInt8]) throws(DocumentError) {
        let place = try JSONPlace.document(bytes)
        do throws(JSONShapeError) {
            var list: [Image] = []
            for item in try place.array() {
                list.append(
                    Image(
                        config: try item.member("Config").string(),
                        names: try Self.strings(item, "RepoTags"),
                        layers: try Self.strings(item, "Layers")))
            }
            images = list
        } catch { throw .shape(error) }
    }

    /// Docker writes null for an empty list.
    private static func strings(_ place: JSONPlace, _ name: String) throws(JSONShapeError)
        -> [String]
    {
        guard let list = try place.optional(name), list.value != .null else { return [] }
        var texts: [String] = []
        for item in try list.array() { texts.append(try item.string()) }
        return texts
    }
}

import Encodings
public import Files

/// Keys under names, as notation keeps them in `signingkeys.json`: files, and keys of plugins.
///
/// - SeeAlso: docs/formats/signing-keys.md.
public struct SigningKeys: Sendable {
    /// One key.
    public struct Key: Sendable, Equatable {
        /// What stands behind the name.
        public enum Source: Sendable, Equatable {
            /// A file with the key and one with the chain.
            case files(keyPath: String, certificatePath: String)
            /// A key that a plugin signs with.
            case plugin(name: String)
        }

        /// The name.
        public let name: String
        /// What stands behind it.
        public let source: Source
    }

    /// The file's name in a configuration folder.
    public static let fileName = "signingkeys.json"
    /// Largest file read, in bytes.
    private static let byteCountMax: Int64 = 1 << 20
    /// Most keys in one file.
    private static let countMax = 1000

    /// Where the file is, for messages.
    public let path: String
    /// The name of the key that is meant where none is named.
    public let defaultName: String?
    /// The keys, by unique names.
    public let keys: [Key]

    /// Reads the file in the first of `folders` that has one.
    ///
    /// - Throws: `.noSigningKeys` where none has.
    public init(in folders: [String], _ files: FileSystem) throws(ConfigurationError) {
        let paths = folders.map { "\($0)/\(Self.fileName)" }
        guard let path = paths.first(where: { files.kind(at: $0) != nil }) else {
            throw .noSigningKeys(paths: paths)
        }
        let bytes = try ConfigurationError.files { () throws(FileError) in
            try files.file(at: path).readAll(limit: Self.byteCountMax)
        }
        let document: JSON
        do throws(JSONError) { document = try JSON(parsing: bytes) } catch {
            throw .json(path: path, error)
        }
        do throws(JSONShapeError) {
            (defaultName, keys) = try Self.read(JSONPlace(document))
        } catch { throw .shape(path: path, error) }
        self.path = path
    }

    /// The key called `name`, or the default one.
    public func key(_ name: String?) throws(ConfigurationError) -> Key {
        guard let wanted = name ?? defaultName else { throw .noDefaultSigningKey(path: path) }
        guard let key = keys.first(where: { $0.name.utf8.elementsEqual(wanted.utf8) }) else {
            throw .noSigningKey(path: path, name: wanted, present: keys.map(\.name))
        }
        return key
    }

    private static func read(_ place: JSONPlace) throws(JSONShapeError) -> (String?, [Key]) {
        try place.onlyMembers(["default", "keys"])
        var defaultName: String?
        if let named = try place.optional("default"), case .string = named.value {
            defaultName = try named.string()
        } else if let named = try place.optional("default"), named.value != .null {
            throw .unexpected(path: named.path, expected: "a string or null")
        }
        let places = try place.member("keys").array()
        guard places.count <= countMax else {
            throw .unexpected(path: "keys", expected: "at most \(countMax) keys")
        }
        var keys: [Key] = []
        for place in places {
            let key = try Key(place)
            guard !keys.contains(where: { $0.name.utf8.elementsEqual(key.name.utf8) }) else {
                throw .unexpected(path: "\(place.path).name", expected: "a name of its own")
            }
            keys.append(key)
        }
        return (defaultName, keys)
    }
}

extension SigningKeys.Key {
    fileprivate init(_ place: JSONPlace) throws(JSONShapeError) {
        try place.onlyMembers([
            "name", "keyPath", "certPath", "id", "pluginName", "pluginConfig",
        ])
        let name = try place.member("name")
        self.name = try name.string()
        guard !self.name.isEmpty else {
            throw .unexpected(path: name.path, expected: "a name that is not empty")
        }
        if let plugin = try place.optional("pluginName") {
            _ = try place.member("id").string()
            source = .plugin(name: try plugin.string())
        } else {
            source = .files(
                keyPath: try Self.absolutePath(place.member("keyPath")),
                certificatePath: try Self.absolutePath(place.member("certPath")))
        }
    }

    /// A path that means the same wherever the program is started.
    private static func absolutePath(_ place: JSONPlace) throws(JSONShapeError) -> String {
        let path = try place.string()
        guard path.hasPrefix("/") else {
            throw .unexpected(path: place.path, expected: "an absolute path")
        }
        return path
    }
}

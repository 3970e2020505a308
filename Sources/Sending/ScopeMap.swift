public import Encodings
public import OCI
public import Trust

/// Which repository each image of a layout belongs to, where its name does not say: `export
/// --scope-map`.
///
/// - SeeAlso: docs/formats/scope-map.md.
public struct ScopeMap: Sendable {
    /// What an entry is about.
    public enum Subject: Sendable {
        /// The image of this name.
        case name(ReferenceName)
        /// Every image whose name fits.
        case pattern(NamePattern)
        /// The image of this digest.
        case digest(Digest)
    }

    /// One entry.
    public struct Entry: Sendable {
        /// What it is about.
        public let subject: Subject
        /// The repository.
        public let repository: RegistryScope
    }

    /// Largest file read, in bytes: a hundred thousand entries.
    public static let byteCountMax: Int64 = 64 << 20
    /// Most entries in one map.
    public static let countMax = 100_000

    /// The entries, in their order.
    public let entries: [Entry]
    private let names: [ReferenceName: RegistryScope]
    private let digests: [Digest: RegistryScope]
    private let patterns: [(pattern: NamePattern, repository: RegistryScope)]

    /// Reads the text of a map.
    public init(parsing bytes: [UInt8]) throws(ScopeMapError) {
        let document: JSON
        do { document = try JSON(parsing: bytes) } catch { throw .notJSON(error) }
        var entries: [Entry] = []
        do throws(JSONShapeError) {
            let places = try JSONPlace(document).array()
            guard places.count <= Self.countMax else {
                throw .unexpected(path: "the map", expected: "at most \(Self.countMax) entries")
            }
            for place in places { entries.append(try Entry(place)) }
        } catch { throw .shape(error) }
        var names: [ReferenceName: RegistryScope] = [:]
        var digests: [Digest: RegistryScope] = [:]
        var patterns: [(NamePattern, RegistryScope)] = []
        for entry in entries {
            switch entry.subject {
            case .name(let name):
                guard names.updateValue(entry.repository, forKey: name) == nil else {
                    throw .twice(name.description)
                }
            case .digest(let digest):
                guard digests.updateValue(entry.repository, forKey: digest) == nil else {
                    throw .twice(digest.description)
                }
            case .pattern(let pattern): patterns.append((pattern, entry.repository))
            }
        }
        self.entries = entries
        self.names = names
        self.digests = digests
        self.patterns = patterns
    }

    /// The repository that the map gives an image by its very name or digest: the name goes first.
    func exactRepository(of descriptor: Descriptor) -> RegistryScope? {
        if let name = descriptor.referenceName.flatMap({ ReferenceName($0) }),
            let repository = names[name]
        {
            return repository
        }
        return digests[descriptor.digest]
    }

    /// The repository that the map gives an image: by name, by digest, else by the first pattern.
    func repository(of descriptor: Descriptor) -> RegistryScope? {
        if let repository = exactRepository(of: descriptor) { return repository }
        guard let name = descriptor.referenceName else { return nil }
        return patterns.first { $0.pattern.matches(name) }?.repository
    }
}

extension ScopeMap.Entry {
    fileprivate init(_ place: JSONPlace) throws(JSONShapeError) {
        try place.onlyMembers(["name", "pattern", "digest", "repository"])
        repository = try place.member("repository").repository()
        let name = try place.optional("name")
        let pattern = try place.optional("pattern")
        let digest = try place.optional("digest")
        switch (name, pattern, digest) {
        case (let name?, nil, nil):
            guard let found = ReferenceName(try name.string()) else {
                throw .unexpected(path: name.path, expected: "a tag or full image name")
            }
            subject = .name(found)
        case (nil, let pattern?, nil):
            guard let found = NamePattern(try pattern.string()) else {
                throw .unexpected(path: pattern.path, expected: "a pattern")
            }
            subject = .pattern(found)
        case (nil, nil, let digest?): subject = .digest(try digest.digest())
        default:
            throw .unexpected(path: place.path, expected: "one of name, pattern and digest")
        }
    }
}

extension JSONPlace {
    /// The value as a registry scope.
    func repository() throws(JSONShapeError) -> RegistryScope {
        let text = try string()
        do throws(RegistryScopeError) { return try RegistryScope(text) } catch {
            throw .unexpected(path: path, expected: "a repository such as site.example/app")
        }
    }
}

/// Why a map of repositories is none.
public enum ScopeMapError: Error, Equatable {
    /// No acceptable JSON.
    case notJSON(JSONError)
    /// JSON, and no map.
    case shape(JSONShapeError)
    /// A name or digest stands in it twice.
    case twice(String)
}

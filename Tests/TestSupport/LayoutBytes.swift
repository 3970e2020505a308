public import Files

/// A layout as nothing but files with their bytes. It is what mutation tests change and compare
/// with; none of our code that reads layouts takes part, so it can judge that code.
public struct LayoutBytes: Sendable, Equatable {
    /// The bytes of each file, by its path below the layout.
    public var files: [String: [UInt8]] = [:]

    /// Every file below `folder`.
    public init(reading folder: Folder) throws { try read(folder, below: "") }

    private mutating func read(_ folder: Folder, below path: String) throws {
        for entry in try folder.entries() {
            switch entry.kind {
            case .file:
                files[path + entry.name] = try folder.file(entry.name).readAll(limit: 1 << 30)
            case .folder: try read(folder.folder(entry.name), below: "\(path)\(entry.name)/")
            case .other: continue
            }
        }
    }

    /// Puts every file into a folder of the box. Nothing is brought onto the medium: a test has
    /// time for a thousand layouts only without that.
    public func write(to name: String, in box: Box) throws {
        let root = try box.folder(name)
        for (path, bytes) in files {
            var folder = root
            let parts = path.split(separator: "/")
            for part in parts.dropLast() { folder = try folder.makeFolder(String(part)) }
            try folder.create(String(parts.last ?? "")).write(bytes)
        }
    }

    /// The blobs, by their digests `sha256:…`.
    public var digests: [String] {
        files.keys.compactMap { path in
            let parts = path.split(separator: "/")
            return parts.count == 3 && parts[0] == "blobs" ? "\(parts[1]):\(parts[2])" : nil
        }.sorted()
    }

    /// Where the blob lies.
    public static func path(_ digest: String) -> String {
        "blobs/\(digest.split(separator: ":").joined(separator: "/"))"
    }

    /// The digests that a text names, wherever they stand in it: no reader of JSON decides what
    /// counts.
    public static func named(in bytes: [UInt8]) -> [String] {
        guard bytes.first == UInt8(ascii: "{") else { return [] }
        let text = String(decoding: bytes, as: UTF8.self)
        return text.split(separator: "\"").filter {
            ($0.hasPrefix("sha256:") && $0.utf8.count == 7 + 64)
                || ($0.hasPrefix("sha512:") && $0.utf8.count == 7 + 128)
        }.map(String.init)
    }

    /// The paths of everything that is here and that the blob `digest` leads to, itself included.
    public func closure(of digest: String) -> Set<String> {
        var found: Set<String> = []
        var open = [digest]
        while let digest = open.popLast() {
            let path = Self.path(digest)
            guard let bytes = files[path], found.insert(path).inserted else { continue }
            open += Self.named(in: bytes)
        }
        return found
    }
}

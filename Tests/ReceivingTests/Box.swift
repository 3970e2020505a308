import Files

/// A temporary folder that goes when the test ends.
final class Box: Sendable {
    let root: String
    private let parent: Folder
    private let name: String

    init() throws {
        parent = try FileSystem.real.folder(at: "/tmp")
        name = TemporaryName.next(for: "test")
        _ = try parent.makeFolder(name)
        root = "/tmp/\(name)"
    }

    deinit { try? parent.removeTree(name) }

    func path(_ name: String) -> String { "\(root)/\(name)" }

    @discardableResult
    func folder(_ name: String = ".") throws -> Folder {
        try FileSystem.real.makeFolder(at: path(name))
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        let slash = name.lastIndex(of: "/")
        let inner = try slash.map { try folder(String(name[..<$0])) } ?? folder()
        let last = slash.map { String(name[name.index(after: $0)...]) } ?? name
        try inner.replace(last, with: bytes)
    }

    func read(_ name: String) throws -> [UInt8] {
        try FileSystem.real.file(at: path(name)).readAll(limit: 1 << 30)
    }

    func remove(_ name: String) throws {
        guard let slash = name.lastIndex(of: "/") else { return try folder().removeTree(name) }
        try folder(String(name[..<slash])).removeTree(String(name[name.index(after: slash)...]))
    }
}

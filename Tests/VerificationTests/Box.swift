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
    func folder(_ name: String) throws -> Folder {
        try FileSystem.real.makeFolder(at: path(name))
    }

    /// Puts a file into the box, its folders made on the way.
    func write(_ bytes: [UInt8], to name: String) throws {
        let slash = name.lastIndex(of: "/")
        let inner = try slash.map { try folder(String(name[..<$0])) } ?? folder(".")
        let last = slash.map { String(name[name.index(after: $0)...]) } ?? name
        try? inner.remove(last)
        try inner.create(last).write(bytes)
    }
}

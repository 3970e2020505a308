import Files

/// A folder with everything in it, or a file, as a value.
enum Tree: Hashable, Sendable {
    case file([UInt8])
    case folder([String: Tree])

    /// What is in `folder` now. Locks and permissions are no part of it.
    init(reading folder: Folder) throws {
        var inner: [String: Tree] = [:]
        for entry in try folder.entries() {
            inner[entry.name] =
                switch entry.kind {
                case .folder: try Tree(reading: folder.folder(entry.name))
                default: .file(try folder.file(entry.name).readAll(limit: 64 << 20))
                }
        }
        self = .folder(inner)
    }

    /// Puts everything into `folder`, which must be empty.
    func write(into folder: Folder) throws {
        guard case .folder(let inner) = self else { return }
        for (name, tree) in inner {
            switch tree {
            case .file(let bytes): try folder.create(name).write(bytes)
            case .folder: try tree.write(into: folder.makeFolder(name))
            }
        }
    }

    /// The paths of everything below, in byte order, folders with a slash at their end.
    var paths: [String] {
        guard case .folder(let inner) = self else { return [] }
        return inner.sorted { $0.key < $1.key }.flatMap { name, tree in
            if case .file = tree { return [name] }
            return ["\(name)/"] + tree.paths.map { "\(name)/\($0)" }
        }
    }
}

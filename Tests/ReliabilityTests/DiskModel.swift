import Files
import TestSupport

/// What POSIX promises of a disk, and no more: a file's bytes are durable as of the last fsync of
/// the file, a name as of the last fsync of its folder. Real file systems keep more; the code must
/// not count on it.
struct DiskModel {
    /// What becomes of what was not synchronised.
    enum Loss: Hashable, Sendable {
        /// Nothing is lost: the process ended, and the system goes on.
        case nothing
        /// All of it is lost.
        case everything
        /// Names were written in time, contents were not: files of no length, or of the old one.
        case contents
        /// Some of it, by chance.
        case some
    }

    private struct File {
        var bytes: [UInt8]
        var durable: [UInt8]
        var isSynchronised: Bool { bytes == durable }
    }

    /// A change of names in one folder that is not durable yet.
    private enum Change {
        case set(String, Int)
        case remove(String)
        case move(from: String, to: String, Int)
    }

    private struct Inner {
        var names: [String: Int] = [:]
        var durable: [String: Int] = [:]
        var changes: [Change] = []

        mutating func apply(_ change: Change, durably: Bool = false) {
            func apply(to names: inout [String: Int]) {
                switch change {
                case .set(let name, let node): names[name] = node
                case .remove(let name): names[name] = nil
                case .move(let name, let target, let node):
                    names[name] = nil
                    names[target] = node
                }
            }
            if durably { return apply(to: &durable) }
            apply(to: &names)
            changes.append(change)
        }
    }

    private enum Node {
        case file(File)
        case folder(Inner)
    }

    private let rootPath: String
    private var nodes: [Node] = []

    /// A disk that holds `tree` at `rootPath`, all of it durable.
    init(_ tree: Tree, at rootPath: String) {
        self.rootPath = rootPath
        _ = add(tree)
    }

    private mutating func add(_ tree: Tree) -> Int {
        let number = nodes.count
        switch tree {
        case .file(let bytes): nodes.append(.file(File(bytes: bytes, durable: bytes)))
        case .folder(let inner):
            nodes.append(.folder(Inner()))
            let names = inner.mapValues { add($0) }
            nodes[number] = .folder(Inner(names: names, durable: names))
        }
        return number
    }

    // MARK: Operations

    /// An operation that this model cannot follow: the recording is not what was done.
    struct Lost: Error {
        let operation: FileOperation
    }

    /// Does what the system did.
    mutating func apply(_ operation: FileOperation) throws {
        switch operation {
        case .create(let path): try make(.file(File(bytes: [], durable: [])), path, operation)
        case .makeFolder(let path): try make(.folder(Inner()), path, operation)
        case .write(let path, let bytes):
            try change(path, operation) { $0.bytes += bytes }
        case .truncate(let path, let size):
            try change(path, operation) { $0.bytes = Array($0.bytes.prefix(Int(size))) }
        case .synchronise(let path): try synchronise(path, operation)
        case .synchroniseAll: for node in nodes.indices { synchronise(node) }
        case .rename(let from, let to): try move(from, to, operation)
        case .link(let from, let to):
            guard let node = node(from), let (above, name) = place(to) else {
                throw Lost(operation: operation)
            }
            apply(.set(name, node), in: above)
        case .remove(let path):
            guard let (above, name) = place(path) else { throw Lost(operation: operation) }
            guard let node = names(above)[name] else { return }
            // The system refuses to remove a folder that is not empty.
            if case .folder(let inner) = nodes[node], !inner.names.isEmpty { return }
            apply(.remove(name), in: above)
        case .read: return
        }
    }

    private mutating func make(_ node: Node, _ path: String, _ operation: FileOperation) throws {
        guard let (above, name) = place(path) else { throw Lost(operation: operation) }
        guard names(above)[name] == nil else { return }
        nodes.append(node)
        apply(.set(name, nodes.count - 1), in: above)
    }

    private mutating func change(
        _ path: String, _ operation: FileOperation, _ body: (inout File) -> Void
    ) throws {
        guard let node = node(path), case .file(var file) = nodes[node] else {
            throw Lost(operation: operation)
        }
        body(&file)
        nodes[node] = .file(file)
    }

    private mutating func synchronise(_ path: String, _ operation: FileOperation) throws {
        guard let node = node(path) else { throw Lost(operation: operation) }
        synchronise(node)
    }

    private mutating func synchronise(_ node: Int) {
        switch nodes[node] {
        case .file(var file):
            file.durable = file.bytes
            nodes[node] = .file(file)
        case .folder(let inner):
            nodes[node] = .folder(Inner(names: inner.names, durable: inner.names))
        }
    }

    private mutating func move(_ from: String, _ to: String, _ operation: FileOperation) throws {
        guard let (source, name) = place(from), let (target, newName) = place(to),
            let node = names(source)[name]
        else { throw Lost(operation: operation) }
        guard source != target else {
            return apply(.move(from: name, to: newName, node), in: source)
        }
        apply(.set(newName, node), in: target)
        apply(.remove(name), in: source)
    }

    private mutating func apply(_ change: Change, in folder: Int) {
        guard case .folder(var inner) = nodes[folder] else { return }
        inner.apply(change)
        nodes[folder] = .folder(inner)
    }

    // MARK: Paths

    private func names(_ folder: Int) -> [String: Int] {
        guard case .folder(let inner) = nodes[folder] else { return [:] }
        return inner.names
    }

    private func node(_ path: String) -> Int? {
        guard path.hasPrefix(rootPath) else { return nil }
        var node = 0
        for name in path.dropFirst(rootPath.count).split(separator: "/") {
            guard let next = names(node)[String(name)] else { return nil }
            node = next
        }
        return node
    }

    private func place(_ path: String) -> (above: Int, name: String)? {
        guard let slash = path.lastIndex(of: "/"), let above = node(String(path[..<slash]))
        else { return nil }
        return (above, String(path[path.index(after: slash)...]))
    }

    // MARK: Cuts

    /// What is on the disk if it goes on from here after `loss`.
    func tree(after loss: Loss, by random: inout SeededRandom) -> Tree {
        tree(0, loss, &random)
    }

    private func tree(_ node: Int, _ loss: Loss, _ random: inout SeededRandom) -> Tree {
        switch nodes[node] {
        case .file(let file): return .file(Self.bytes(of: file, loss, &random))
        case .folder(let inner):
            var names: [String: Int]
            switch loss {
            case .nothing, .contents: names = inner.names
            case .everything: names = inner.durable
            case .some:
                var kept = inner
                for change in inner.changes where Bool.random(using: &random) {
                    kept.apply(change, durably: true)
                }
                names = kept.durable
            }
            // In one order, so that a seed gives one tree.
            var trees: [String: Tree] = [:]
            for (name, node) in names.sorted(by: { $0.key < $1.key }) {
                trees[name] = tree(node, loss, &random)
            }
            return .folder(trees)
        }
    }

    private static func bytes(
        of file: File, _ loss: Loss, _ random: inout SeededRandom
    ) -> [UInt8] {
        switch loss {
        case .nothing: return file.bytes
        case .everything, .contents: return file.durable
        case .some:
            guard !file.isSynchronised else { return file.bytes }
            let count = Int.random(in: 0...file.bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: return file.durable
            case 1: return file.bytes
            case 2: return Array(file.bytes.prefix(max(count, file.durable.count)))
            // The length came in time, the bytes did not.
            default:
                let known = max(count, min(file.durable.count, file.bytes.count))
                return file.bytes.prefix(known)
                    + [UInt8](repeating: 0, count: file.bytes.count - known)
            }
        }
    }
}

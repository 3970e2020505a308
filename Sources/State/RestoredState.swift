internal import Files

/// A state that takes the place of the one that is there, in one step.
///
/// All of it is written to a folder on the side, which is renamed to `restoring`: that is the step. What
/// is there then is made a copy of it, file by file, and `restoring` goes. Whoever opens the state next
/// does what a run that died left of this. What was there before is copied to `replaced/NUMBER` first.
struct RestoredState {
    static let restoringName = "restoring"
    static let replacedName = "replaced"

    private let folder: Folder
    private static let chunkSize = 1 << 20

    /// What is to be done in the state at `folder`.
    init(in folder: Folder) { self.folder = folder }

    /// Finishes what a run that died has begun; nothing where none has.
    func settle() throws(FileError) {
        guard try folder.kind(of: Self.restoringName) != nil else { return }
        let lock = try FolderLock.acquire(folder)
        defer { withExtendedLifetime(lock) {} }
        try finish()
    }

    /// Copies what is there to the next number, unless the last one is that copy: of a run that went
    /// no further.
    func keep() throws(FileError) {
        let replaced = try folder.makeDurableFolder(Self.replacedName, mode: 0o700)
        for entry in try replaced.entries() where TemporaryName.matches(entry.name) {
            try replaced.removeTree(entry)
        }
        let last = try replaced.entries().compactMap { Int64($0.name) }.max() ?? 0
        if last > 0, try Self.isCopy(replaced.folder("\(last)"), of: folder, isRoot: true) {
            return try replaced.synchronise()
        }
        let stage = TemporaryName.next(for: "kept")
        let copy = try replaced.makeFolder(stage, mode: 0o700)
        try Self.copy(folder, to: copy, isRoot: true)
        try replaced.rename(stage, to: "\(last + 1)")
        try replaced.synchronise()
    }

    /// Makes `stage` the state, by who holds the lock of the folder.
    func commit(_ stage: String) throws(FileError) {
        try folder.rename(stage, to: Self.restoringName)
        try finish()
    }

    /// Does what is left, by who holds the lock of the folder. It can be repeated.
    private func finish() throws(FileError) {
        guard try folder.kind(of: Self.restoringName) != nil else { return }
        // Nothing may go before what takes its place is durable.
        try folder.synchronise()
        let new = try folder.folder(Self.restoringName)
        for entry in try folder.entries() where !Self.stays(entry.name) {
            guard try new.kind(of: entry.name) != .file || entry.kind != .file else { continue }
            try folder.removeTree(entry)
        }
        try Self.copy(new, to: folder, isRoot: false)
        let done = TemporaryName.next(for: Self.restoringName)
        try folder.rename(Self.restoringName, to: done)
        try folder.synchronise()
        // What stays behind is swept.
        try? folder.removeTree(done)
    }

    /// What is no part of the state itself.
    private static func stays(_ name: String) -> Bool {
        [restoringName, replacedName].contains(name) || TemporaryName.matches(name)
    }

    // MARK: Copies

    /// Writes every file below `source` below `target`, and brings it onto the medium. At the root of
    /// a state some is no part of it.
    private static func copy(_ source: Folder, to target: Folder, isRoot: Bool) throws(FileError) {
        for entry in try source.entries() where !(isRoot && stays(entry.name)) {
            switch entry.kind {
            case .folder:
                let inner = try target.makeDurableFolder(entry.name, mode: 0o700)
                try copy(try source.folder(entry), to: inner, isRoot: false)
            case .file: try copy(entry, of: source, to: target)
            case .other: continue
            }
        }
        try target.synchronise()
    }

    private static func copy(_ entry: FolderEntry, of source: Folder, to target: Folder)
        throws(FileError)
    {
        let stage = TemporaryName.next(for: entry.name)
        let file = try target.create(stage, mode: 0o600)
        do throws(FileError) {
            let bytes = try source.file(entry)
            var buffer = [UInt8](repeating: 0, count: chunkSize)
            while true {
                let count = try bytes.read(into: &buffer)
                guard count > 0 else { break }
                try file.write(buffer.span.extracting(..<count))
            }
            try file.synchronise()
            try target.rename(stage, to: entry.name)
        } catch {
            // The first error is the one to report; what stays behind is swept.
            try? target.remove(stage)
            throw error
        }
    }

    /// Whether both hold the same files.
    private static func isCopy(_ copy: Folder, of source: Folder, isRoot: Bool) throws(FileError)
        -> Bool
    {
        let wanted = try source.entries().filter {
            $0.kind != .other && !(isRoot && stays($0.name))
        }
        let found = try copy.entries()
        guard found.map(\.name) == wanted.map(\.name), found.map(\.kind) == wanted.map(\.kind),
            found.map(\.size) == wanted.map(\.size)
        else { return false }
        for (entry, other) in zip(wanted, found) {
            switch entry.kind {
            case .folder:
                let inner = try copy.folder(other)
                guard try isCopy(inner, of: source.folder(entry), isRoot: false) else {
                    return false
                }
            case .file:
                guard try isSame(copy.file(other), source.file(entry)) else { return false }
            case .other: continue
            }
        }
        return true
    }

    private static func isSame(_ one: ReadableFile, _ other: ReadableFile) throws(FileError)
        -> Bool
    {
        let size = one.size ?? 0
        var position: Int64 = 0
        while position < size {
            let count = Int(min(size - position, Int64(chunkSize)))
            let bytes = try one.read(from: position, count: count)
            guard try other.read(from: position, count: count) == bytes else { return false }
            position += Int64(count)
        }
        return true
    }
}

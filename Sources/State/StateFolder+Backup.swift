internal import Archive
internal import Cryptography
public import Encodings
public import Files
internal import SystemPackage

extension StateFolder {
    /// Writes everything that must not be lost into one file at `path`, in one step, for its owner
    /// only.
    ///
    /// What is under way must have ended. What others change meanwhile is read again, so the backup
    /// is the state of one moment.
    ///
    /// - Parameters:
    ///   - path: where the file goes.
    ///   - site: this site's name.
    ///   - time: when that is.
    ///   - replacing: whether a file that stands there may go.
    ///   - files: where `path` leads.
    /// - Returns: what was written.
    /// - Throws: where nothing was written.
    public func backUp(
        to path: String, of site: SiteName?, at time: Timestamp, replacing: Bool,
        on files: FileSystem
    ) throws(StateBackupError) -> StateBackup {
        let (above, name) = try Self.onFiles { () throws(FileError) in try files.place(of: path) }
        let (target, own) = try Self.onFiles { () throws(FileError) in
            (try files.futurePath(of: path), try files.absolutePath(of: folder.path))
        }
        guard !target.utf8.starts(with: "\(own)/".utf8) else { throw .ontoState(path: path) }
        let kind = try Self.onFiles { () throws(FileError) in try above.kind(of: name) }
        guard kind == nil || kind == .file && replacing else { throw .taken(path: path) }
        for _ in 0..<Self.attemptCountMax {
            let before = try snapshot()
            let backup = try StateBackup(
                site: site, created: time.wholeSeconds,
                files: try before.map {
                    seen throws(StateBackupError) in
                    StateBackup.File(
                        path: seen.path, size: seen.size, digest: try digest(of: seen))
                })
            let stage = TemporaryName.next(for: name)
            do throws(StateBackupError) {
                try write(backup, to: stage, in: above)
                guard try snapshot().map(\.mark) == before.map(\.mark) else {
                    try? above.remove(stage)
                    continue
                }
                try Self.onFiles { () throws(FileError) in
                    try above.rename(stage, to: name)
                    try above.synchronise()
                }
            } catch {
                // The first error is the one to report.
                try? above.remove(stage)
                throw error
            }
            return backup
        }
        throw .changing
    }

    private static let attemptCountMax = 8

    // MARK: What is there

    private struct Seen {
        let path: String
        let components: [String]
        let size: Int64
        let mark: String
    }

    /// Every file that is backed up, as it stands now.
    private func snapshot() throws(StateBackupError) -> [Seen] {
        let intents = try Self.onState { () throws(StateError) in try journal().intents() }
        guard intents.isEmpty else { throw .underWay(intents.map(\.kind)) }
        var found: [Seen] = []
        func walk(_ folder: Folder, _ above: [String]) throws(FileError) {
            for entry in try folder.entries() {
                let components = above + [entry.name]
                guard !TemporaryName.matches(entry.name),
                    !(above.isEmpty && StateBackup.leftOut.contains(entry.name))
                else { continue }
                switch entry.kind {
                case .folder: try walk(try folder.folder(entry), components)
                case .file where Self.isLock(entry): continue
                case .file:
                    found.append(
                        Seen(
                            path: components.joined(separator: "/"), components: components,
                            size: entry.size ?? 0,
                            mark: try folder.identity(of: entry.name) ?? ""))
                case .other: throw .wrongKind(path: "\(folder.path)/\(entry.name)")
                }
            }
        }
        try Self.onFiles { () throws(FileError) in try walk(folder, []) }
        return found.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// A file that is there only to be locked.
    private static func isLock(_ entry: FolderEntry) -> Bool {
        entry.name == "turn" && entry.size == 0
    }

    private func open(_ components: [String]) throws(FileError) -> ReadableFile {
        var folder = folder
        for name in components.dropLast() { folder = try folder.folder(name) }
        return try folder.file(components.last ?? "")
    }

    private func digest(of seen: Seen) throws(StateBackupError) -> Digest {
        let hasher: BlobHasher
        do throws(CryptographyError) { hasher = try BlobHasher(.sha256) } catch {
            throw .state(.hashUnavailable)
        }
        try read(seen.components, seen.size) { bytes throws(StateBackupError) in
            hasher.update(bytes)
        }
        return hasher.finish()
    }

    /// Hands the first `size` bytes of a file on.
    private func read(
        _ components: [String], _ size: Int64,
        _ body: (Span<UInt8>) throws(StateBackupError) -> Void
    ) throws(StateBackupError) {
        let file = try Self.onFiles { () throws(FileError) in try open(components) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var rest = size
        while rest > 0 {
            let count = try Self.onFiles { () throws(FileError) in try file.read(into: &buffer) }
            // Shorter than it was: somebody changes it, and that is found out later.
            guard count > 0 else { throw .changing }
            let taken = Int(min(Int64(count), rest))
            try body(buffer.span.extracting(..<taken))
            rest -= Int64(taken)
        }
    }

    private func write(_ backup: StateBackup, to name: String, in above: Folder)
        throws(StateBackupError)
    {
        let file = try Self.onFiles { () throws(FileError) in
            try above.create(name, mode: 0o600)
        }
        let writer = try Self.onArchive { () throws(ArchiveError) in try ArchiveWriter(file) }
        try Self.onArchive { () throws(ArchiveError) in
            try writer.add(StateBackup.manifestName, backup.manifest)
        }
        for entry in backup.files {
            let member = StateBackup.prefix + entry.path
            try Self.onArchive { () throws(ArchiveError) in
                try writer.begin(member, size: entry.size)
            }
            let components = entry.path.split(separator: "/").map(String.init)
            try read(components, entry.size) { bytes throws(StateBackupError) in
                try Self.onArchive { () throws(ArchiveError) in try writer.write(bytes) }
            }
        }
        try Self.onArchive { () throws(ArchiveError) in
            try writer.add(StateBackup.sumsName, backup.sums)
            try writer.finish()
        }
        try Self.onFiles { () throws(FileError) in try file.synchronise() }
    }

    // MARK: Errors

    static func onFiles<T>(_ body: () throws(FileError) -> T) throws(StateBackupError) -> T {
        do throws(FileError) { return try body() } catch { throw .file(error) }
    }

    static func onState<T>(_ body: () throws(StateError) -> T) throws(StateBackupError) -> T {
        do throws(StateError) { return try body() } catch { throw .state(error) }
    }

    private static func onArchive<T>(_ body: () throws(ArchiveError) -> T)
        throws(StateBackupError) -> T
    {
        do throws(ArchiveError) { return try body() } catch {
            if case .file(let error) = error { throw .file(error) }
            throw .archive
        }
    }
}

internal import Archive
public import Audit
internal import Cryptography
public import Encodings
public import Files

/// What a backup brings, and what becomes of it here.
public struct StateImport: Sendable {
    /// The backup.
    public let backup: StateBackup
    /// The lines of its audit record.
    public let recordCount: Int64
    /// The hash of its last line; nil where it has none.
    public let head: Digest?
    /// The hash of the last line of the record that it takes the place of; nil where there was none, or
    /// its chain is broken.
    public let replacedHead: Digest?
    /// The destinations whose streams begin anew.
    public let freshStreams: [SiteName]
    /// The destinations whose streams go on.
    public let keptStreams: [SiteName]
    /// How far the streams of origins were taken when the backup was made.
    public let marks: [(origin: SiteName, sequence: Int64)]
}

extension StateFolder {
    /// Whether a run that restored another state at `path` has left its end to whoever opens the
    /// state next.
    public static func isUnsettled(at path: String, in files: FileSystem) -> Bool {
        files.kind(at: "\(path)/\(RestoredState.restoringName)") != nil
    }

    /// Makes the backup at `path` the state, in one step.
    ///
    /// Numbers that went out after the backup was made must not be used again. Nobody here knows
    /// them, so every stream begins anew, with a name that the far side must accept; the counter of
    /// trust capsules leaves room for those that were sent.
    ///
    /// - Parameters:
    ///   - path: the backup.
    ///   - site: this site's name.
    ///   - replacing: whether it may take the place of a state that is there, which is kept.
    ///   - continuing: whether somebody vouches that nothing was sent since the backup.
    ///   - files: where `path` leads.
    ///   - randomness: names streams.
    ///   - event: what the record says of it.
    /// - Returns: what was taken.
    /// - Throws: `.refused`, and where the state cannot be written; it is as it was then.
    public func take(
        _ path: String, of site: SiteName?, replacing: Bool, continuing: Bool,
        on files: FileSystem, _ randomness: Randomness,
        event: (StateImport) -> AuditEvent
    ) throws(StateBackupError) -> StateImport {
        let lock = try Self.onFiles { () throws(FileError) in try FolderLock.acquire(folder) }
        defer { withExtendedLifetime(lock) {} }
        folder.sweepTrees()
        let isEmpty = try isEmpty()
        guard replacing || isEmpty else { throw .refused(.notEmpty) }
        try checkNobodyWorks()
        let restored = RestoredState(in: folder)
        let stage = TemporaryName.next(for: RestoredState.restoringName)
        do throws(StateBackupError) {
            let new = try Self.onFiles { () throws(FileError) in
                try folder.makeFolder(stage, mode: 0o700)
            }
            let source = try BackupSource(path, on: files)
            guard source.backup.site == site else {
                throw .refused(.foreign(source.backup.site, own: site))
            }
            try source.unpack(into: new)
            let taken = try StateFolder(opened: new).adopt(
                source.backup, continuing: continuing, replacing: head(), randomness)
            do throws(AuditError) {
                _ = try AuditLog(in: new).append(event(taken))
            } catch { throw .audit(error) }
            try Self.onFiles { () throws(FileError) in
                try new.synchronise()
                if !isEmpty { try restored.keep() }
                try restored.commit(stage)
            }
            return taken
        } catch {
            // The first error is the one to report; after the step there is no such name.
            try? folder.removeTree(stage)
            throw error
        }
    }

    // MARK: What is here

    private func isEmpty() throws(StateBackupError) -> Bool {
        func isEmpty(_ folder: Folder) throws(FileError) -> Bool {
            for entry in try folder.entries() where !TemporaryName.matches(entry.name) {
                guard entry.kind == .folder, try isEmpty(folder.folder(entry)) else {
                    return false
                }
            }
            return true
        }
        return try Self.onFiles { () throws(FileError) in try isEmpty(folder) }
    }

    /// Whoever exports or receives holds a turn, and would go on in the state that is put aside.
    private func checkNobodyWorks() throws(StateBackupError) {
        for area in ["sending", "receiving"] {
            for site in try sites(in: area) {
                _ = try Self.onState { () throws(StateError) in
                    try StreamTurn.take(in: site.folder, patience: .none)
                }
            }
        }
    }

    /// The sites with a folder in one of the two areas.
    private func sites(in area: String) throws(StateBackupError)
        -> [(name: SiteName, folder: Folder)]
    {
        try Self.onFiles { () throws(FileError) in
            guard try folder.kind(of: area) == .folder else { return [] }
            let above = try folder.folder(area)
            var found: [(SiteName, Folder)] = []
            for entry in try above.entries() where entry.kind == .folder {
                guard let name = try? SiteName(entry.name) else { continue }
                found.append((name, try above.folder(entry)))
            }
            return found
        }
    }

    private func head() -> Digest? {
        guard case .intact(_, let head, _)? = try? audit.verify() else { return nil }
        return head
    }

    // MARK: What comes

    /// Checks that all of a state that was unpacked can be used, and lets nothing go out twice.
    private func adopt(
        _ backup: StateBackup, continuing: Bool, replacing head: Digest?, _ randomness: Randomness
    ) throws(StateBackupError) -> StateImport {
        let verdict: AuditVerdict
        do throws(AuditError) { verdict = try audit.verify() } catch { throw .audit(error) }
        guard case .intact(let count, let last, _) = verdict else {
            throw .refused(.damaged(AuditLog.fileName))
        }
        do throws(StateError) { _ = try floors() } catch { throw Self.refusal(error) }
        var marks: [(SiteName, Int64)] = []
        for site in try sites(in: "receiving") {
            let store = ReceivingStore(site.name, in: site.folder)
            do throws(StateError) {
                marks.append((site.name, try store.state().sequence))
                _ = try capsuleMark(of: site.name)
            } catch .missing { continue } catch { throw Self.refusal(error) }
        }
        var streams: [SiteName] = []
        for site in try sites(in: "sending") {
            let store = SendingStore(site.name, in: site.folder)
            do throws(StateError) {
                let state = try store.state()
                if let pending = state.pending { _ = try store.parts(of: pending) }
                if !continuing { try restart(site.name, in: site.folder, randomness) }
            } catch .missing { continue } catch { throw Self.refusal(error) }
            streams.append(site.name)
        }
        if !continuing {
            do throws(StateError) { try leaveRoomForCapsules() } catch {
                throw Self.refusal(error)
            }
        }
        return StateImport(
            backup: backup, recordCount: count, head: last, replacedHead: head,
            freshStreams: continuing ? [] : streams, keptStreams: continuing ? streams : [],
            marks: marks)
    }

    /// What is wrong with a file of the backup is the backup's fault.
    private static func refusal(_ error: StateError) -> StateBackupError {
        switch error {
        case .damaged(let path): .refused(.damaged(path))
        case .unknownVersion(_, let version): .refused(.unsupportedVersion("\(version)"))
        case .partsDamaged(let site, _): .refused(.damaged("sending/\(site)"))
        default: .state(error)
        }
    }

    /// A stream under another name, without what was under way: it may have gone out.
    private func restart(_ destination: SiteName, in folder: Folder, _ randomness: Randomness)
        throws(StateError)
    {
        guard let stream = StreamID(Hex.encode(randomness.bytes(16))) else { return }
        let fresh = SendingState(
            stream: stream, next: 1, previous: nil, pending: nil, voids: [], acknowledged: 0)
        try StateDocument(folder: folder, name: "state.json").write(
            fresh.members(destination: destination))
        try onDisk { () throws(FileError) in
            for entry in try folder.entries() where entry.kind == .folder {
                try folder.removeTree(entry)
            }
            try folder.synchronise()
        }
    }
}

/// A backup on its medium, read once from front to back.
private struct BackupSource {
    let backup: StateBackup
    private let reader: ArchiveReader

    init(_ path: String, on files: FileSystem) throws(StateBackupError) {
        let file = try StateFolder.onFiles { () throws(FileError) in try files.file(at: path) }
        let entry: ArchiveEntry?
        do throws(ArchiveError) {
            reader = try ArchiveReader(file)
            entry = try reader.next()
        } catch { throw Self.failure(error) }
        guard let entry, entry.name == StateBackup.manifestName, entry.kind == .file,
            reader.bodyOffset != nil
        else { throw .refused(.notABackup) }
        let manifest: [UInt8]
        do throws(ArchiveError) {
            manifest = try reader.readAll(limit: StateBackup.manifestByteCountMax)
        } catch { throw Self.failure(error) }
        backup = try StateBackup(parsing: manifest)
    }

    /// Writes every file below `folder`, each checked, and looks for the end.
    func unpack(into folder: Folder) throws(StateBackupError) {
        for file in backup.files {
            try expect(StateBackup.prefix + file.path, size: file.size)
            try unpack(file, into: folder)
        }
        try expect(StateBackup.sumsName, size: Int64(backup.sums.count))
        let isWhole: Bool
        do throws(ArchiveError) {
            let sums = try reader.readAll(limit: Int64(backup.sums.count))
            let extra = try reader.next()
            isWhole = sums == backup.sums && extra == nil
        } catch { throw Self.failure(error) }
        guard isWhole else { throw .refused(.damaged(StateBackup.sumsName)) }
    }

    private func expect(_ name: String, size: Int64) throws(StateBackupError) {
        let entry: ArchiveEntry?
        do throws(ArchiveError) { entry = try reader.next() } catch { throw Self.failure(error) }
        guard let entry, entry.name == name, entry.kind == .file, entry.size == size else {
            throw .refused(.damaged(name))
        }
    }

    private func unpack(_ file: StateBackup.File, into folder: Folder) throws(StateBackupError) {
        let hasher: BlobHasher
        do throws(CryptographyError) { hasher = try BlobHasher(.sha256) } catch {
            throw .state(.hashUnavailable)
        }
        var components = file.path.split(separator: "/").map(String.init)
        let name = components.removeLast()
        let (target, out) = try StateFolder.onFiles { () throws(FileError) in
            var target = folder
            for component in components {
                target = try target.makeDurableFolder(component, mode: 0o700)
            }
            return (target, try target.create(name, mode: 0o600))
        }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count: Int
            do throws(ArchiveError) { count = try reader.read(into: &buffer) } catch {
                throw Self.failure(error)
            }
            guard count > 0 else { break }
            hasher.update(buffer.span.extracting(..<count))
            try StateFolder.onFiles { () throws(FileError) in
                try out.write(Array(buffer[..<count]))
            }
        }
        guard hasher.finish() == file.digest else { throw .refused(.damaged(file.path)) }
        try StateFolder.onFiles { () throws(FileError) in
            try out.synchronise()
            try target.synchronise()
        }
    }

    private static func failure(_ error: ArchiveError) -> StateBackupError {
        switch error {
        case .file(let error): .file(error)
        case .notAnArchive: .refused(.notABackup)
        default: .refused(.damaged("the archive"))
        }
    }
}

extension Folder {
    /// Removes what runs that died left unfinished, folders too.
    fileprivate func sweepTrees() {
        guard let entries = try? entries() else { return }
        for entry in entries where TemporaryName.matches(entry.name) {
            // Tidying up must not fail what the operator asked for.
            try? removeTree(entry)
        }
    }
}

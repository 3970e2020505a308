internal import Audit
internal import Configuration
public import Encodings
internal import Files
public import State

/// A state that took the place of the one that was here.
public struct StateImportRequest: Sendable {
    /// The backup.
    public var source: String
    /// Whether a state that is here may go; it is kept beside.
    public var isReplacing = false
    /// Whether somebody vouches that nothing was sent since the backup was made.
    public var isContinuing = false
    /// Why, in the operator's words, for the record.
    public var reason: String?

    /// A request for the backup at `source`.
    public init(_ source: String) { self.source = source }
}

/// A backup that was written.
public struct StateExportReport: Sendable {
    /// What it holds.
    public let backup: StateBackup
    /// The lines of its audit record.
    public let recordCount: Int64
    /// The hash of the last one; nil where there is none.
    public let head: Digest?
}

extension Site {
    /// Writes the state into one file at `path`, after a line in the record that says so.
    ///
    /// - Throws: `StateBackupError`; `AuditReadingError.noState` where there is no state.
    public func exportState(to path: String, replacing: Bool) throws -> StateExportReport {
        guard let state = try existingState() else {
            throw AuditReadingError.noState(path: statePath)
        }
        let own = try ownName()
        var backup: StateBackup?
        try recorded("state-export", ["file": .string(path)]) {
            backup = try state.backUp(
                to: path, of: own, at: clock.now, replacing: replacing, on: files)
        }
        guard let backup else { throw StateBackupError.changing }
        guard case .intact(let count, let head, _) = try state.audit.verify() else {
            return StateExportReport(backup: backup, recordCount: 0, head: nil)
        }
        return StateExportReport(backup: backup, recordCount: count, head: head)
    }

    /// Makes a backup the state of this site, in one step.
    ///
    /// - Throws: `StateBackupError`; a state that is here stays as it is then.
    public func importState(_ request: StateImportRequest) throws -> StateImport {
        let own = try ownName()
        return try state().take(
            request.source, of: own, replacing: request.isReplacing,
            continuing: request.isContinuing, on: files, randomness
        ) { taken in
            event(
                "state-import",
                [
                    "file": .string(request.source),
                    "backup": .string(taken.backup.digest.description),
                    "created": .string(taken.backup.created.description),
                    "replacedHead": taken.replacedHead.map { .string($0.description) } ?? .null,
                    "freshStreams": .array(taken.freshStreams.map { .string($0.text) }),
                    "keptStreams": .array(taken.keptStreams.map { .string($0.text) }),
                    "reason": request.reason.map { .string($0) } ?? .null,
                ])
        }
    }

    /// This site's name, where it has a home and a name.
    private func ownName() throws -> SiteName? {
        files.kind(at: homePath) == .folder ? try home().ownName() : nil
    }
}

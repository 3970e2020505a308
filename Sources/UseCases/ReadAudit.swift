public import Audit
public import Encodings
internal import Files
internal import State

/// Which lines of the audit record are wanted: those for which everything that is set holds.
public struct AuditSelection: Sendable {
    /// Where to begin.
    public enum Start: Sendable, Equatable {
        /// With the line of this number.
        case line(Int64)
        /// With what happened at this time or later.
        case time(Timestamp)
    }

    /// Where to begin; nil for the first line.
    public var since: Start?
    /// What it must be: `sign`, `export`, …
    public var kind: String?
    /// Which operation it must be of.
    public var operation: OperationID?

    /// Every line.
    public init() {}

    /// Whether `record` is wanted.
    func takes(_ record: AuditRecord) -> Bool {
        let hasBegun =
            switch since {
            case nil: true
            case .line(let number)?: record.sequence >= number
            case .time(let time)?: record.event.time >= time
            }
        return hasBegun && (kind.map { $0.utf8.elementsEqual(record.event.kind.utf8) } ?? true)
            && (operation.map { $0 == record.event.operation } ?? true)
    }
}

/// What a walk along the audit record found.
public struct AuditReport: Sendable {
    /// Where the record is.
    public let path: String
    /// Whether the chain holds.
    public let verdict: AuditVerdict
    /// The line whose hash was asked for; nil where there is none, or nothing was asked for.
    public let lineOfHead: Int64?
}

/// Why an audit record cannot be read.
public enum AuditReadingError: Error, Equatable {
    /// There is no state at this path, so nobody can say what its record holds.
    case noState(path: String)
    /// There is no record in the state: nothing was ever done here, or it was taken away.
    case noRecord(path: String)
}

extension Site {
    /// Walks the audit record from its first line to its last, and calls `visit` with each line that
    /// is wanted and holds. Writes nothing, so it can read a copy on a read-only medium.
    ///
    /// - Parameters:
    ///   - selection: which lines.
    ///   - head: a hash that was noted elsewhere, and that must be some line's.
    ///   - visit: is given the lines, in their order.
    /// - Returns: whether the chain holds, and where `head` stands.
    /// - Throws: `.noState` or `.noRecord` where there is none: a record that nobody began, or that
    ///   somebody took away, must not pass for an empty one.
    public func readAudit(
        _ selection: AuditSelection = AuditSelection(), head: Digest? = nil,
        _ visit: (AuditRecord) -> Void = { _ in }
    ) throws -> AuditReport {
        guard files.kind(at: statePath) == .folder else {
            throw AuditReadingError.noState(path: statePath)
        }
        if StateFolder.isUnsettled(at: statePath, in: files) { _ = try state() }
        var lineOfHead: Int64?
        let folder = try files.folder(at: statePath)
        guard try folder.kind(of: AuditLog.fileName) != nil else {
            throw AuditReadingError.noRecord(path: "\(statePath)/\(AuditLog.fileName)")
        }
        let log = AuditLog(in: folder)
        let verdict = try log.verify { record in
            if record.hash == head { lineOfHead = record.sequence }
            if selection.takes(record) { visit(record) }
        }
        return AuditReport(
            path: "\(statePath)/\(AuditLog.fileName)", verdict: verdict, lineOfHead: lineOfHead)
    }
}

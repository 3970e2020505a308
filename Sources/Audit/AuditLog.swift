public import Files

/// The audit record of one machine: a file to which lines are added and from which none is taken.
///
/// - SeeAlso: docs/architecture.md; the format is that of `AuditRecord`.
public struct AuditLog: Sendable {
    /// The file's name in its folder.
    public static let fileName = "audit.jsonl"

    let folder: Folder

    /// The record in `folder`; the file appears with its first line.
    public init(in folder: Folder) {
        self.folder = folder
    }

    /// Adds a record of an operation that this run has begun, and returns when it is on the medium.
    ///
    /// Only the file's end is read, however long the file is. A line that a crash has left
    /// unfinished was never promised to anybody, and is cut off.
    ///
    /// - Returns: the record; the one that is there when the last lines hold the operation already.
    /// - Throws: `.damaged` when the file does not end in a record; nothing is added then.
    public func append(_ event: AuditEvent) throws(AuditError) -> AuditRecord {
        try append(event) { _, _ in nil }
    }

    /// Adds the records of operations that this run has begun, in one write, and returns when all of
    /// them are on the medium: a batch of a thousand costs what one record costs.
    ///
    /// After a failure some of them, from the first on, may be there.
    ///
    /// - Throws: as `append`; `.recordTooLong` before anything is written.
    public func append(_ events: [AuditEvent]) throws(AuditError) {
        guard !events.isEmpty else { return }
        let (file, _, tail) = try open()
        var last = tail.records.last
        var lines: [UInt8] = []
        for event in events
        where !tail.records.contains(where: { $0.event.operation == event.operation }) {
            let record = try AuditRecord(after: last, event)
            lines += try Self.line(of: record)
            last = record
        }
        try write(lines, behind: tail, to: file)
    }

    /// Finds out whether a record could be added: before anything else is done that asks for one.
    public func checkEnd() throws(AuditError) { _ = try open() }

    /// Adds the record of an operation that an earlier run began, unless that run added it.
    ///
    /// Reads the whole file, so it is for the start after a crash.
    public func resume(_ event: AuditEvent) throws(AuditError) -> AuditRecord {
        try append(event) { file, end throws(AuditError) in
            var lines = AuditLines(file, end: end)
            while let line = try lines.next() {
                guard let record = AuditRecord(line: line) else {
                    throw .damaged(path: file.path)
                }
                if record.event.operation == event.operation { return record }
            }
            return nil
        }
    }

    /// Adds the records of several operations that an earlier run began, but for those that it
    /// added. Reads the whole file once; all of them are on the medium when this returns.
    public func resume(_ events: [AuditEvent]) throws(AuditError) {
        let present = try present(Set(events.map(\.operation)))
        try append(events.filter { !present.contains($0.operation) })
        guard !present.isEmpty else { return }
        // The run that wrote them may have died before this.
        try onDisk { () throws(FileError) in
            try folder.append(Self.fileName, mode: 0o600).synchronise()
            try folder.synchronise()
        }
    }

    /// Which of `operations` have a record. Reads the whole file.
    public func present(_ operations: Set<OperationID>) throws(AuditError) -> Set<OperationID> {
        var present: Set<OperationID> = []
        _ = try verify { record in
            let operation = record.event.operation
            if operations.contains(operation) { present.insert(operation) }
        }
        return present
    }

    private func append(
        _ event: AuditEvent,
        unless find: (ReadableFile, _ end: Int64) throws(AuditError) -> AuditRecord?
    ) throws(AuditError) -> AuditRecord {
        let (file, reader, tail) = try open()
        let last = tail.records.last
        var known = tail.records.first { $0.event.operation == event.operation }
        if known == nil { known = try find(reader, tail.end) }
        let record = if let known { known } else { try AuditRecord(after: last, event) }
        // Also where the record was there: the run that wrote it may have died before it was durable.
        try write(known == nil ? try Self.line(of: record) : [], behind: tail, to: file)
        return record
    }

    /// The file, held against other writers, and its end.
    private func open() throws(AuditError) -> (WritableFile, ReadableFile, AuditTail) {
        let opened = try onDisk { () throws(FileError) in
            let file = try folder.append(Self.fileName, mode: 0o600)
            try file.lock()
            let reader = try folder.file(Self.fileName)
            return (file, reader, try AuditTail(of: reader))
        }
        guard opened.2.isSound else { throw .damaged(path: opened.0.path) }
        return opened
    }

    private static func line(of record: AuditRecord) throws(AuditError) -> [UInt8] {
        let line = record.line() + [UInt8(ascii: "\n")]
        guard line.count <= AuditRecord.byteCountMax else {
            throw .recordTooLong(byteCount: line.count)
        }
        return line
    }

    /// Adds whole lines, if any, and makes what is there durable.
    private func write(_ lines: [UInt8], behind tail: AuditTail, to file: WritableFile)
        throws(AuditError)
    {
        try onDisk { () throws(FileError) in
            if !lines.isEmpty {
                if tail.end < tail.size { try file.truncate(to: tail.end) }
                try file.write(lines)
            }
            try file.synchronise()
            // The name, too: it may be the first record.
            try folder.synchronise()
        }
    }

    private func onDisk<Result>(_ body: () throws(FileError) -> Result) throws(AuditError)
        -> Result
    {
        do throws(FileError) { return try body() } catch { throw .file(error) }
    }
}

/// The end of the file: its last whole records, and where they end.
struct AuditTail {
    /// Records looked at: enough to know a step that was repeated at once.
    private static let recordCountMax = 8
    /// First a few kilobytes, which hold some common lines; then room for the longest line behind
    /// the end of another, and for as long an unfinished one.
    private static let windows: [Int64] = [16 << 10, Int64(2 * AuditRecord.byteCountMax + 1)]

    /// Whole records in the last bytes, in order; not all of the file's.
    private(set) var records: [AuditRecord] = []
    /// Where the last whole line ends, in bytes from the start.
    private(set) var end: Int64 = 0
    /// The file's size, in bytes: beyond `end` lies an unfinished line.
    let size: Int64
    /// The last whole lines are records, and what follows may be the start of one.
    private(set) var isSound = false

    init(of file: ReadableFile) throws(FileError) {
        size = file.size ?? 0
        for window in Self.windows {
            let start = max(0, size - window)
            if read(try file.read(from: start, count: Int(size - start)), from: start) { return }
        }
    }

    /// Takes what stands at the end of the file; false when a larger piece is needed to tell.
    private mutating func read(_ bytes: [UInt8], from start: Int64) -> Bool {
        let newline = UInt8(ascii: "\n")
        guard let last = bytes.lastIndex(of: newline) else {
            // No line at all: the first one is unfinished, or this is no record.
            isSound = start == 0 && bytes.count < AuditRecord.byteCountMax
            return start == 0
        }
        var lines = bytes[..<last].split(separator: newline, omittingEmptySubsequences: false)
        // The first piece may be the end of a line.
        if start > 0 { lines.removeFirst() }
        guard !lines.isEmpty else { return false }
        end = start + Int64(last) + 1
        isSound = size - end < Int64(AuditRecord.byteCountMax)
        for line in lines.suffix(Self.recordCountMax).reversed() {
            guard let record = AuditRecord(line: Array(line)),
                records.first.map({ $0.follows(record) }) ?? true
            else {
                isSound = false
                return true
            }
            records.insert(record, at: 0)
        }
        return true
    }
}

extension AuditRecord {
    /// This record stands directly behind `other`.
    func follows(_ other: AuditRecord) -> Bool {
        sequence == other.sequence + 1 && previous == other.hash
    }
}

public import Encodings
internal import Files

/// What a walk along the whole chain found.
public enum AuditVerdict: Sendable, Equatable {
    /// Every line follows from the one before. Whoever keeps `head` elsewhere will see any later
    /// change of these lines.
    case intact(recordCount: Int64, head: Digest?, unfinishedByteCount: Int64)
    /// The line, counted from 1, is no record, or does not follow the line before.
    case broken(line: Int64)
}

extension AuditLog {
    /// Walks the chain from its first line. Calls `visit` with each record that holds.
    ///
    /// - Throws: `.file` when the file cannot be read. A file that is not there holds no lines.
    public func verify(_ visit: (AuditRecord) -> Void = { _ in }) throws(AuditError)
        -> AuditVerdict
    {
        let file: ReadableFile
        let size: Int64
        do throws(FileError) {
            guard try folder.kind(of: Self.fileName) != nil else {
                return .intact(recordCount: 0, head: nil, unfinishedByteCount: 0)
            }
            file = try folder.file(Self.fileName)
            size = file.size ?? 0
        } catch { throw .file(error) }
        var lines = AuditLines(file, end: size)
        var last: AuditRecord?
        var read: Int64 = 0
        while let line = try lines.next() {
            let number = (last?.sequence ?? 0) + 1
            guard let record = AuditRecord(line: line),
                last.map(record.follows) ?? (record.sequence == 1 && record.previous == nil)
            else { return .broken(line: number) }
            visit(record)
            read += Int64(line.count) + 1
            last = record
        }
        guard size - read <= Int64(AuditRecord.byteCountMax) else {
            return .broken(line: (last?.sequence ?? 0) + 1)
        }
        return .intact(
            recordCount: last?.sequence ?? 0, head: last?.hash, unfinishedByteCount: size - read)
    }
}

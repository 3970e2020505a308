internal import Files

/// Reads the whole lines of an audit record, one after the other, in bounded memory.
struct AuditLines {
    private let file: ReadableFile
    private let end: Int64
    private var position: Int64 = 0
    private var pending: [UInt8] = []
    private var consumed = 0
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    /// The lines in the first `end` bytes of `file`.
    init(_ file: ReadableFile, end: Int64) {
        self.file = file
        self.end = end
    }

    /// The next line without its end; nil behind the last. A line that is too long comes cut, and
    /// so is no record.
    mutating func next() throws(AuditError) -> [UInt8]? {
        while true {
            if let newline = pending[consumed...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { consumed = newline + 1 }
                return Array(pending[consumed..<newline])
            }
            pending.removeFirst(consumed)
            consumed = 0
            guard pending.count <= AuditRecord.byteCountMax else {
                defer { pending = [] }
                return pending
            }
            guard position < end else { return nil }
            do throws(FileError) {
                if position == 0 { try file.seek(to: 0) }
                let count = try file.read(into: &buffer)
                guard count > 0 else { return nil }
                let taken = Int(min(Int64(count), end - position))
                pending.append(contentsOf: buffer[..<taken])
                position += Int64(taken)
            } catch { throw .file(error) }
        }
    }
}

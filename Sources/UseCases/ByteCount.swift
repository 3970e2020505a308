internal import Files
internal import OCILayout

extension Site {
    /// How many bytes a verb reads that reads each of `references` once.
    ///
    /// - Parameters:
    ///   - references: archives and layouts as they were named.
    ///   - withLayouts: whether all of a layout's blobs are read; otherwise a layout makes the
    ///     amount unknown.
    /// - Returns: the bytes; nil where that cannot be known before.
    public static func byteCount(of references: [String], withLayouts: Bool) -> Int64? {
        var total: Int64 = 0
        for text in references {
            guard let reference = try? Reference(parsing: text, in: .real),
                let count = byteCount(at: reference.path, withLayouts: withLayouts)
            else { return nil }
            total += count
        }
        return total
    }

    private static func byteCount(at path: String, withLayouts: Bool) -> Int64? {
        guard path != "-" else { return nil }
        if FileSystem.real.kind(at: path) == .folder {
            guard withLayouts, let blobs = try? Layout(at: path).blobs() else { return nil }
            return blobs.reduce(0) { $0 + $1.size }
        }
        return (try? FileSystem.real.file(at: path))?.size
    }
}

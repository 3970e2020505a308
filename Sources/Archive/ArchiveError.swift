public import Files

/// Why an archive cannot be read or written. Names are escaped: they come from the medium.
public enum ArchiveError: Error, Equatable {
    /// The file system refused.
    case file(FileError)
    /// Neither a tar nor a gzip'd or zstd-compressed one.
    case notAnArchive(path: String)
    /// The archive ends before its end mark, or within an entry or its compression.
    case truncated(path: String)
    /// The archive's structure or its compression is damaged; in the library's words.
    case damaged(path: String, reason: String)
    /// The name is absolute, climbs, is no UTF-8, or is longer than `ArchiveLimits.nameLengthMax`.
    case unsafeName(String)
    /// Two entries carry the same name.
    case duplicateName(String)
    /// More entries than the limit.
    case tooManyEntries(limit: Int)
    /// More bytes than the limit, uncompressed.
    case tooLarge(limit: Int64)
    /// The compressed bytes expand to more than `ratio` times their number.
    case expandsTooFar(ratio: Int64)
    /// The library refused a call for no reason of the archive's.
    case library(call: String, code: Int32)

    /// More than `limit` bytes that say nothing.
    static func padding(path: String, _ limit: Int64) -> ArchiveError {
        .damaged(path: path, reason: "more than \(limit) bytes of padding")
    }
}

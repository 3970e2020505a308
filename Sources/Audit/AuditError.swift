public import Files

/// Why the audit record could not be written or read.
public enum AuditError: Error, Equatable {
    /// The file system refused.
    case file(FileError)
    /// The last whole record of the file is none that Airseal wrote: nothing is added behind it.
    case damaged(path: String)
    /// The record is longer than `AuditRecord.byteCountMax`.
    case recordTooLong(byteCount: Int)
    /// The cryptographic library has no SHA-256.
    case hashUnavailable
}

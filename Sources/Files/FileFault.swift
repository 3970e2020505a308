public import SystemPackage

/// One call that changes what is on disk, by the name it concerns. Reads are not listed: they
/// cannot leave anything half done.
public enum FileOperation: Sendable, Equatable {
    /// A new file.
    case create(String)
    /// Bytes into a file.
    case write(String)
    /// The end of a file goes.
    case truncate(String)
    /// A file's bytes, or a folder's entries, onto the medium.
    case synchronise(String)
    /// A name moves.
    case rename(from: String, to: String)
    /// A name goes.
    case remove(String)
    /// A new folder.
    case makeFolder(String)
}

/// What a test makes of an operation.
public enum FileFault: Sendable, Equatable {
    /// The call fails with this error and does nothing.
    case fail(Errno)
    /// A write stores only this many bytes and then fails with this error.
    case shortWrite(byteCount: Int, Errno)
}

/// Asked before every operation; nil lets it go ahead. This is the seam where tests make the n-th
/// operation fail, or end the process.
public typealias FileFaults = @Sendable (FileOperation) -> FileFault?

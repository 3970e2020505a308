public import SystemPackage

/// One call to the file system, with the paths that it concerns: each as the operator gave it, or
/// below one that was so given.
public enum FileOperation: Sendable, Equatable {
    /// A new file.
    case create(String)
    /// Bytes at the end of a file.
    case write(String, bytes: [UInt8])
    /// The end of a file goes, and this many bytes stay.
    case truncate(String, size: Int64)
    /// A file's bytes, or a folder's entries, onto the medium.
    case synchronise(String)
    /// Everything on the file system that this folder is on, onto its medium.
    case synchroniseAll(String)
    /// A name moves.
    case rename(from: String, to: String)
    /// A file gets a second name.
    case link(from: String, to: String)
    /// A name goes.
    case remove(String)
    /// A new folder, unless one is there.
    case makeFolder(String)
    /// Bytes of a file, or the names in a folder, are read.
    case read(String)

    /// Whether the call changes what is on disk. A read cannot leave anything half done.
    public var isChange: Bool {
        if case .read = self { false } else { true }
    }
}

/// What a test makes of an operation.
public enum FileFault: Sendable, Equatable {
    /// The call fails with this error and does nothing.
    case fail(Errno)
    /// A write stores only this many bytes and then fails with this error.
    case shortWrite(byteCount: Int, Errno)

    /// What the call fails with.
    var errno: Errno {
        switch self {
        case .fail(let errno), .shortWrite(_, let errno): errno
        }
    }
}

/// Asked before every operation; nil lets it go ahead. This is the seam where tests make the n-th
/// operation fail, record what was done, or end the process.
public typealias FileFaults = @Sendable (FileOperation) -> FileFault?

/// Told of bytes that were read from a file, as they are read, in whatever thread that is.
public typealias ReadMeter = @Sendable (_ byteCount: Int) -> Void

/// What every opened file and folder asks and tells on its way to the system.
struct FileSeam: Sendable {
    let faults: FileFaults?
    let meter: ReadMeter?
}

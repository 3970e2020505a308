public import SystemPackage

/// A call to the file system that did not do what was asked.
public enum FileError: Error, Equatable {
    /// The system refused `call` on `path`.
    case system(call: String, path: String, errno: Errno)
    /// Something else than a regular file or a folder stands at `path`: a link, a device, a pipe.
    case wrongKind(path: String)
    /// The file is larger than its reader may take; both in bytes.
    case tooLarge(path: String, limit: Int64)
    /// The file changed its size while it was read.
    case changed(path: String)
    /// Another process held the lock for as long as this one may wait.
    case locked(path: String)

    /// The system's reason, where there is one.
    public var errno: Errno? {
        guard case .system(_, _, let errno) = self else { return nil }
        return errno
    }
}

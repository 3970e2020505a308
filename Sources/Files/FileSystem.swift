import Glibc
import SystemPackage

/// The way in: opens the files and folders that an operator names.
///
/// Everything below an opened folder is reached through the folder, never by a path again, so
/// nobody can swap a link in between.
public struct FileSystem: Sendable {
    /// The file system as it is.
    public static let real = FileSystem(faults: nil)

    private let seam: FileSeam

    /// A file system whose operations `faults` may spoil, and which tells `meter` of every read.
    public init(faults: FileFaults?, meter: ReadMeter? = nil) {
        seam = FileSeam(faults: faults, meter: meter)
    }

    /// Opens the folder at `path`, following links: the operator chose the path.
    public func folder(at path: String) throws(FileError) -> Folder {
        let descriptor = try open(path, O_RDONLY | O_DIRECTORY)
        return Folder(path: path, descriptor: descriptor, seam: seam)
    }

    /// Opens the folder at `path` and makes it, and those above it, when missing.
    ///
    /// What is made gets `mode`, and its name is on the medium when this returns.
    public func makeFolder(at path: String, mode: UInt32 = 0o755) throws(FileError) -> Folder {
        let whole = FilePath(path)
        guard let name = whole.lastComponent, name.kind == .regular else {
            return try folder(at: path)
        }
        let above = whole.removingLastComponent()
        let abovePath = above.isEmpty ? "." : above.string
        guard kind(at: path) == nil else {
            let found = try folder(at: path)
            // Whoever may use a folder need not be allowed to read the one above; then it is not
            // by this program that the folder was made.
            if let parent = try? folder(at: abovePath),
                try parent.kind(of: name.string) == .folder
            {
                _ = try parent.makeDurableFolder(name.string, mode: mode)
            }
            return found
        }
        return try makeFolder(at: abovePath, mode: mode)
            .makeDurableFolder(name.string, mode: mode)
    }

    /// Opens the regular file at `path` for reading, following links: the operator chose the path.
    public func file(at path: String) throws(FileError) -> ReadableFile {
        let descriptor = try open(path, O_RDONLY | O_NONBLOCK)
        return try ReadableFile(
            path: path, descriptor: descriptor, mustBeRegular: true, seam: seam)
    }

    /// Standard input, or whatever else is open for reading at `descriptor`; it is not closed.
    public func stream(descriptor: Int32, name: String) throws(FileError) -> ReadableFile {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw .system(call: "fcntl", path: name, errno: .current) }
        return try ReadableFile(
            path: name, descriptor: copy, mustBeRegular: false, seam: seam)
    }

    /// What stands at `path`, links followed; nil if nothing does.
    public func kind(at path: String) -> FolderEntry.Kind? {
        var status = stat()
        // A zero byte would end the path, and name something else.
        guard !path.utf8.contains(0), unsafe stat(path, &status) == 0 else { return nil }
        return FolderEntry.Kind(mode: status.st_mode)
    }

    private func open(_ path: String, _ flags: Int32) throws(FileError) -> Int32 {
        guard !path.utf8.contains(0) else {
            throw .system(call: "open", path: path, errno: .invalidArgument)
        }
        while true {
            let descriptor = unsafe Glibc.open(path, flags | O_CLOEXEC)
            if descriptor >= 0 { return descriptor }
            let errno = Errno.current
            guard errno == .interrupted else {
                throw .system(call: "open", path: path, errno: errno)
            }
        }
    }
}

extension Errno {
    /// The error of the call that has just failed.
    static var current: Errno { Errno(rawValue: Glibc.errno) }
}

extension FileSystem {
    /// The folder that `path` lies in, and the name that it has there; neither need exist yet for
    /// the name.
    ///
    /// - Throws: `.wrongKind` for a path that ends in no name.
    public func place(of path: String) throws(FileError) -> (folder: Folder, name: String) {
        let whole = FilePath(path)
        guard let name = whole.lastComponent, name.kind == .regular else {
            throw .wrongKind(path: path)
        }
        let above = whole.removingLastComponent()
        return (try folder(at: above.isEmpty ? "." : above.string), name.string)
    }

    /// The absolute path of what stands at `path`, every link resolved.
    public func absolutePath(of path: String) throws(FileError) -> String {
        guard !path.utf8.contains(0), let resolved = unsafe realpath(path, nil) else {
            throw .system(call: "realpath", path: path, errno: .current)
        }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    /// The absolute path that `path` has, or will have once it is made: the folders above must be
    /// there, or those above them.
    public func futurePath(of path: String) throws(FileError) -> String {
        if kind(at: path) != nil { return try absolutePath(of: path) }
        let whole = FilePath(path)
        guard let name = whole.lastComponent, name.kind == .regular else {
            throw .wrongKind(path: path)
        }
        let above = whole.removingLastComponent()
        let base = try futurePath(of: above.isEmpty ? "." : above.string)
        return FilePath(base).appending(name).string
    }
}

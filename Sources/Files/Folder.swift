private import CPlatform
import Glibc
import SystemPackage

/// An open folder. Every name below it is resolved from its descriptor, one component at a time,
/// and never through a link.
///
/// Shared and immutable, so a class: the descriptor is closed when the last user lets go.
public final class Folder: Sendable {
    /// The path as the operator gave it, for messages only.
    public let path: String
    let descriptor: Int32
    private let seam: FileSeam

    init(path: String, descriptor: Int32, seam: FileSeam) {
        self.path = path
        self.descriptor = descriptor
        self.seam = seam
    }

    deinit { close(descriptor) }

    // MARK: Reading

    /// Opens the folder called `name`.
    public func folder(_ name: String) throws(FileError) -> Folder {
        let opened = try open(name, O_RDONLY | O_DIRECTORY)
        return Folder(path: path(of: name), descriptor: opened, seam: seam)
    }

    /// Opens the regular file called `name` for reading.
    public func file(_ name: String) throws(FileError) -> ReadableFile {
        let opened = try open(name, O_RDONLY | O_NONBLOCK)
        return try ReadableFile(
            path: path(of: name), descriptor: opened, mustBeRegular: true, seam: seam)
    }

    /// What stands at `name`, links not followed; nil if nothing does.
    public func kind(of name: String) throws(FileError) -> FolderEntry.Kind? {
        try status(of: FileName(name)).map { FolderEntry.Kind(mode: $0.st_mode) }
    }

    private func status(of name: FileName) throws(FileError) -> stat? {
        var status = stat()
        if unsafe fstatat(descriptor, name.terminated, &status, AT_SYMLINK_NOFOLLOW) == 0 {
            return status
        }
        guard Errno.current == .noSuchFileOrDirectory else {
            throw failure("fstatat", name.shown)
        }
        return nil
    }

    /// What stands at each name in the folder, in the order of the names' bytes.
    public func entries() throws(FileError) -> [FolderEntry] {
        var entries: [FolderEntry] = []
        for name in try names().sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            let name = FileName(name)
            // Somebody may have removed it since.
            guard let status = try status(of: name) else { continue }
            entries.append(FolderEntry(name, status))
        }
        return entries
    }

    /// Whether the folder's permission bits let its group, or everybody, change its entries.
    public func isWritableByOthers() throws(FileError) -> Bool {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw failure("fstat", ".") }
        return status.st_mode & (S_IWGRP | S_IWOTH) != 0
    }

    /// Whether the folder has no entry.
    private func isEmpty() throws(FileError) -> Bool { try names(limit: 1).isEmpty }

    /// The first `limit` names in the folder, in no order.
    private func names(limit: Int = .max) throws(FileError) -> [[UInt8]] {
        try ask(.read(path), call: "readdir", ".")
        // A second descriptor: reading the entries moves a position that all duplicates share.
        let listing = try open(".", O_RDONLY | O_DIRECTORY)
        guard let stream = unsafe fdopendir(listing) else {
            close(listing)
            throw failure("fdopendir", ".")
        }
        defer { unsafe closedir(stream) }
        var names: [[UInt8]] = []
        while names.count < limit {
            Glibc.errno = 0
            guard let entry = unsafe readdir(stream) else {
                guard Glibc.errno == 0 else { throw failure("readdir", ".") }
                break
            }
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
                unsafe field.withMemoryRebound(to: UInt8.self, capacity: 256) { start in
                    unsafe Array(UnsafeBufferPointer(start: start, count: 256).prefix { $0 != 0 })
                }
            }
            if name != Array(".".utf8), name != Array("..".utf8) { names.append(name) }
        }
        return names
    }

    /// Opens the folder that `entry` stands for.
    public func folder(_ entry: FolderEntry) throws(FileError) -> Folder {
        let opened = try open(entry.fileName, O_RDONLY | O_DIRECTORY)
        return Folder(path: path(of: entry.name), descriptor: opened, seam: seam)
    }

    /// Opens the regular file that `entry` stands for, for reading.
    public func file(_ entry: FolderEntry) throws(FileError) -> ReadableFile {
        let opened = try open(entry.fileName, O_RDONLY | O_NONBLOCK)
        return try ReadableFile(
            path: path(of: entry.name), descriptor: opened, mustBeRegular: true, seam: seam)
    }

    // MARK: Changing

    /// Makes the folder called `name`, or opens the one that is there.
    public func makeFolder(_ name: String, mode: UInt32 = 0o755) throws(FileError) -> Folder {
        try ask(.makeFolder(path(of: name)), call: "mkdirat", name)
        if unsafe mkdirat(descriptor, name, mode) != 0, Errno.current != .fileExists {
            throw failure("mkdirat", name)
        }
        return try folder(name)
    }

    /// Makes the folder called `name`, or opens the one that is there. Its name is on the medium
    /// when this returns.
    public func makeDurableFolder(_ name: String, mode: UInt32 = 0o755) throws(FileError)
        -> Folder
    {
        guard try kind(of: name) == .folder else {
            let made = try makeFolder(name, mode: mode)
            try synchronise()
            return made
        }
        let found = try folder(name)
        // Nobody puts anything into a folder before its name is durable, so only an empty one can
        // be what a run left that died in between.
        if try found.isEmpty() { try synchronise() }
        return found
    }

    /// Makes a new file called `name`; nothing may stand there yet.
    public func create(_ name: String, mode: UInt32 = 0o644) throws(FileError) -> WritableFile {
        try ask(.create(path(of: name)), call: "openat", name)
        let opened = try open(name, O_WRONLY | O_CREAT | O_EXCL, mode: mode)
        return WritableFile(path: path(of: name), descriptor: opened, seam: seam)
    }

    /// Opens the regular file called `name` to write at its end, and makes it when missing.
    public func append(_ name: String, mode: UInt32 = 0o644) throws(FileError) -> WritableFile {
        if try kind(of: name) == nil { try ask(.create(path(of: name)), call: "openat", name) }
        let opened = try open(name, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK, mode: mode)
        let file = WritableFile(path: path(of: name), descriptor: opened, seam: seam)
        guard try kind(of: name) == .file else { throw .wrongKind(path: file.path) }
        return file
    }

    /// Gives the file called `name` a second name in `folder`, where nothing may stand at it yet.
    public func link(_ name: String, to target: String, in folder: Folder) throws(FileError) {
        let link = FileOperation.link(from: path(of: name), to: folder.path(of: target))
        try ask(link, call: "linkat", name)
        guard unsafe linkat(descriptor, name, folder.descriptor, target, 0) == 0 else {
            throw failure("linkat", name)
        }
    }

    /// Lets the members of a group look into the folder, and nobody else but its owner.
    public func share(with group: UInt32) throws(FileError) {
        guard fchown(descriptor, uid_t.max, group) == 0 else { throw failure("fchown", ".") }
        guard fchmod(descriptor, 0o750) == 0 else { throw failure("fchmod", ".") }
    }

    /// Lends the open folder to what can do with nothing else; it must not be closed.
    public func lend<Result>(_ body: (Int32) -> Result) -> Result {
        defer { withExtendedLifetime(self) {} }
        return body(descriptor)
    }

    /// Moves `name` to `target` in `folder`, over whatever file stands there.
    public func rename(_ name: String, to target: String, in folder: Folder? = nil)
        throws(FileError)
    {
        let folder = folder ?? self
        let move = FileOperation.rename(from: path(of: name), to: folder.path(of: target))
        try ask(move, call: "renameat", name)
        guard unsafe renameat(descriptor, name, folder.descriptor, target) == 0 else {
            throw failure("renameat", name)
        }
    }

    /// Removes the file called `name`; it is no error if there is none.
    public func remove(_ name: String) throws(FileError) {
        try unlink(name, flags: 0)
    }

    /// Removes the folder called `name`, which must be empty; it is no error if there is none.
    public func removeEmptyFolder(_ name: String) throws(FileError) {
        try unlink(name, flags: AT_REMOVEDIR)
    }

    /// Removes the folder called `name` with everything in it; it is no error if there is none.
    public func removeTree(_ name: String) throws(FileError) {
        let name = FileName(name)
        guard let status = try status(of: name) else { return }
        try removeTree(FolderEntry(name, status))
    }

    /// Removes what `entry` stands for, a folder with everything in it; it is no error if it is
    /// gone.
    public func removeTree(_ entry: FolderEntry) throws(FileError) {
        guard entry.kind == .folder else { return try unlink(entry.fileName, flags: 0) }
        let inner = try folder(entry)
        for entry in try inner.entries() { try inner.removeTree(entry) }
        try unlink(entry.fileName, flags: AT_REMOVEDIR)
    }

    /// Brings the folder's entries onto the medium: a rename, too, must survive power loss.
    public func synchronise() throws(FileError) {
        try ask(.synchronise(path), call: "fsync", ".")
        guard fsync(descriptor) == 0 else { throw failure("fsync", ".") }
    }

    /// Brings everything on the file system that the folder is on onto its medium: for a thousand new
    /// files that costs what it costs for one, and waits for what others have written, too.
    public func synchroniseFileSystem() throws(FileError) {
        try ask(.synchroniseAll(path), call: "syncfs", ".")
        guard syncfs(descriptor) == 0 else { throw failure("syncfs", ".") }
    }

    /// Puts `bytes` at `name` in one step: readers see the old content or the new, and so does
    /// whoever comes after a power cut.
    ///
    /// A file that takes the place of another gets its permission bits, and its owner and group
    /// where the process may give them; one that takes no other's place gets `mode`.
    public func replace(_ name: String, with bytes: [UInt8], mode: UInt32 = 0o644)
        throws(FileError)
    {
        let temporary = TemporaryName.next(for: name)
        let present = try status(of: FileName(name)).flatMap(FileRights.init)
        // Not even an empty file may be open for a moment to those who must not read it.
        let file = try create(temporary, mode: present == nil ? mode : 0o600)
        do throws(FileError) {
            if let present { try file.give(present) }
            try file.write(bytes)
            try file.synchronise()
            try rename(temporary, to: name)
        } catch {
            // The first error is the one to report; a name that stays behind is found by its form.
            try? remove(temporary)
            throw error
        }
        try synchronise()
    }

    /// Removes unfinished files of runs that died. Only for whoever holds the lock of the folder
    /// that all its writers hold.
    public func sweep() {
        guard let entries = try? entries() else { return }
        for entry in entries where entry.kind == .file && TemporaryName.matches(entry.name) {
            // Tidying up must not fail what the operator asked for.
            try? removeTree(entry)
        }
    }

    // MARK: Parts

    private func open(_ name: String, _ flags: Int32, mode: UInt32 = 0) throws(FileError) -> Int32 {
        precondition(!name.isEmpty && !name.contains("/"), "one component of a path")
        return try open(FileName(name), flags, mode: mode)
    }

    private func open(_ fileName: FileName, _ flags: Int32, mode: UInt32 = 0) throws(FileError)
        -> Int32
    {
        let name = fileName.shown
        while true {
            let opened = unsafe openat(
                descriptor, fileName.terminated, flags | O_NOFOLLOW | O_CLOEXEC, mode)
            if opened >= 0 { return opened }
            let errno = Errno.current
            switch errno {
            case .interrupted: continue
            // A link, a socket.
            case .tooManySymbolicLinkLevels, .noSuchAddressOrDevice:
                throw .wrongKind(path: path(of: name))
            default: throw .system(call: "openat", path: path(of: name), errno: errno)
            }
        }
    }

    private func unlink(_ name: String, flags: Int32) throws(FileError) {
        try unlink(FileName(name), flags: flags)
    }

    private func unlink(_ fileName: FileName, flags: Int32) throws(FileError) {
        let name = fileName.shown
        try ask(.remove(path(of: name)), call: "unlinkat", name)
        guard
            unsafe unlinkat(descriptor, fileName.terminated, flags) == 0
                || Errno.current == .noSuchFileOrDirectory
        else { throw failure("unlinkat", name) }
    }

    private func ask(_ operation: FileOperation, call: String, _ name: String) throws(FileError) {
        guard let fault = seam.faults?(operation) else { return }
        throw .system(call: call, path: path(of: name), errno: fault.errno)
    }

    private func failure(_ call: String, _ name: String) -> FileError {
        .system(call: call, path: path(of: name), errno: .current)
    }

    private func path(of name: String) -> String {
        name == "." ? path : path.hasSuffix("/") ? path + name : "\(path)/\(name)"
    }
}

/// A name in a folder and what stands there.
public struct FolderEntry: Sendable, Equatable {
    /// What a name can stand for.
    public enum Kind: Sendable, Equatable {
        /// A regular file.
        case file
        /// A folder.
        case folder
        /// A link, a device, a pipe or a socket.
        case other

        init(mode: UInt32) {
            self =
                switch mode & S_IFMT {
                case S_IFREG: .file
                case S_IFDIR: .folder
                default: .other
                }
        }
    }

    /// The name, one component of a path. In a name that is not UTF-8, bytes beyond ASCII are
    /// written as `\xFF`: it can be shown, and only the entry itself leads there.
    public var name: String { fileName.shown }
    /// What stands there, links not followed.
    public let kind: Kind
    /// The size of a regular file when it was listed, in bytes; nil for anything else.
    public let size: Int64?
    /// Whether its permission bits let its group, or everybody, change it. Never true of a link,
    /// which has none of its own.
    public let isWritableByOthers: Bool
    let fileName: FileName

    init(_ fileName: FileName, _ status: stat) {
        self.fileName = fileName
        kind = Kind(mode: status.st_mode)
        size = kind == .file ? Int64(status.st_size) : nil
        isWritableByOthers =
            status.st_mode & S_IFMT != S_IFLNK && status.st_mode & (S_IWGRP | S_IWOTH) != 0
    }
}

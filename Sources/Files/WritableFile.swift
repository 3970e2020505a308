import Glibc
import SystemPackage

/// A new file open for writing, from front to back. Closed with its last user.
public final class WritableFile: Sendable {
    /// The path as the operator gave it, for messages only.
    public let path: String
    private let descriptor: Int32
    private let seam: FileSeam

    init(path: String, descriptor: Int32, seam: FileSeam) {
        self.path = path
        self.descriptor = descriptor
        self.seam = seam
    }

    deinit { close(descriptor) }

    /// Appends `bytes`, all of them.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        var fault: Errno?
        var wanted = bytes.count
        // The bytes are copied for a test only.
        if let faults = seam.faults,
            let spoilt = unsafe faults(.write(path, bytes: Array(bytes)))
        {
            fault = spoilt.errno
            wanted = 0
            if case .shortWrite(let byteCount, _) = spoilt { wanted = min(bytes.count, byteCount) }
        }
        var done = 0
        while done < wanted {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done..<wanted])
            let count = unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count > 0 {
                done += count
            } else {
                let errno = Errno.current
                guard errno == .interrupted else {
                    throw .system(call: "write", path: path, errno: errno)
                }
            }
        }
        if let fault { throw .system(call: "write", path: path, errno: fault) }
    }

    /// Appends `bytes`, all of them.
    public func write(_ bytes: Span<UInt8>) throws(FileError) {
        let result = unsafe bytes.withUnsafeBufferPointer { buffer -> Result<Void, FileError> in
            do throws(FileError) {
                return .success(try unsafe write(UnsafeRawBufferPointer(buffer)))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    /// Appends `bytes`, all of them.
    public func write(_ bytes: [UInt8]) throws(FileError) {
        try write(bytes.span)
    }

    /// Cuts everything off that follows the first `size` bytes.
    public func truncate(to size: Int64) throws(FileError) {
        if let fault = seam.faults?(.truncate(path, size: size)) {
            throw .system(call: "ftruncate", path: path, errno: fault.errno)
        }
        guard ftruncate(descriptor, off_t(size)) == 0 else {
            throw .system(call: "ftruncate", path: path, errno: .current)
        }
    }

    /// Waits until no other process, and no other user in this one, holds the file's lock. It is
    /// freed when the file is closed.
    ///
    /// - Throws: `.locked` when the patience ran out.
    public func lock(patience: LockPatience = .standard) throws(FileError) {
        try patience.lock(descriptor, path: path)
    }

    /// Gives the file the permission bits in `rights`, and the owner and group where the process
    /// may: only root gives files away.
    func give(_ rights: FileRights) throws(FileError) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw failure("fstat") }
        let present = FileRights(status)
        // A medium without owners or permissions shows the same ones on every file, and refuses
        // to be told.
        if present?.owner != rights.owner || present?.group != rights.group {
            try own(rights.owner, rights.group)
        }
        if present?.mode != rights.mode, fchmod(descriptor, rights.mode) != 0 {
            throw failure("fchmod")
        }
    }

    private func own(_ owner: uid_t, _ group: gid_t) throws(FileError) {
        guard fchown(descriptor, owner, group) != 0 else { return }
        // Whoever may not give the owner may still be a member of the group.
        if Self.mayNot(.current), fchown(descriptor, uid_t.max, group) == 0 { return }
        guard Self.mayNot(.current) else { throw failure("fchown") }
    }

    /// Whether a call failed for want of a right. In a container, an owner from outside it is no
    /// valid one.
    private static func mayNot(_ errno: Errno) -> Bool {
        errno == .notPermitted || errno == .invalidArgument
    }

    private func failure(_ call: String) -> FileError {
        .system(call: call, path: path, errno: .current)
    }

    /// Brings the bytes onto the medium.
    public func synchronise() throws(FileError) {
        if let fault = seam.faults?(.synchronise(path)) {
            throw .system(call: "fsync", path: path, errno: fault.errno)
        }
        guard fsync(descriptor) == 0 else {
            throw .system(call: "fsync", path: path, errno: .current)
        }
    }
}

import Glibc
import SystemPackage

/// A file open for reading, from front to back.
///
/// Shared and closed with its last user; the position belongs to the descriptor, so one reader at a
/// time.
public final class ReadableFile: Sendable {
    /// The path as the operator gave it, for messages only.
    public let path: String
    /// The size when it was opened, in bytes; nil for a pipe.
    public let size: Int64?
    private let descriptor: Int32
    private let seam: FileSeam

    init(
        path: String, descriptor: Int32, mustBeRegular: Bool, seam: FileSeam
    )
        throws(FileError)
    {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            let errno = Errno.current
            close(descriptor)
            throw .system(call: "fstat", path: path, errno: errno)
        }
        let isRegular = FolderEntry.Kind(mode: status.st_mode) == .file
        guard isRegular || !mustBeRegular else {
            close(descriptor)
            throw .wrongKind(path: path)
        }
        self.path = path
        self.descriptor = descriptor
        self.seam = seam
        size = isRegular ? Int64(status.st_size) : nil
    }

    deinit { close(descriptor) }

    /// Reads up to `buffer.count` bytes and returns their number: 0 at the end only.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        if let fault = seam.faults?(.read(path)) {
            throw .system(call: "read", path: path, errno: fault.errno)
        }
        while true {
            let count = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 {
                seam.meter?(count)
                return count
            }
            let errno = Errno.current
            guard errno == .interrupted else {
                throw .system(call: "read", path: path, errno: errno)
            }
        }
    }

    /// Goes on reading at `offset`, counted in bytes from the start.
    public func seek(to offset: Int64) throws(FileError) {
        guard lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else {
            throw .system(call: "lseek", path: path, errno: .current)
        }
    }

    /// Up to `count` bytes from `offset` on; fewer only where the file ends.
    public func read(from offset: Int64, count: Int) throws(FileError) -> [UInt8] {
        try seek(to: offset)
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: min(count, 64 << 10))
        while bytes.count < count {
            let read = try read(into: &buffer)
            if read == 0 { break }
            bytes.append(contentsOf: buffer[..<min(read, count - bytes.count)])
        }
        return bytes
    }

    /// The rest of the file.
    ///
    /// - Throws: `.tooLarge` when there are more than `limit` bytes.
    public func readAll(limit: Int64) throws(FileError) -> [UInt8] {
        if let size, size > limit { throw .tooLarge(path: path, limit: limit) }
        var bytes: [UInt8] = []
        if let size { bytes.reserveCapacity(Int(size) + 1) }
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = try read(into: &buffer)
            if count == 0 { return bytes }
            bytes.append(contentsOf: buffer[..<count])
            if Int64(bytes.count) > limit { throw .tooLarge(path: path, limit: limit) }
        }
    }

    /// Reads up to `buffer.count` bytes to its front and returns their number: 0 at the end only.
    public func read(into buffer: inout [UInt8]) throws(FileError) -> Int {
        // A closure cannot carry the typed error through this standard library function.
        let result = unsafe buffer.withUnsafeMutableBytes {
            bytes -> Result<Int, FileError> in
            do throws(FileError) { return .success(try unsafe read(into: bytes)) } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// The owner and the permissions, for files that must belong to one user only.
    public func ownership() throws(FileError) -> FileOwnership {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw .system(call: "fstat", path: path, errno: .current)
        }
        return FileOwnership(
            user: status.st_uid, mode: status.st_mode & 0o7777,
            identity: "\(status.st_dev):\(status.st_ino)",
            changed: "\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)")
    }
}

/// Whose a file is, who may read it, and what tells it from an earlier file of the same name.
public struct FileOwnership: Sendable, Equatable {
    /// The owner's number.
    public let user: UInt32
    /// The permission bits.
    public let mode: UInt32
    /// Device and inode.
    public let identity: String
    /// The time of the last change of its content.
    public let changed: String

    /// Whether it is this user's or root's, and nobody else may do anything with it.
    public var isOfOneUser: Bool { isOwnOrRoots && mode & 0o077 == 0 }

    /// Whether it is this user's or root's.
    public var isOwnOrRoots: Bool { user == geteuid() || user == 0 }
}

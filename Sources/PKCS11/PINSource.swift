public import Files
internal import Glibc

/// Where a PIN comes from. Never the command line, never the environment.
///
/// A token with a pin-pad is asked by its own keys, whatever the source.
public enum PINSource: Sendable {
    /// A person, asked without echo by the program; nil when nobody answered.
    case prompt(@Sendable (TokenDescription) -> Secret?)
    /// A file that only its owner may read, tried once until it changes.
    case file(path: String, FileSystem, RejectedPINs)
    /// The same, put there by the service manager: it may let the group of the superuser read.
    case credential(path: String, FileSystem, RejectedPINs)
    /// What was read of a descriptor, tried once; a file behind it is remembered like any other.
    case descriptor(DescriptorPIN, RejectedPINs)
}

/// The PIN that another process left behind a descriptor.
public final class DescriptorPIN: Sendable {
    let secret: SharedSecret
    /// Whose file it is; nil for a pipe, which cannot be told from another.
    let ownership: FileOwnership?

    /// Reads `number` to its end, drops one newline there, and closes it.
    ///
    /// - Throws: `.pinDescriptorIsTerminal`, `.pinDescriptorNotInherited`, `.pinFileExposed` for a
    ///   file that others may use, and what a file of a PIN may be refused for.
    public init(reading number: Int32, in fileSystem: FileSystem) throws(PKCS11Error) {
        let name = "descriptor \(number)"
        // What this process opened itself is closed on exec; what it was given cannot be.
        let flags = fcntl(number, F_GETFD)
        guard flags >= 0, flags & FD_CLOEXEC == 0 else { throw .pinDescriptorNotInherited(number) }
        let file: ReadableFile
        let found: FileOwnership
        do throws(FileError) {
            file = try fileSystem.stream(descriptor: number, name: name)
            found = try file.ownership()
        } catch { throw .file(error) }
        defer { close(number) }
        guard isatty(number) == 0 else { throw .pinDescriptorIsTerminal(number) }
        ownership = file.size == nil ? nil : found
        if let ownership { try ownership.mustBeOfOneUser(path: name, mayBeCredential: false) }
        secret = SharedSecret(try Secret(reading: file))
    }
}

/// A PIN together with the mark that a rejection leaves.
final class TakenPIN: Sendable {
    let secret: SharedSecret
    /// Where the source can be told from others.
    let mark: PINMark?

    init(_ secret: SharedSecret, mark: PINMark?) {
        self.secret = secret
        self.mark = mark
    }

    /// Reads a file: a regular one, ours or root's, without any permission for others, one newline
    /// at its end dropped.
    convenience init(
        at path: String, in fileSystem: FileSystem, _ rejected: RejectedPINs, mayBeCredential: Bool
    ) throws(PKCS11Error) {
        let file: ReadableFile
        let ownership: FileOwnership
        do throws(FileError) {
            file = try fileSystem.file(at: path)
            ownership = try file.ownership()
        } catch { throw .file(error) }
        try ownership.mustBeOfOneUser(path: path, mayBeCredential: mayBeCredential)
        self.init(
            SharedSecret(try Secret(reading: file)),
            mark: PINMark(path: path, ownership: ownership, rejected: rejected))
    }
}

extension FileOwnership {
    /// Refuses a file that is somebody else's, or that others may use.
    ///
    /// systemd gives a service its credentials as files of root with an access list for the user of
    /// the service, which shows as a permission of the group to read.
    fileprivate func mustBeOfOneUser(path: String, mayBeCredential: Bool) throws(PKCS11Error) {
        let isCredential = mayBeCredential && user == 0 && mode & 0o037 == 0
        guard isOfOneUser || isCredential else {
            throw .pinFileExposed(path: path, owner: user, mode: mode)
        }
    }
}

extension Secret {
    /// The content of a file without the newline at its end.
    ///
    /// - Throws: `.pinEmpty`, `.pinTooLong`, `.secretMemory`, `.file`.
    public init(reading file: ReadableFile) throws(PKCS11Error) {
        try unsafe self.init { room throws(PKCS11Error) in
            var count = 0
            while count < room.count {
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: room[count...])
                let read: Int
                do throws(FileError) { read = try unsafe file.read(into: rest) } catch {
                    throw .file(error)
                }
                if read == 0 { break }
                count += read
            }
            if count > 0, unsafe room[count - 1] == UInt8(ascii: "\n") { count -= 1 }
            return count
        }
    }
}

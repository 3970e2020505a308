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
}

/// A PIN file that has been found to belong to one user only.
struct PINFile: ~Copyable {
    let pin: Secret
    let ownership: FileOwnership

    /// Reads the PIN: a regular file, ours or root's, without any permission for others, one
    /// newline at its end dropped.
    init(at path: String, in fileSystem: FileSystem) throws(PKCS11Error) {
        let file: ReadableFile
        let ownership: FileOwnership
        do throws(FileError) {
            file = try fileSystem.file(at: path)
            ownership = try file.ownership()
        } catch { throw .file(error) }
        guard ownership.user == geteuid() || ownership.user == 0, ownership.mode & 0o077 == 0
        else {
            throw .pinFileExposed(path: path, owner: ownership.user, mode: ownership.mode)
        }
        let pin = try unsafe Secret { room throws(PKCS11Error) in
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
        self.pin = pin
        self.ownership = ownership
    }
}

import Glibc
import SystemPackage

extension Folder {
    /// What tells the file or folder called `name`, links not followed, from whatever else stands
    /// there later; nil if nothing stands there.
    public func identity(of name: String) throws(FileError) -> String? {
        let fileName = FileName(name)
        var status = stat()
        if unsafe fstatat(descriptor, fileName.terminated, &status, AT_SYMLINK_NOFOLLOW) == 0 {
            let changed = "\(status.st_ctim.tv_sec).\(status.st_ctim.tv_nsec)"
            return "\(status.st_dev):\(status.st_ino):\(changed)"
        }
        let errno = Errno.current
        guard errno == .noSuchFileOrDirectory else {
            throw .system(call: "fstatat", path: "\(path)/\(name)", errno: errno)
        }
        return nil
    }
}

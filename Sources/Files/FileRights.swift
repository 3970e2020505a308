import Glibc

/// Who may do what with a regular file.
struct FileRights: Equatable {
    /// Its owner.
    let owner: uid_t
    /// Its group.
    let group: gid_t
    /// Its permission bits, without set-user-ID and the like.
    let mode: mode_t

    /// The rights of the regular file with this status; nil for anything else.
    init?(_ status: stat) {
        guard FolderEntry.Kind(mode: status.st_mode) == .file else { return nil }
        owner = status.st_uid
        group = status.st_gid
        mode = status.st_mode & 0o777
    }
}

import Glibc
import SystemPackage

/// A user of this system, with all its groups.
public struct UserAccount: Sendable, Equatable {
    /// Its name.
    public let name: String
    /// Its number.
    public let user: UInt32
    /// The number of its own group.
    public let group: UInt32
    let groups: [UInt32]

    /// Groups that one user may be in; Linux has this limit.
    private static let groupCountMax = 65_536

    /// The user called `name`, who is neither root nor who runs this process.
    public init(named name: String) throws(ProcessError) {
        guard !name.utf8.contains(0), let entry = unsafe getpwnam(name) else {
            throw .unknownUser(name)
        }
        self.name = name
        user = unsafe entry.pointee.pw_uid
        group = unsafe entry.pointee.pw_gid
        guard user != 0, user != geteuid(), user != getuid() else { throw .notAnotherUser(name) }
        var count = Int32(64)
        var groups = [gid_t](repeating: 0, count: Int(count))
        while unsafe getgrouplist(name, group, &groups, &count) < 0 {
            guard groups.count < Self.groupCountMax else {
                throw .system(call: "getgrouplist", .invalidArgument)
            }
            groups = [gid_t](repeating: 0, count: max(Int(count), groups.count * 2))
            count = Int32(groups.count)
        }
        self.groups = Array(groups.prefix(Int(count)))
    }
}

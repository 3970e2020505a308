import Glibc
import SystemPackage

/// The right to change a folder, held by one process at a time and freed when the process ends,
/// however it ends.
///
/// - SeeAlso: flock(2). The lock is on the folder itself, so no lock file is left on media.
public final class FolderLock: Sendable {
    private let descriptor: Int32

    private init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Waits for the lock of `folder` as long as `patience` allows.
    ///
    /// - Throws: `.locked` when the patience ran out.
    public static func acquire(_ folder: Folder, patience: LockPatience = .standard)
        throws(FileError) -> FolderLock
    {
        // A descriptor of its own: a lock belongs to the open file, which duplicates would share.
        let descriptor = unsafe openat(
            folder.descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .system(call: "openat", path: folder.path, errno: .current)
        }
        let lock = FolderLock(descriptor: descriptor)
        try patience.lock(descriptor, path: folder.path)
        return lock
    }

    /// Whether somebody holds the lock of `folder` at this moment.
    ///
    /// Who asks for the lock just then without any patience may be refused it.
    public static func isHeld(_ folder: Folder) throws(FileError) -> Bool {
        do throws(FileError) {
            _ = try acquire(folder, patience: .none)
            return false
        } catch {
            guard case .locked = error else { throw error }
            return true
        }
    }
}

/// A lock that somebody else holds.
public struct LockWait: Sendable, Equatable {
    /// What is locked, as the operator gave its path.
    public let path: String
    /// Who holds it; nil where that cannot be known.
    public let holder: LockHolder?
}

/// How long to wait for a lock, and what to do when the wait grows noticeable.
public struct LockPatience: Sendable {
    private let limit: Duration
    private let notice: @Sendable (LockWait) -> Void
    private static let noticeAfter = Duration.seconds(1)
    // Short beside what is done under a lock, long beside the two calls that ask for it.
    private static let pauseMicroseconds: UInt32 = 20_000

    /// Ten minutes, in silence: a large export holds a lock for as long as its medium takes.
    public static let standard = LockPatience(limitSeconds: 600) { _ in }
    /// No wait at all.
    public static let none = LockPatience(limitSeconds: 0) { _ in }

    /// Waits at most `limitSeconds`, and calls `notice` once after the first second.
    public init(limitSeconds: Int, notice: @escaping @Sendable (LockWait) -> Void) {
        limit = .seconds(limitSeconds)
        self.notice = notice
    }

    /// Locks the open file `descriptor`, see flock(2).
    func lock(_ descriptor: Int32, path: String) throws(FileError) {
        // Time that passes while the machine sleeps is no wait, and no one can set this clock.
        let start = SuspendingClock.now
        var isSaid = false
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let errno = Errno.current
            guard errno == .wouldBlock || errno == .interrupted else {
                throw .system(call: "flock", path: path, errno: errno)
            }
            let waited = SuspendingClock.now - start
            guard waited < limit else { throw .locked(path: path) }
            if !isSaid, waited >= Self.noticeAfter {
                isSaid = true
                notice(LockWait(path: path, holder: .of(descriptor: descriptor)))
            }
            usleep(Self.pauseMicroseconds)
        }
    }
}

import Glibc

/// What a child has started. This process takes over whatever loses its parent, so nothing escapes
/// by leaving the group. It has no other children: the program starts nothing else.
enum Descendants {
    /// How long is killed: each round finds what the last one's victims had started. Who forks faster
    /// than that is stopped by the limits of its user.
    private static let patience = Duration.seconds(30)

    /// Kills the group of `child` and everything below this process, and waits for their ends.
    ///
    /// - Returns: whether nothing is left.
    static func end(of child: pid_t) -> Bool {
        let end = SuspendingClock.now + patience
        while SuspendingClock.now < end {
            kill(-child, SIGKILL)
            for process in children() { kill(process, SIGKILL) }
            // All that have ended, for each makes its own children ours.
            var status: Int32 = 0
            var ended: pid_t
            repeat { ended = unsafe waitpid(-1, &status, WNOHANG) } while ended > 0
            if ended < 0, errno == ECHILD { return true }
            usleep(1000)
        }
        return false
    }

    /// The processes that this one is the parent of.
    private static func children() -> [pid_t] {
        var found: [pid_t] = []
        for thread in names(in: "/proc/self/task") {
            let bytes = text(of: "/proc/self/task/\(thread)/children")
            found += bytes.split(separator: UInt8(ascii: " ")).compactMap {
                pid_t(String(decoding: $0, as: UTF8.self))
            }
        }
        return found
    }

    private static func names(in path: String) -> [String] {
        guard let stream = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
                unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            if Int(name) != nil { names.append(name) }
        }
        return names
    }

    private static func text(of path: String) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
        }
    }
}

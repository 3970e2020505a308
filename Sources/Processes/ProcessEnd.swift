import Glibc

/// How a program ended, and what it said.
public struct ProcessEnd: Sendable, Equatable {
    /// The ways to end.
    public enum Way: Sendable, Equatable {
        /// By itself, with this status.
        case exited(Int32)
        /// By this signal, which was not ours.
        case signalled(Int32)
        /// By us, when its time was over.
        case timedOut
    }

    /// The way.
    public let way: Way
    /// What both its outputs said first, at most `BoundedProgram.outputByteCountMax` bytes.
    public let output: [UInt8]
    /// Whether it said more.
    public let isCut: Bool
}

/// Reads what a child says until it ends or its time is over.
struct ProcessWatch {
    private static let pauseMilliseconds: Int32 = 20

    private let child: pid_t
    private let descriptor: Int32
    private let end: SuspendingClock.Instant
    private var output: [UInt8] = []
    private var isCut = false

    init(_ child: pid_t, output descriptor: Int32, limitSeconds: Int64) {
        self.child = child
        self.descriptor = descriptor
        // Time that passes while the machine sleeps does not count, and no one can set this clock.
        end = SuspendingClock.now + .seconds(limitSeconds)
        let flags = fcntl(descriptor, F_GETFL)
        _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK)
    }

    /// Waits for a child that failed to start.
    mutating func discard() {
        var status: Int32 = 0
        while unsafe waitpid(child, &status, 0) < 0, errno == EINTR {}
    }

    mutating func wait() throws(ProcessError) -> ProcessEnd {
        while true {
            var status: Int32 = 0
            let ended = unsafe waitpid(child, &status, WNOHANG)
            if ended < 0, errno != EINTR { throw .system(call: "waitpid", .current) }
            // What it said before its end is there now.
            read()
            if ended == child { return result(Self.way(status)) }
            if SuspendingClock.now >= end { return result(.timedOut) }
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            _ = unsafe poll(&wanted, 1, Self.pauseMilliseconds)
            // A stream that everybody has closed is always ready.
            if wanted.revents & Int16(POLLIN) == 0, wanted.revents != 0 {
                usleep(UInt32(Self.pauseMilliseconds) * 1000)
            }
        }
    }

    private func result(_ way: ProcessEnd.Way) -> ProcessEnd {
        ProcessEnd(way: way, output: output, isCut: isCut)
    }

    private static func way(_ status: Int32) -> ProcessEnd.Way {
        let signal = status & 0x7F
        return signal == 0 ? .exited(status >> 8 & 0xFF) : .signalled(signal)
    }

    /// Reads what is there, at most a pipe full at a time.
    private mutating func read() {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return }
        let room = BoundedProgram.outputByteCountMax - output.count
        if count > room { isCut = true }
        output += buffer[..<min(count, room)]
    }
}

public import Encodings
import Glibc

/// Tells the time; a test tells another.
public struct Clock: Sendable {
    private let read: @Sendable () -> Timestamp

    /// The system's clock.
    public static let system = Clock {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int32(time.tv_nsec))
    }

    /// A clock that shows what `read` returns.
    public init(_ read: @escaping @Sendable () -> Timestamp) {
        self.read = read
    }

    /// The time now.
    public var now: Timestamp { read() }
}

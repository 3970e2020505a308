import Files
import Glibc
import Synchronization
import UseCases

/// How far the work is, on one line of standard error, where a person reads it and it takes more
/// than a second: what was read, of how much where that is known, and how fast.
final class Progress: Sendable {
    /// Nothing is shown before, in nanoseconds.
    private static let patience: UInt64 = 1_000_000_000
    /// Between one showing and the next, in nanoseconds.
    private static let interval: UInt64 = 200_000_000

    private let verb: String
    private let state: Mutex<State>

    private struct State {
        let begun: UInt64
        var shown: UInt64
        var byteCount: Int64 = 0
        var total: Int64?
    }

    private init?(_ verb: String, total: () -> Int64?) {
        guard Terminal.talksToPerson else { return nil }
        self.verb = verb
        let now = Self.now
        state = Mutex(
            State(begun: now, shown: now + Self.patience - Self.interval, total: total()))
    }

    /// Work whose amount nobody knows before. Nil where no person reads standard error.
    convenience init?(_ verb: String) {
        self.init(verb) { nil }
    }

    /// Work that reads everything at `paths`, archives and layouts, once.
    convenience init?(_ verb: String, of paths: [String]) {
        self.init(verb) { Site.byteCount(of: paths, withLayouts: true) }
    }

    /// Work on `references` that reads every archive once, and of a layout nobody knows how much.
    convenience init?(_ verb: String, ofArchives references: [String]) {
        self.init(verb) { Site.byteCount(of: references, withLayouts: false) }
    }

    /// What tells this line of bytes that were read.
    var meter: ReadMeter {
        { count in self.add(count) }
    }

    /// From now on so many bytes are to be read, besides what was.
    func expect(_ byteCount: Int64) {
        state.withLock { $0.total = $0.byteCount + byteCount }
    }

    private func add(_ count: Int) {
        let line = state.withLock { state -> String? in
            state.byteCount += Int64(count)
            let now = Self.now
            guard now >= state.shown + Self.interval else { return nil }
            state.shown = now
            return Self.line(verb, state.byteCount, of: state.total, after: now - state.begun)
        }
        if let line { Terminal.show(progress: line) }
    }

    /// `checking: 1.2 GB of 8.0 GB, 512.0 MB/s`.
    static func line(
        _ verb: String, _ byteCount: Int64, of total: Int64?, after nanoseconds: UInt64
    ) -> String {
        let rate = Double(byteCount) / (Double(max(nanoseconds, 1)) / 1e9)
        // Some bytes are read twice, such as a document; more than all is nonsense.
        let whole = total.flatMap { $0 >= byteCount ? " of \(amount($0))" : nil } ?? ""
        return "airseal: \(verb): \(amount(byteCount))\(whole), \(amount(Int64(rate)))/s"
    }

    /// Decimal units, as on the label of a medium.
    private static func amount(_ byteCount: Int64) -> String {
        var unit: Int64 = 1
        for name in ["bytes", "kB", "MB", "GB"] {
            if byteCount < unit * 1000 || name == "GB" {
                guard unit > 1 else { return "\(byteCount) bytes" }
                let tenths = byteCount / (unit / 10)
                return "\(tenths / 10).\(tenths % 10) \(name)"
            }
            unit *= 1000
        }
        return "\(byteCount) bytes"
    }

    private static var now: UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

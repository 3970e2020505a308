public import Files
import Synchronization
public import SystemPackage

/// A file system that spoils the n-th call of a kind.
public final class FaultyFiles: Sendable {
    /// Which calls are counted.
    public enum Kind: Sendable {
        /// Those that change what is on disk.
        case changes
        /// Those that read.
        case reads
    }

    /// How long it lasts.
    public enum Duration: Sendable, CaseIterable {
        /// The n-th call only, as when a disk is full for a moment.
        case once
        /// The n-th call and every later one, as after a pulled plug.
        case forGood
    }

    private let place: Int
    private let kind: Kind
    private let duration: Duration
    private let fault: FileFault
    private let count = Mutex(0)

    /// Spoils call number `place`, counted from 1, of `kind`. A short write spoils other calls than
    /// writes by its error.
    public init(
        at place: Int, of kind: Kind = .changes, for duration: Duration = .once,
        by fault: FileFault = .shortWrite(byteCount: 3, .noSpace)
    ) {
        self.place = place
        self.kind = kind
        self.duration = duration
        self.fault = fault
    }

    /// Calls of the kind so far.
    public var asked: Int { count.withLock { $0 } }

    /// Whether any call was spoilt.
    public var hasStruck: Bool { asked >= place }

    /// For `FileSystem(faults:)`.
    public var faults: FileFaults {
        { operation in
            guard operation.isChange == (self.kind == .changes) else { return nil }
            let number = self.count.withLock { count in
                count += 1
                return count
            }
            let isHit = number == self.place || (self.duration == .forGood && number > self.place)
            return isHit ? self.fault : nil
        }
    }

    /// The file system that they spoil.
    public var files: FileSystem { FileSystem(faults: faults) }
}

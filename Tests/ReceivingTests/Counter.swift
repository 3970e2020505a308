import Files
import Synchronization
import SystemPackage

/// Random bytes for tests: different each time, the same in every run.
final class Counter: Sendable {
    private let state: Mutex<UInt64>

    init(_ seed: UInt8) {
        state = Mutex(UInt64(seed) << 32)
    }

    func bytes(_ count: Int) -> [UInt8] {
        state.withLock { state in
            (0..<count).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: state >> 40)
            }
        }
    }
}

/// Makes the n-th changing operation fail, and every later one too, as after a pulled plug; or that
/// one only, as when a disk is full for a moment.
final class Failing: Sendable {
    private let count = Mutex(0)
    let place: Int
    let isFinal: Bool

    init(at place: Int, isFinal: Bool) {
        self.place = place
        self.isFinal = isFinal
    }

    /// Operations asked for so far.
    var asked: Int { count.withLock { $0 } }

    var files: FileSystem {
        FileSystem { operation in
            let number = self.count.withLock {
                $0 += 1
                return $0
            }
            guard number == self.place || (self.isFinal && number > self.place) else { return nil }
            if case .write = operation { return .shortWrite(byteCount: 3, .noSpace) }
            return .fail(.noSpace)
        }
    }
}

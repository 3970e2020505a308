import Files
import Synchronization
import SystemPackage

/// Lets the n-th operation on disk fail, counted from 0.
final class Counter: Sendable {
    private let count = Mutex(0)
    private let failing: Int

    init(failingAt failing: Int) {
        self.failing = failing
    }

    var faults: FileFaults {
        { _ in
            let number = self.count.withLock { count in
                defer { count += 1 }
                return count
            }
            return number == self.failing ? .fail(.ioError) : nil
        }
    }
}

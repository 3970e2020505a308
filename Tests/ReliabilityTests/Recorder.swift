import Files
import Synchronization

/// Writes down every change, and lets it happen.
final class Recorder: Sendable {
    private let recorded = Mutex<[FileOperation]>([])
    private let reads = Mutex(0)

    /// How many reads there were.
    var readCount: Int { reads.withLock { $0 } }

    /// In their order.
    var operations: [FileOperation] { recorded.withLock { $0 } }

    var files: FileSystem {
        FileSystem { operation in
            if operation.isChange {
                self.recorded.withLock { $0.append(operation) }
            } else {
                self.reads.withLock { $0 += 1 }
            }
            return nil
        }
    }
}

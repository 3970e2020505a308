import Files
import Synchronization

/// Writes down every change, and lets it happen.
final class Recorder: Sendable {
    private let recorded = Mutex<[FileOperation]>([])

    /// In their order.
    var operations: [FileOperation] { recorded.withLock { $0 } }

    var files: FileSystem {
        FileSystem { operation in
            if operation.isChange { self.recorded.withLock { $0.append(operation) } }
            return nil
        }
    }
}

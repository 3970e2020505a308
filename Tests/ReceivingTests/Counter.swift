import Synchronization

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

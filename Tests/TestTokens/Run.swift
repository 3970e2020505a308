internal import Glibc
internal import Synchronization

/// Runs other programs as judges.
public enum Run {
    /// Runs `line` in a shell, in silence; true when it ended with status 0.
    public static func command(_ line: String) -> Bool {
        unsafe system("{ \(line)\n} >/dev/null 2>&1") == 0
    }
}

/// A folder of one test.
public enum TemporaryFolder {
    /// Makes a fresh folder and returns its path. It is left to the system to remove.
    public static func make() -> String {
        var template = Array("/tmp/airseal-test-XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { buffer -> String? in
            guard let start = buffer.baseAddress, unsafe mkdtemp(start) != nil else { return nil }
            return unsafe String(cString: start)
        }
        guard let made else { preconditionFailure("a temporary folder can be made") }
        return made
    }
}

/// Numbers from 0, each given out once.
final class Numbers: Sendable {
    private let next = Atomic(0)

    func take() -> Int { next.wrappingAdd(1, ordering: .relaxed).oldValue }
}

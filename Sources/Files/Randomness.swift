import Glibc

/// A source of random bytes; a test gives predictable ones.
public struct Randomness: Sendable {
    private let read: @Sendable (Int) -> [UInt8]

    /// The kernel's generator.
    public static let system = Randomness { count in
        precondition(count <= 256, "getrandom gives up to 256 bytes without interruption")
        var bytes = [UInt8](repeating: 0, count: count)
        let got = unsafe bytes.withUnsafeMutableBytes {
            unsafe getrandom($0.baseAddress, $0.count, 0)
        }
        precondition(got == count, "the kernel's generator is there since before we started")
        return bytes
    }

    /// A source that gives what `read` returns for a number of bytes.
    public init(_ read: @escaping @Sendable (Int) -> [UInt8]) {
        self.read = read
    }

    /// `count` random bytes, at most 256.
    public func bytes(_ count: Int) -> [UInt8] { read(count) }
}

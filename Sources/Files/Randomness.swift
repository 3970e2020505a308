/// A source of random bytes; a test gives predictable ones.
public struct Randomness: Sendable {
    private let read: @Sendable (Int) -> [UInt8]

    /// The kernel's generator.
    public static let system = Randomness { count in
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// A source that gives what `read` returns for a number of bytes.
    public init(_ read: @escaping @Sendable (Int) -> [UInt8]) {
        self.read = read
    }

    /// `count` random bytes.
    public func bytes(_ count: Int) -> [UInt8] { read(count) }
}

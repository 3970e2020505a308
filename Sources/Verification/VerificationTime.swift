public import Encodings

/// The moment at which a verdict is asked for, and who says that it is now.
public struct VerificationTime: Sendable, Equatable {
    /// Where a time comes from.
    public enum Source: String, Sendable {
        /// The clock of this machine.
        case clock
        /// The operator: a replay of a verdict at another time.
        case replay
    }

    /// The moment.
    public let value: Timestamp
    /// Where it comes from.
    public let source: Source

    /// A moment from a source.
    public init(_ value: Timestamp, from source: Source) {
        self.value = value
        self.source = source
    }
}

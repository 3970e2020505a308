internal import Encodings
public import Files

/// Names one operation over every try to carry it out, so that a repeated step is known for what
/// it is.
public struct OperationID: Hashable, Sendable, CustomStringConvertible {
    /// 32 lower-case hexadecimal digits.
    public let text: String

    /// A fresh one.
    public init(from randomness: Randomness) {
        text = Hex.encode(randomness.bytes(16))
    }

    /// The operation called `text`; nil unless it is 32 lower-case hexadecimal digits.
    public init?(_ text: some StringProtocol) {
        guard Hex.decode(text)?.count == 16 else { return nil }
        self.text = String(text)
    }

    /// The digits.
    public var description: String { text }
}

/// Tells one sender's numbering from another: random, so that a sender rebuilt from nothing cannot
/// pass for the one before.
public struct StreamID: Hashable, Sendable, CustomStringConvertible {
    /// 32 lower-case hexadecimal digits.
    public let text: String

    /// The stream called `text`; nil unless it is 32 lower-case hexadecimal digits.
    public init?(_ text: String) {
        guard Hex.decode(text)?.count == 16 else { return nil }
        self.text = text
    }

    /// The digits.
    public var description: String { text }
}

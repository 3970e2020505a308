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

    /// The operation that takes this one back: every digit turned over, so it can be told from no
    /// other and is the same at every try.
    public var withdrawal: OperationID {
        let digits = text.utf8.map { unit in
            let value = unit >= UInt8(ascii: "a") ? unit - 87 : unit - 48
            return String(15 - value, radix: 16)
        }
        return OperationID(digits: digits.joined())
    }

    private init(digits: String) {
        text = digits
    }

    /// The digits.
    public var description: String { text }
}

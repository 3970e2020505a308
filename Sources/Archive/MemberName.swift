/// The name of a member, compared byte by byte.
///
/// Swift takes texts for equal that Unicode calls canonically equivalent, an "é" in one scalar and
/// in two; a tar, and whoever unpacks it, tells them apart.
public struct MemberName: Hashable, Sendable, CustomStringConvertible {
    private let bytes: [UInt8]

    /// The name `text`.
    public init(_ text: some StringProtocol) {
        bytes = Array(text.utf8)
    }

    /// The name as text.
    public var description: String { String(decoding: bytes, as: UTF8.self) }
}

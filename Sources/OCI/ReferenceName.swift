public import Encodings

/// A tag (`v1`) or full image name (`registry.example/app:v1`) as it may stand in
/// `org.opencontainers.image.ref.name`.
///
/// A whitelist: ASCII letters, digits and `-._:@+/`, no empty path component and none of dots only,
/// so that a name is safe to print and cannot be taken for a path elsewhere.
///
/// - SeeAlso: OCI image-spec 1.1, annotations.md, which is narrower than the tags in use.
public struct ReferenceName: Hashable, Sendable, CustomStringConvertible {
    /// Longest name, in bytes: 255 for a repository, 128 for a tag, and room for a digest.
    public static let byteCountMax = 512

    /// The name.
    public let description: String

    /// The name if it keeps to the whitelist, else nil.
    public init?(_ text: some StringProtocol) {
        let units = Array(text.utf8)
        guard let first = units.first, units.count <= Self.byteCountMax, Self.mayBegin(first),
            units.allSatisfy({ Self.mayBegin($0) || "-.:@+/".utf8.contains($0) })
        else { return nil }
        let components = units.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard components.allSatisfy({ !$0.isEmpty && !$0.allSatisfy { $0 == UInt8(ascii: ".") } })
        else { return nil }
        description = String(text)
    }

    /// The tag under which the fallback index of `digest` stands: `sha256-<hex>` (rule L9).
    public init(fallbackFor digest: Digest) {
        description = "\(digest.algorithm.rawValue)-\(digest.hex)"
    }

    /// The digest whose fallback index stands under this tag; nil for any other name.
    public var fallbackTarget: Digest? {
        let parts = description.split(
            separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        return try? Digest("\(parts[0]):\(parts[1])")
    }

    private static func mayBegin(_ unit: UInt8) -> Bool {
        switch unit {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

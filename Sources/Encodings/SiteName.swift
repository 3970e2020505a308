/// The name of a site on one side of the gap: `[a-z0-9]+([._-][a-z0-9]+)*`, at most 128 bytes.
///
/// Safe as a file name, as a printed word and as one component of a path.
public struct SiteName: Hashable, Sendable, CustomStringConvertible {
    /// The name.
    public let text: String

    /// Takes `text` if it has the form of a site's name.
    public init(_ text: String) throws(SiteNameError) {
        guard text.utf8.count <= Self.byteCountMax else { throw .malformed(text) }
        let parts = text.utf8.split(omittingEmptySubsequences: false) { ".-_".utf8.contains($0) }
        for part in parts {
            let isWord = part.allSatisfy { unit in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(unit)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(unit)
            }
            guard isWord, !part.isEmpty else { throw .malformed(text) }
        }
        self.text = text
    }

    /// The longest name, in bytes: half of what a file name may have.
    public static let byteCountMax = 128

    /// The name.
    public var description: String { text }
}

/// Why a text is no site's name.
public enum SiteNameError: Error, Equatable {
    /// It has not the form that `SiteName` names.
    case malformed(String)
}

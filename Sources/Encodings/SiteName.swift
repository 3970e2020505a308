/// The name of a site: what it calls itself in bundles and receipts, and the folder that another
/// site keeps its entry in.
///
/// Groups of lower-case letters and digits, with one `.`, `_` or `-` between: safe as a file name,
/// and no two look alike by case.
public struct SiteName: Hashable, Sendable {
    /// The name.
    public let text: String

    /// Reads a name, of at most `byteCountMax` bytes.
    ///
    /// - Throws: `.reserved` for `self.json`, the file that lies among the folders of peers.
    public init(_ text: some StringProtocol) throws(SiteNameError) {
        guard text.utf8.count <= Self.byteCountMax else { throw .tooLong(limit: Self.byteCountMax) }
        let groups = text.utf8.split(omittingEmptySubsequences: false) { unit in
            unit == UInt8(ascii: ".") || unit == UInt8(ascii: "_") || unit == UInt8(ascii: "-")
        }
        let isWellFormed = groups.allSatisfy { group in
            !group.isEmpty
                && group.allSatisfy { unit in
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(unit)
                        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(unit)
                }
        }
        guard isWellFormed else { throw .malformed(String(text)) }
        guard !text.utf8.elementsEqual("self.json".utf8) else { throw .reserved(String(text)) }
        self.text = String(text)
    }

    /// The longest name, in bytes: it stays a file name with room for an ending.
    public static let byteCountMax = 128
}

extension SiteName: CustomStringConvertible {
    /// The name.
    public var description: String { text }
}

extension SiteName: Comparable {
    /// Orders byte by byte.
    public static func < (left: SiteName, right: SiteName) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }
}

/// Why a text is no name of a site.
public enum SiteNameError: Error, Equatable, Sendable {
    /// Longer than `SiteName.byteCountMax`.
    case tooLong(limit: Int)
    /// Not of the grammar.
    case malformed(String)
    /// A name that Airseal uses for a file of its own.
    case reserved(String)
}

/// What the certificates of a trust store are trusted for.
public enum TrustStoreType: String, Sendable, CaseIterable {
    /// Certification authorities of signers, for the scheme `notary.x509`.
    case ca
    /// Authorities whose signing times are believed, for `notary.x509.signingAuthority`.
    case signingAuthority
    /// Authorities of RFC 3161 timestamps.
    case tsa
}

/// A trust store as a policy names it: `ca:production`.
///
/// - SeeAlso: Notary Project, trust-store-trust-policy.md, "Trust Store"; rules Y5 and R2.
public struct TrustStoreName: Hashable, Sendable {
    /// The part before the colon.
    public let type: TrustStoreType
    /// The part after the colon: a name that is safe as a folder's name.
    public let name: String

    /// Reads `type:name`; nil if `text` is anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let type = TrustStoreType(spelled: parts[0]) else { return nil }
        self.init(type: type, name: String(parts[1]))
    }

    /// The store of `type` called `name`; nil if the name is not of letters, digits, `_`, `.` and
    /// `-`, or is one of the two names that every folder gives to others.
    public init?(type: TrustStoreType, name: String) {
        guard !name.isEmpty, name.utf8.count <= Self.nameByteCountMax, name != ".", name != ".."
        else { return nil }
        let isSafe = name.utf8.allSatisfy { unit in
            switch unit {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isSafe else { return nil }
        self.type = type
        self.name = name
    }

    /// What a file system takes as one name, in bytes.
    private static let nameByteCountMax = 255
}

extension TrustStoreName: CustomStringConvertible {
    /// `type:name`.
    public var description: String { "\(type.rawValue):\(name)" }
}

extension TrustStoreName: Comparable {
    /// Orders by the text form, byte by byte.
    public static func < (left: TrustStoreName, right: TrustStoreName) -> Bool {
        left.description.utf8.lexicographicallyPrecedes(right.description.utf8)
    }
}

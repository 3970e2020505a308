/// A CBOR data item, in the part of RFC 8949 that COSE headers use.
///
/// Read by the strict scanner in `CBORScanner.swift`, so a value never comes from ambiguous bytes.
public enum CBOR: Sendable, Equatable {
    /// Major types 0 and 1, as far as 64 bits with a sign reach.
    case integer(Int64)
    /// A byte string.
    case bytes([UInt8])
    /// A text string.
    case text(String)
    /// An array.
    case array([CBOR])
    /// A map.
    case map(CBORMap)
    /// A tagged item.
    indirect case tagged(UInt64, CBOR)
    /// `false` or `true`.
    case boolean(Bool)
    /// `null`.
    case null
    /// Any other simple value, `undefined` among them.
    case simple(UInt8)
    /// A floating-point number, as the bits that stood there.
    case float(bits: UInt64, byteCount: Int)

    /// Whether tags may stand in the bytes.
    public enum Tags: Sendable {
        /// Each tag is an error.
        case refused
        /// Tags are read.
        case allowed
    }

    /// Reads one CBOR item.
    ///
    /// - Throws: `CBORError` for anything but one item in definite lengths and shortest heads, of
    ///   at most `CBORScanner.depthMax` levels and `itemCountMax` items, whose maps have distinct
    ///   labels that are integers or texts, and after which no byte follows (rules C2, C3 and C4).
    public init(parsing bytes: [UInt8], tags: Tags = .refused) throws(CBORError) {
        var scanner = CBORScanner(bytes[...], tags: tags)
        self = try scanner.document()
    }
}

/// What a map's value is found by: COSE knows integers and texts (rule C3).
public enum CBORLabel: Sendable {
    /// An integer.
    case integer(Int64)
    /// A text, compared byte by byte.
    case text(String)
}

extension CBORLabel: Hashable {
    /// The same kind and the same bytes: equivalent spellings in Unicode are different labels.
    public static func == (left: CBORLabel, right: CBORLabel) -> Bool {
        switch (left, right) {
        case (.integer(let left), .integer(let right)): left == right
        case (.text(let left), .text(let right)): left.utf8.elementsEqual(right.utf8)
        case (.integer, .text), (.text, .integer): false
        }
    }

    /// Hashes what `==` compares.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .integer(let integer): hasher.combine(integer)
        case .text(let text): for unit in text.utf8 { hasher.combine(unit) }
        }
    }
}

extension CBORLabel: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
    /// An integer label.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// A text label.
    public init(stringLiteral value: String) { self = .text(value) }
}

extension CBORLabel: CustomStringConvertible {
    /// The integer in decimal, or the text.
    public var description: String {
        switch self {
        case .integer(let integer): String(integer)
        case .text(let text): text
        }
    }
}

/// The entries of a CBOR map, in the order in which they stood. No label stands twice.
public struct CBORMap: Sendable, Equatable {
    /// One label and its value.
    public struct Entry: Sendable, Equatable {
        /// The label.
        public let label: CBORLabel
        /// The value.
        public let value: CBOR
    }

    /// The entries in their order.
    public private(set) var entries: [Entry]

    /// A map without entries.
    public init() {
        entries = []
    }

    /// Entries whose labels the scanner has found to be distinct.
    init(distinct entries: [Entry]) {
        self.entries = entries
    }

    /// The value under `label`; nil if there is none. Setting nil removes the entry.
    public subscript(label: CBORLabel) -> CBOR? {
        get { entries.first { $0.label == label }?.value }
        set {
            entries.removeAll { $0.label == label }
            if let newValue { entries.append(Entry(label: label, value: newValue)) }
        }
    }
}

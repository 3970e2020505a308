/// A JSON value as it stood in the text: members in their order, numbers that are no integer by
/// their spelling.
///
/// Read by the strict scanner in `JSONScanner.swift`, so a value never comes from an ambiguous text.
public enum JSON: Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case boolean(Bool)
    /// A number written without fraction or exponent that fits 64 bits.
    case integer(Int64)
    /// Any other number, as it was spelled.
    case number(String)
    /// A string, its escapes resolved.
    case string(String)
    /// An array.
    case array([JSON])
    /// An object.
    case object(JSONObject)

    /// Reads one JSON text.
    ///
    /// - Throws: `JSONError` for anything but one well-formed UTF-8 text of at most
    ///   `JSONScanner.depthMax` levels, without a byte order mark, without bytes after the value,
    ///   without an object that names a member twice.
    public init(parsing bytes: [UInt8]) throws(JSONError) {
        var scanner = JSONScanner(bytes)
        self = try scanner.document()
    }
}

/// The members of a JSON object, in their order, names compared byte by byte.
public struct JSONObject: Sendable {
    /// One `"name": value`.
    public struct Member: Sendable {
        /// The name, its escapes resolved.
        public let name: String
        /// The value.
        public var value: JSON
    }

    /// The members in their order. No name stands twice.
    public private(set) var members: [Member]

    /// An object without members.
    public init() {
        members = []
    }

    /// An object with members whose names the scanner has found to be distinct.
    init(distinct members: [Member]) {
        self.members = members
    }

    /// Members in the byte order of their names; of two with one name only the first.
    public init(sorting members: [(name: String, value: JSON)]) {
        let sorted = members.enumerated().sorted { left, right in
            if left.element.name.utf8.elementsEqual(right.element.name.utf8) {
                return left.offset < right.offset
            }
            return left.element.name.utf8.lexicographicallyPrecedes(right.element.name.utf8)
        }
        self.members = []
        for (_, (name, value)) in sorted {
            guard self.members.last?.name.utf8.elementsEqual(name.utf8) != true else { continue }
            self.members.append(Member(name: name, value: value))
        }
    }

    /// The value of the member called `name`, byte for byte; nil if there is none.
    ///
    /// Setting a new name appends it; setting nil removes the member.
    public subscript(name: String) -> JSON? {
        get { members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value }
        set {
            let place = members.firstIndex { $0.name.utf8.elementsEqual(name.utf8) }
            switch (place, newValue) {
            case (let place?, let value?): members[place].value = value
            case (let place?, nil): members.remove(at: place)
            case (nil, let value?): members.append(Member(name: name, value: value))
            case (nil, nil): break
            }
        }
    }
}

extension JSON: Equatable {
    /// The same value in the same spelling: strings, too, are compared byte by byte, since Swift
    /// takes two spellings of one accented letter for the same text.
    public static func == (left: JSON, right: JSON) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.boolean(let left), .boolean(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.number(let left), .number(let right)): left.utf8.elementsEqual(right.utf8)
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        case (.null, _), (.boolean, _), (.integer, _), (.number, _), (.string, _), (.array, _),
            (.object, _):
            false
        }
    }
}

extension JSONObject: Equatable {
    /// Equal members in equal order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.members.elementsEqual(right.members) {
            $0.name.utf8.elementsEqual($1.name.utf8) && $0.value == $1.value
        }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// The members in the order of the literal.
    public init(dictionaryLiteral elements: (String, JSON)...) {
        self.init()
        for (name, value) in elements { self[name] = value }
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// An integer.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// A truth value.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    /// An array.
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    /// An object with the members in the order of the literal.
    public init(dictionaryLiteral elements: (String, JSON)...) {
        var object = JSONObject()
        for (name, value) in elements { object[name] = value }
        self = .object(object)
    }
}

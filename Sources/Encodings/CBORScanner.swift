/// Why bytes are not acceptable as CBOR; `offset` counts bytes from their start.
public enum CBORError: Error, Equatable {
    /// The bytes end inside an item, or an item claims more bytes than there are.
    case truncated(offset: Int)
    /// Bytes follow the item.
    case trailingBytes(offset: Int)
    /// A head that RFC 8949 reserves, or a simple value below 32 in two bytes.
    case reserved(offset: Int)
    /// An item of indefinite length.
    case indefinite(offset: Int)
    /// A number, length or tag that a shorter head could hold.
    case notShortest(offset: Int)
    /// An integer beyond 64 bits with a sign.
    case integerTooLarge(offset: Int)
    /// A text that is not UTF-8.
    case notUTF8(offset: Int)
    /// A tag where none may stand.
    case tag(UInt64, offset: Int)
    /// A map label that is neither an integer nor a text.
    case badLabel(offset: Int)
    /// A map names a label twice.
    case duplicateLabel(CBORLabel)
    /// More levels than `CBORScanner.depthMax`.
    case tooDeep
    /// More items than `CBORScanner.itemCountMax`.
    case tooManyItems
}

/// Reads CBOR as COSE needs it, and refuses everything that two readers might read differently.
///
/// - SeeAlso: RFC 8949 sections 3 and 4.2; rules C2 to C5 of the conformance list.
struct CBORScanner {
    /// Levels of nesting. A Notary envelope has three.
    static let depthMax = 16
    /// Items in one text. An item of one byte takes forty in memory; an envelope has about thirty.
    static let itemCountMax = 10_000

    private let bytes: ArraySlice<UInt8>
    private let tags: CBOR.Tags
    private var position: Int
    private var itemCount = 0

    init(_ bytes: ArraySlice<UInt8>, tags: CBOR.Tags) {
        self.bytes = bytes
        self.tags = tags
        position = bytes.startIndex
    }

    mutating func document() throws(CBORError) -> CBOR {
        let item = try item(depth: 1)
        guard position == bytes.endIndex else { throw .trailingBytes(offset: position) }
        return item
    }

    private mutating func item(depth: Int) throws(CBORError) -> CBOR {
        guard depth <= Self.depthMax else { throw .tooDeep }
        itemCount += 1
        guard itemCount <= Self.itemCountMax else { throw .tooManyItems }
        let start = position
        let (major, information) = try initialByte()
        if major == 7 { return try simple(information, start) }
        let argument = try argument(information, start)
        switch major {
        case 0:
            guard let integer = Int64(exactly: argument) else {
                throw .integerTooLarge(offset: start)
            }
            return .integer(integer)
        case 1:
            guard let integer = Int64(exactly: argument) else {
                throw .integerTooLarge(offset: start)
            }
            return .integer(-1 - integer)
        case 2: return .bytes(Array(try take(argument, start)))
        case 3: return .text(try text(argument, start))
        case 4: return .array(try array(argument, start, depth))
        case 5: return .map(try map(argument, start, depth))
        default:
            guard tags == .allowed else { throw .tag(argument, offset: start) }
            return .tagged(argument, try item(depth: depth + 1))
        }
    }

    private mutating func text(_ count: UInt64, _ start: Int) throws(CBORError) -> String {
        let units = try take(count, start)
        guard let text = String(validating: units, as: UTF8.self) else {
            throw .notUTF8(offset: start)
        }
        return text
    }

    private mutating func array(_ count: UInt64, _ start: Int, _ depth: Int) throws(CBORError)
        -> [CBOR]
    {
        // Each element takes a byte at least: a larger count is a lie, found before any allocation.
        guard count <= UInt64(bytes.endIndex - position) else { throw .truncated(offset: start) }
        var elements: [CBOR] = []
        for _ in 0..<count { elements.append(try item(depth: depth + 1)) }
        return elements
    }

    private mutating func map(_ count: UInt64, _ start: Int, _ depth: Int) throws(CBORError)
        -> CBORMap
    {
        guard count <= UInt64((bytes.endIndex - position) / 2) else {
            throw .truncated(offset: start)
        }
        var entries: [CBORMap.Entry] = []
        var labels = Set<CBORLabel>()
        for _ in 0..<count {
            let place = position
            let label: CBORLabel
            switch try item(depth: depth + 1) {
            case .integer(let integer): label = .integer(integer)
            case .text(let text): label = .text(text)
            default: throw .badLabel(offset: place)
            }
            guard labels.insert(label).inserted else { throw .duplicateLabel(label) }
            entries.append(CBORMap.Entry(label: label, value: try item(depth: depth + 1)))
        }
        return CBORMap(distinct: entries)
    }

    private mutating func simple(_ information: UInt8, _ start: Int) throws(CBORError) -> CBOR {
        switch information {
        case 20, 21: return .boolean(information == 21)
        case 22: return .null
        case 0..<24: return .simple(information)
        case 24:
            let value = try number(byteCount: 1, start)
            guard value >= 32 else { throw .reserved(offset: start) }
            return .simple(UInt8(value))
        case 25: return .float(bits: try number(byteCount: 2, start), byteCount: 2)
        case 26: return .float(bits: try number(byteCount: 4, start), byteCount: 4)
        case 27: return .float(bits: try number(byteCount: 8, start), byteCount: 8)
        case 31: throw .indefinite(offset: start)
        default: throw .reserved(offset: start)
        }
    }

    private mutating func initialByte() throws(CBORError) -> (major: UInt8, information: UInt8) {
        guard position < bytes.endIndex else { throw .truncated(offset: position) }
        defer { position += 1 }
        return (bytes[position] >> 5, bytes[position] & 31)
    }

    private mutating func argument(_ information: UInt8, _ start: Int) throws(CBORError) -> UInt64 {
        let byteCount: Int
        switch information {
        case 0..<24: return UInt64(information)
        case 24: byteCount = 1
        case 25: byteCount = 2
        case 26: byteCount = 4
        case 27: byteCount = 8
        case 31: throw .indefinite(offset: start)
        default: throw .reserved(offset: start)
        }
        let value = try number(byteCount: byteCount, start)
        let leastValue: UInt64 = byteCount == 1 ? 24 : 1 << UInt64(4 * byteCount)
        guard value >= leastValue else { throw .notShortest(offset: start) }
        return value
    }

    private mutating func number(byteCount: Int, _ start: Int) throws(CBORError) -> UInt64 {
        try take(UInt64(byteCount), start).reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func take(_ count: UInt64, _ start: Int) throws(CBORError)
        -> ArraySlice<UInt8>
    {
        guard count <= UInt64(bytes.endIndex - position) else { throw .truncated(offset: start) }
        defer { position += Int(count) }
        return bytes[position..<position + Int(count)]
    }
}

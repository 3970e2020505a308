/// Why bytes are not the DER that their reader expects.
public enum DERError: Error, Equatable {
    /// The bytes end inside an element.
    case truncated
    /// Bytes follow the last element.
    case trailingBytes
    /// A length in indefinite or in longer form than needed, or a tag number above 30.
    case notDistinguished
    /// Another element stands there.
    case unexpected(tag: UInt8)
    /// The element's content is not a value of its type in its one DER spelling.
    case badValue(tag: UInt8)
}

/// One element: its tag, its content, and the bytes of both with the length between.
struct DERElement {
    let tag: UInt8
    let content: ArraySlice<UInt8>
    let whole: ArraySlice<UInt8>
}

/// The tags that certificates use.
enum DERTag {
    static let boolean: UInt8 = 0x01
    static let integer: UInt8 = 0x02
    static let bitString: UInt8 = 0x03
    static let octetString: UInt8 = 0x04
    static let null: UInt8 = 0x05
    static let objectIdentifier: UInt8 = 0x06
    static let enumerated: UInt8 = 0x0A
    static let utcTime: UInt8 = 0x17
    static let generalizedTime: UInt8 = 0x18
    static let sequence: UInt8 = 0x30
    static let set: UInt8 = 0x31

    /// An element tagged `number` by its context, its content constructed.
    static func context(_ number: UInt8) -> UInt8 { 0xA0 | number }
    /// An element tagged `number` by its context, its content primitive.
    static func primitiveContext(_ number: UInt8) -> UInt8 { 0x80 | number }
}

/// Reads DER elements one after the other: definite, minimal lengths only.
///
/// - SeeAlso: X.690 section 10; "Generic rules" of the conformance list, ASN.1.
struct DERReader {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    var isAtEnd: Bool { position == bytes.endIndex }

    /// The tag of the next element; nil at the end.
    var nextTag: UInt8? { isAtEnd ? nil : bytes[position] }

    func requireEnd() throws(DERError) {
        guard isAtEnd else { throw .trailingBytes }
    }

    mutating func next() throws(DERError) -> DERElement {
        let start = position
        let tag = try byte()
        guard tag & 0x1F != 0x1F else { throw .notDistinguished }
        let count = try length()
        guard count <= bytes.endIndex - position else { throw .truncated }
        let content = bytes[position..<position + count]
        position += count
        return DERElement(tag: tag, content: content, whole: bytes[start..<position])
    }

    mutating func next(_ tag: UInt8) throws(DERError) -> DERElement {
        guard let nextTag else { throw .truncated }
        guard nextTag == tag else { throw .unexpected(tag: nextTag) }
        return try next()
    }

    mutating func optional(_ tag: UInt8) throws(DERError) -> DERElement? {
        nextTag == tag ? try next() : nil
    }

    /// A reader of the elements inside the next one.
    mutating func enter(_ tag: UInt8) throws(DERError) -> DERReader {
        DERReader(try next(tag).content)
    }

    private mutating func byte() throws(DERError) -> UInt8 {
        guard position < bytes.endIndex else { throw .truncated }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func length() throws(DERError) -> Int {
        let first = try byte()
        guard first >= 0x80 else { return Int(first) }
        let byteCount = Int(first & 0x7F)
        guard (1...4).contains(byteCount) else { throw .notDistinguished }
        var length = 0
        for _ in 0..<byteCount { length = length << 8 | Int(try byte()) }
        let leastLength = byteCount == 1 ? 0x80 : 1 << (8 * (byteCount - 1))
        guard length >= leastLength else { throw .notDistinguished }
        return length
    }
}

// The values that certificates are made of.
extension DERReader {
    mutating func boolean() throws(DERError) -> Bool {
        let content = Array(try next(DERTag.boolean).content)
        switch content {
        case [0x00]: return false
        case [0xFF]: return true
        default: throw .badValue(tag: DERTag.boolean)
        }
    }

    /// The bytes of an INTEGER in two's complement, shortest form.
    mutating func integerBytes() throws(DERError) -> [UInt8] {
        try Array(integerSlice())
    }

    /// The same without a copy.
    mutating func integerSlice() throws(DERError) -> ArraySlice<UInt8> {
        let content = try next(DERTag.integer).content
        guard let first = content.first else { throw .badValue(tag: DERTag.integer) }
        if content.count > 1 {
            let second = content[content.startIndex + 1]
            let isPadded = first == 0 && second < 0x80 || first == 0xFF && second >= 0x80
            guard !isPadded else { throw .badValue(tag: DERTag.integer) }
        }
        return content
    }

    /// The bytes of an INTEGER that is not negative, without a zero byte before them.
    mutating func naturalNumber() throws(DERError) -> ArraySlice<UInt8> {
        let content = try integerSlice()
        guard let first = content.first, first < 0x80 else {
            throw .badValue(tag: DERTag.integer)
        }
        return first == 0 && content.count > 1 ? content.dropFirst() : content
    }

    /// An INTEGER from 0 to 2^31-1.
    mutating func smallInteger() throws(DERError) -> Int {
        let content = try integerBytes()
        guard content.count <= 4, let first = content.first, first < 0x80 else {
            throw .badValue(tag: DERTag.integer)
        }
        return content.reduce(0) { $0 << 8 | Int($1) }
    }

    /// The bits of a BIT STRING, first bit first, and how many bits of the last byte are unused.
    mutating func bitString() throws(DERError) -> (bytes: ArraySlice<UInt8>, unusedCount: Int) {
        try Self.bits(next(DERTag.bitString))
    }

    /// The same of an element that holds a BIT STRING, whatever its tag.
    static func bits(_ element: DERElement) throws(DERError)
        -> (bytes: ArraySlice<UInt8>, unusedCount: Int)
    {
        let content = element.content
        guard let unused = content.first, unused < 8 else { throw .badValue(tag: element.tag) }
        let bytes = content.dropFirst()
        guard let last = bytes.last else {
            guard unused == 0 else { throw .badValue(tag: element.tag) }
            return (bytes, 0)
        }
        guard last & (1 << unused - 1) == 0 else { throw .badValue(tag: element.tag) }
        return (bytes, Int(unused))
    }

    /// An OBJECT IDENTIFIER as numbers with dots between.
    mutating func objectIdentifier() throws(DERError) -> String {
        let content = try next(DERTag.objectIdentifier).content
        guard let last = content.last, last < 0x80 else {
            throw .badValue(tag: DERTag.objectIdentifier)
        }
        var arcs: [UInt64] = []
        var arc: UInt64 = 0
        var isFirstByte = true
        for byte in content {
            let isPadded = isFirstByte && byte == 0x80
            guard !isPadded, arc < 1 << 56 else { throw .badValue(tag: DERTag.objectIdentifier) }
            arc = arc << 7 | UInt64(byte & 0x7F)
            isFirstByte = byte < 0x80
            guard isFirstByte else { continue }
            if arcs.isEmpty {
                let root = min(arc / 40, 2)
                arcs = [root, arc - 40 * root]
            } else {
                arcs.append(arc)
            }
            arc = 0
        }
        return arcs.map(String.init).joined(separator: ".")
    }
}

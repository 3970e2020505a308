/// One name of a thing in a certificate or a list of revoked ones.
///
/// - SeeAlso: RFC 5280 section 4.2.1.6.
public enum GeneralName: Sendable, Hashable {
    /// A URI, which is ASCII.
    case uri(String)
    /// The name of a directory entry.
    case directoryName(DistinguishedName)
    /// A name of another kind, or a URI that is no ASCII: its tag and its content.
    case other(tag: UInt8, [UInt8])

    init(_ element: DERElement) throws(DERError) {
        switch element.tag {
        case DERTag.primitiveContext(6) where element.content.allSatisfy { $0 < 0x80 }:
            self = .uri(String(decoding: element.content, as: UTF8.self))
        case DERTag.context(4):
            // A CHOICE is always tagged explicitly.
            var name = DERReader(element.content)
            self = .directoryName(try DistinguishedName(name.next(DERTag.sequence)))
            try name.requireEnd()
        default: self = .other(tag: element.tag, Array(element.content))
        }
    }

    /// The names of a GeneralNames, up to its end.
    static func list(_ names: DERReader) throws(DERError) -> [GeneralName] {
        var names = names
        var list: [GeneralName] = []
        while !names.isAtEnd { list.append(try GeneralName(names.next())) }
        return list
    }

    /// The URI; nil for a name of another kind.
    public var uri: String? {
        if case .uri(let text) = self { text } else { nil }
    }
}

import Encodings

/// The name of a certificate's subject or issuer.
public struct DistinguishedName: Sendable {
    /// One attribute of a name.
    public struct Attribute: Sendable, Equatable {
        /// The object identifier of the type: `2.5.4.3`.
        public let typeIdentifier: String
        /// The value as text; nil when it is no string, or not well-formed in its string type.
        public let value: String?
        /// The DER of the value.
        public let valueDER: [UInt8]

        /// The short name of the type as trust policies write it, `CN`; nil for a type without one.
        public var shortName: String? { DistinguishedName.shortNames[typeIdentifier] }
    }

    /// The DER of the whole name.
    public let der: [UInt8]
    /// The relative names in the order of the DER, each with one attribute or, rarely, several.
    public let relativeNames: [[Attribute]]

    /// Every attribute, in the order of the DER.
    public var attributes: [Attribute] { relativeNames.flatMap { $0 } }

    /// The last common name; nil if there is none.
    public var commonName: String? {
        attributes.last { $0.typeIdentifier == "2.5.4.3" }?.value
    }

    static let shortNames = [
        "2.5.4.3": "CN", "2.5.4.5": "SERIALNUMBER", "2.5.4.6": "C", "2.5.4.7": "L",
        "2.5.4.8": "ST", "2.5.4.9": "STREET", "2.5.4.10": "O", "2.5.4.11": "OU",
        "2.5.4.17": "POSTALCODE", "0.9.2342.19200300.100.1.1": "UID",
        "0.9.2342.19200300.100.1.25": "DC", "1.2.840.113549.1.9.1": "emailAddress",
    ]

    /// Reads one name in DER, which is all that `der` may hold.
    public init(der: [UInt8]) throws(DERError) {
        var reader = DERReader(der[...])
        let element = try reader.next(DERTag.sequence)
        try reader.requireEnd()
        try self.init(element)
    }

    init(_ element: DERElement) throws(DERError) {
        der = Array(element.whole)
        var names: [[Attribute]] = []
        var reader = DERReader(element.content)
        while !reader.isAtEnd {
            var set = try reader.enter(DERTag.set)
            var attributes: [Attribute] = []
            repeat {
                var pair = try set.enter(DERTag.sequence)
                let type = try pair.objectIdentifier()
                let value = try pair.next()
                try pair.requireEnd()
                attributes.append(
                    Attribute(
                        typeIdentifier: type, value: Self.text(value),
                        valueDER: Array(value.whole)))
            } while !set.isAtEnd
            names.append(attributes)
        }
        relativeNames = names
    }

    private static func text(_ element: DERElement) -> String? {
        switch element.tag {
        case 0x0C: return String(validating: element.content, as: UTF8.self)
        // NumericString, PrintableString, IA5String and VisibleString are parts of ASCII.
        case 0x12, 0x13, 0x16, 0x1A:
            guard element.content.allSatisfy({ $0 < 0x80 }) else { return nil }
            return String(validating: element.content, as: UTF8.self)
        // TeletexString is Latin-1 in every certificate that has one.
        case 0x14:
            return String(String.UnicodeScalarView(element.content.map { Unicode.Scalar($0) }))
        case 0x1E:
            let bytes = Array(element.content)
            guard bytes.count.isMultiple(of: 2) else { return nil }
            let units = stride(from: 0, to: bytes.count, by: 2).map {
                UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1])
            }
            return String(validating: units, as: UTF16.self)
        default: return nil
        }
    }
}

extension DistinguishedName: Hashable {
    /// The same DER: two names that only read alike are different names.
    public static func == (left: DistinguishedName, right: DistinguishedName) -> Bool {
        left.der == right.der
    }

    /// Hashes what `==` compares.
    public func hash(into hasher: inout Hasher) { hasher.combine(der) }
}

extension DistinguishedName: CustomStringConvertible {
    /// The name as RFC 4514 writes it, the last relative name first.
    ///
    /// Safe to show: characters that control a terminal or the direction of writing are escaped.
    public var description: String {
        relativeNames.reversed().map { attributes in
            attributes.map { attribute in
                let type = attribute.shortName ?? attribute.typeIdentifier
                guard let value = attribute.value else {
                    return "\(type)=#\(Hex.encode(attribute.valueDER))"
                }
                return "\(type)=\(Self.escaped(value))"
            }.joined(separator: "+")
        }.joined(separator: ",")
    }

    private static func escaped(_ value: String) -> String {
        let scalars = Array(value.unicodeScalars)
        var text = ""
        for (index, scalar) in scalars.enumerated() {
            let isFirst = index == 0
            let isLast = index == scalars.count - 1
            switch scalar {
            case "\"", "+", ",", ";", "<", ">", "\\": text += "\\\(scalar)"
            case "#" where isFirst, " " where isFirst || isLast: text += "\\\(scalar)"
            default:
                if isHarmless(scalar) {
                    text.unicodeScalars.append(scalar)
                } else {
                    for unit in String(scalar).utf8 { text += "\\" + Hex.encode([unit]) }
                }
            }
        }
        return text
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
            .unassigned:
            false
        default: true
        }
    }
}

/// Attributes that a signer's subject must have: the `x509.subject` identity of a trust policy.
///
/// - SeeAlso: RFC 4514; Notary Project, trust-store-trust-policy.md, "Trusted identities"; rules Y7
///   to Y10.
public struct SubjectPattern: Sendable {
    /// The attributes, in the order of the policy. No type stands twice.
    public let attributes: [SubjectAttribute]

    /// Reads a distinguished name: `C=US, ST=WA, O=Example\, Inc.`, separated by `,` or `;`.
    ///
    /// - Throws: what rule Y7 or Y8 is broken by.
    public init(_ text: some StringProtocol) throws(SubjectPatternError) {
        guard text.utf8.count <= Self.byteCountMax else { throw .tooLong }
        var reader = SubjectPatternReader(Array(text.utf8))
        var attributes: [SubjectAttribute] = []
        repeat {
            let attribute = try reader.attribute()
            guard !attributes.contains(where: { $0.type == attribute.type }) else {
                throw .duplicateType(attribute.type)
            }
            attributes.append(attribute)
        } while try reader.takeSeparator()
        for type in [SubjectAttribute.Kind.country, .state, .organization]
        where !attributes.contains(where: { $0.type == type }) {
            throw .missingType(type)
        }
        self.attributes = attributes
    }

    /// Whether every attribute of the pattern is among `subject`, in any order (rule Y10).
    public func matches(_ subject: [SubjectAttribute]) -> Bool {
        attributes.allSatisfy(subject.contains)
    }

    /// Whether one certificate could match both: no type has two values (rule Y9).
    public func overlaps(_ other: SubjectPattern) -> Bool {
        attributes.allSatisfy { attribute in
            other.attributes.allSatisfy { $0.type != attribute.type || $0 == attribute }
        }
    }

    /// A subject of all attributes that X.520 defines, each at its upper bound, stays below this.
    static let byteCountMax = 4096
}

/// One attribute of a subject that a policy can name.
public struct SubjectAttribute: Sendable, Equatable {
    /// The type, by the short name that a policy writes (rule Y11 lists them).
    public enum Kind: String, Sendable, CaseIterable {
        /// countryName, 2.5.4.6.
        case country = "C"
        /// stateOrProvinceName, 2.5.4.8; `S` is read as well.
        case state = "ST"
        /// localityName, 2.5.4.7.
        case locality = "L"
        /// organizationName, 2.5.4.10.
        case organization = "O"
        /// organizationalUnitName, 2.5.4.11.
        case organizationalUnit = "OU"
        /// commonName, 2.5.4.3.
        case commonName = "CN"
        /// serialNumber, 2.5.4.5.
        case serialNumber = "SERIALNUMBER"
        /// streetAddress, 2.5.4.9.
        case street = "STREET"
        /// postalCode, 2.5.4.17.
        case postalCode = "POSTALCODE"

        /// The object identifier, in dots.
        public var objectIdentifier: String {
            switch self {
            case .country: "2.5.4.6"
            case .state: "2.5.4.8"
            case .locality: "2.5.4.7"
            case .organization: "2.5.4.10"
            case .organizationalUnit: "2.5.4.11"
            case .commonName: "2.5.4.3"
            case .serialNumber: "2.5.4.5"
            case .street: "2.5.4.9"
            case .postalCode: "2.5.4.17"
            }
        }

        init?(policyName name: String) {
            self.init(spelled: name.utf8.elementsEqual("S".utf8) ? "ST" : name)
        }
    }

    /// The type.
    public let type: Kind
    /// The value, its escapes resolved.
    public let value: String

    /// An attribute.
    public init(type: Kind, value: String) {
        self.type = type
        self.value = value
    }

    /// Equal type, and a value that is equal byte by byte: case and composition count.
    public static func == (left: SubjectAttribute, right: SubjectAttribute) -> Bool {
        left.type == right.type && left.value.utf8.elementsEqual(right.value.utf8)
    }
}

/// Why a text is no distinguished name that a policy may use.
public enum SubjectPatternError: Error, Equatable {
    /// More than `SubjectPattern.byteCountMax` bytes.
    case tooLong
    /// Something else than `TYPE=value`.
    case malformed(offset: Int)
    /// A type that no certificate could match: not upper case, or not among those of rule Y11.
    case unknownType(String)
    /// A type without a value.
    case emptyValue(SubjectAttribute.Kind)
    /// A value in hexadecimal BER, `#…`: refused since CVE-2023-25656.
    case hexadecimalValue(SubjectAttribute.Kind)
    /// Two attributes joined by `+`.
    case multipleValues
    /// A backslash before something that needs none, or at the end, or bytes that are no UTF-8.
    case badEscape(offset: Int)
    /// A type that stands twice, `S` and `ST` being the same.
    case duplicateType(SubjectAttribute.Kind)
    /// Country, state or organization is not there.
    case missingType(SubjectAttribute.Kind)
}

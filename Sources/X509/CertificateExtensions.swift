/// `basicConstraints` of a certificate.
public struct BasicConstraints: Sendable, Equatable {
    /// Whether the extension is critical.
    public let isCritical: Bool
    /// Whether the subject is a certificate authority.
    public let isCA: Bool
    /// How many authorities may stand between this one and a leaf; nil for any number.
    public let pathLength: Int?
}

/// `keyUsage` of a certificate.
public struct KeyUsage: Sendable, Equatable {
    /// One bit of the extension.
    public enum Purpose: Int, Sendable, CaseIterable {
        /// Bit 0.
        case digitalSignature
        /// Bit 1, also called non-repudiation.
        case contentCommitment
        /// Bit 2.
        case keyEncipherment
        /// Bit 3.
        case dataEncipherment
        /// Bit 4.
        case keyAgreement
        /// Bit 5.
        case keyCertSign
        /// Bit 6.
        case crlSign
        /// Bit 7.
        case encipherOnly
        /// Bit 8.
        case decipherOnly
    }

    /// Whether the extension is critical.
    public let isCritical: Bool
    /// What the key may be used for.
    public let purposes: Set<Purpose>
}

/// `extKeyUsage` of a certificate.
public struct ExtendedKeyUsage: Sendable, Equatable {
    /// Whether the extension is critical.
    public let isCritical: Bool
    /// The object identifiers of the purposes, in their order.
    public let purposes: [String]

    /// For signing code.
    public static let codeSigning = "1.3.6.1.5.5.7.3.3"
    /// For servers in TLS.
    public static let serverAuth = "1.3.6.1.5.5.7.3.1"
    /// For clients in TLS.
    public static let clientAuth = "1.3.6.1.5.5.7.3.2"
    /// For mail.
    public static let emailProtection = "1.3.6.1.5.5.7.3.4"
    /// For time stamps.
    public static let timeStamping = "1.3.6.1.5.5.7.3.8"
    /// For OCSP responses.
    public static let ocspSigning = "1.3.6.1.5.5.7.3.9"
    /// For anything.
    public static let any = "2.5.29.37.0"
}

/// The extensions that Airseal looks at. Every other one is ignored, critical or not (rule X17).
struct CertificateExtensions {
    private(set) var basicConstraints: BasicConstraints?
    private(set) var keyUsage: KeyUsage?
    private(set) var extendedKeyUsage: ExtendedKeyUsage?
    /// Where CRLs are to be had; nil when the certificate names none.
    private(set) var distributionPoints: [DistributionPoint]?
    /// Where delta CRLs are to be had; nil when the certificate names none.
    private(set) var freshestPoints: [DistributionPoint]?
    private(set) var subjectKeyIdentifier: [UInt8]?
    private(set) var authorityKeyIdentifier: AuthorityKeyIdentifier?
    /// Whether `id-pkix-ocsp-nocheck` is there.
    private(set) var isResponderUnchecked = false
    /// Where OCSP responders are; nil when the certificate names none.
    private(set) var ocspLocations: [String]?

    init() {}

    init(_ list: DERReader) throws(CertificateError) {
        var list = list
        var identifiers = Set<String>()
        while !list.isAtEnd {
            let entry: Extension
            do { entry = try Extension(&list) } catch { throw .malformed(error) }
            guard identifiers.insert(entry.identifier).inserted else {
                throw .duplicateExtension(entry.identifier)
            }
            do {
                try take(entry.identifier, entry.isCritical, DERReader(entry.value))
            } catch {
                throw .malformedExtension(entry.identifier)
            }
        }
    }

    private mutating func take(_ identifier: String, _ isCritical: Bool, _ value: DERReader)
        throws(DERError)
    {
        var value = value
        switch identifier {
        case "2.5.29.19": try takeBasicConstraints(isCritical, &value)
        case "2.5.29.15": try takeKeyUsage(isCritical, &value)
        case "2.5.29.37": try takeExtendedKeyUsage(isCritical, &value)
        case "2.5.29.31": distributionPoints = try DistributionPoint.list(&value)
        case "2.5.29.46": freshestPoints = try DistributionPoint.list(&value)
        case "2.5.29.14":
            subjectKeyIdentifier = Array(try value.next(DERTag.octetString).content)
        case "2.5.29.35":
            authorityKeyIdentifier = try AuthorityKeyIdentifier(&value)
        case "1.3.6.1.5.5.7.48.1.5":
            _ = try value.next(DERTag.null)
            isResponderUnchecked = true
        case "1.3.6.1.5.5.7.1.1": try takeAuthorityInformation(&value)
        default: return
        }
        try value.requireEnd()
    }

    private mutating func takeBasicConstraints(_ isCritical: Bool, _ value: inout DERReader)
        throws(DERError)
    {
        var fields = try value.enter(DERTag.sequence)
        let isCA = fields.nextTag == DERTag.boolean ? try fields.boolean() : false
        let pathLength = fields.isAtEnd ? nil : try fields.smallInteger()
        try fields.requireEnd()
        basicConstraints = BasicConstraints(
            isCritical: isCritical, isCA: isCA, pathLength: pathLength)
    }

    private mutating func takeKeyUsage(_ isCritical: Bool, _ value: inout DERReader)
        throws(DERError)
    {
        let bits = try value.bitString()
        let bytes = Array(bits.bytes)
        keyUsage = KeyUsage(
            isCritical: isCritical,
            purposes: Set(
                KeyUsage.Purpose.allCases.filter { purpose in
                    let (byte, bit) = purpose.rawValue.quotientAndRemainder(dividingBy: 8)
                    return byte < bytes.count && bytes[byte] & (0x80 >> UInt8(bit)) != 0
                }))
    }

    private mutating func takeExtendedKeyUsage(_ isCritical: Bool, _ value: inout DERReader)
        throws(DERError)
    {
        var list = try value.enter(DERTag.sequence)
        var purposes: [String] = []
        repeat { purposes.append(try list.objectIdentifier()) } while !list.isAtEnd
        extendedKeyUsage = ExtendedKeyUsage(isCritical: isCritical, purposes: purposes)
    }

    /// Collects the URIs of the OCSP access method.
    private mutating func takeAuthorityInformation(_ value: inout DERReader) throws(DERError) {
        var descriptions = try value.enter(DERTag.sequence)
        while !descriptions.isAtEnd {
            var description = try descriptions.enter(DERTag.sequence)
            let method = try description.objectIdentifier()
            let location = try GeneralName(description.next())
            try description.requireEnd()
            guard method == "1.3.6.1.5.5.7.48.1" else { continue }
            ocspLocations = (ocspLocations ?? []) + (location.uri.map { [$0] } ?? [])
        }
    }
}

import Cryptography

/// The outline of a CMS SignedData in DER: who signed, and how. None of it is proven.
///
/// - SeeAlso: RFC 5652 sections 5.1 and 5.3.
struct SignedData {
    let version: Int
    /// Whether every certificate in it is of X.509, and none of another kind (rule T18).
    let holdsOnlyX509: Bool
    /// The signers in the order of the DER.
    let signers: [SignerInfo]

    init(_ der: [UInt8]) throws(DERError) {
        var message = DERReader(der[...])
        var contentInfo = try message.enter(DERTag.sequence)
        try message.requireEnd()
        _ = try contentInfo.objectIdentifier()
        var tagged = try contentInfo.enter(DERTag.context(0))
        try contentInfo.requireEnd()
        var signed = try tagged.enter(DERTag.sequence)
        try tagged.requireEnd()

        version = try signed.smallInteger()
        _ = try signed.next(DERTag.set)
        _ = try signed.next(DERTag.sequence)
        var certificates = try signed.optional(DERTag.context(0)).map { DERReader($0.content) }
        var holdsOnlyX509 = true
        while certificates?.isAtEnd == false {
            holdsOnlyX509 = try certificates?.next().tag == DERTag.sequence && holdsOnlyX509
        }
        self.holdsOnlyX509 = holdsOnlyX509
        _ = try signed.optional(DERTag.context(1))
        var list = try signed.enter(DERTag.set)
        try signed.requireEnd()
        var signers: [SignerInfo] = []
        while !list.isAtEnd { signers.append(try SignerInfo(list.next(DERTag.sequence))) }
        self.signers = signers
    }
}

/// One signer of a SignedData, by its own word.
struct SignerInfo {
    /// An attribute that is signed: its values, each whole.
    struct Attribute {
        let identifier: String
        let values: [DERElement]
    }

    let version: Int
    /// The name and serial number by which the signer's certificate is meant; nil where it is meant
    /// in another way.
    let identity: CertificateIdentity?
    let digestAlgorithm: String
    /// Nil where nothing but the content is signed.
    let signedAttributes: [Attribute]?
    let signatureAlgorithm: String
    /// The hash that the parameters of the signature algorithm name, as those of RSASSA-PSS do.
    private let parameterHash: String?

    init(_ element: DERElement) throws(DERError) {
        var fields = DERReader(element.content)
        version = try fields.smallInteger()
        // The other way is a key identifier, under a tag of its own.
        identity =
            if fields.nextTag == DERTag.sequence {
                try CertificateIdentity(name: &fields)
            } else {
                try Self.skip(&fields)
            }
        var digest = try fields.enter(DERTag.sequence)
        digestAlgorithm = try digest.objectIdentifier()
        signedAttributes = try fields.optional(DERTag.context(0)).map(Self.attributes)
        var algorithm = try fields.enter(DERTag.sequence)
        signatureAlgorithm = try algorithm.objectIdentifier()
        parameterHash = signatureAlgorithm == Self.pss ? try Self.pssHash(&algorithm) : nil
        _ = try fields.next(DERTag.octetString)
        _ = try fields.optional(DERTag.context(1))
        try fields.requireEnd()
    }

    private static func skip(_ fields: inout DERReader) throws(DERError) -> CertificateIdentity? {
        _ = try fields.next()
        return nil
    }

    private static func attributes(_ set: DERElement) throws(DERError) -> [Attribute] {
        var list = DERReader(set.content)
        var attributes: [Attribute] = []
        while !list.isAtEnd {
            var attribute = try list.enter(DERTag.sequence)
            let identifier = try attribute.objectIdentifier()
            var set = try attribute.enter(DERTag.set)
            try attribute.requireEnd()
            var values: [DERElement] = []
            while !set.isAtEnd { values.append(try set.next()) }
            attributes.append(Attribute(identifier: identifier, values: values))
        }
        return attributes
    }

    private static let pss = "1.2.840.113549.1.1.10"

    /// RSASSA-PSS names its hash in its parameters; without it the hash is SHA-1.
    private static func pssHash(_ algorithm: inout DERReader) throws(DERError) -> String? {
        var parameters = try algorithm.enter(DERTag.sequence)
        let tagged = try parameters.optional(DERTag.context(0))
        guard var tagged = tagged.map({ DERReader($0.content) }) else { return nil }
        var hash = try tagged.enter(DERTag.sequence)
        return try hash.objectIdentifier()
    }

    /// The hash with which the signature is made, where plain RSA takes `digest`, that of the
    /// content; nil for an algorithm that is none of RSA, RSA-PSS and ECDSA with SHA-256, SHA-384
    /// or SHA-512 (rule T22).
    func signatureHash(digesting digest: SignatureHash) -> SignatureHash? {
        switch signatureAlgorithm {
        case "1.2.840.113549.1.1.1": digest
        case Self.pss: parameterHash.flatMap(SignatureHash.init(objectIdentifier:))
        case "1.2.840.113549.1.1.11", "1.2.840.10045.4.3.2": .sha256
        case "1.2.840.113549.1.1.12", "1.2.840.10045.4.3.3": .sha384
        case "1.2.840.113549.1.1.13", "1.2.840.10045.4.3.4": .sha512
        default: nil
        }
    }
}

/// The issuer and serial number by which a certificate is meant.
struct CertificateIdentity {
    /// The issuer's name in DER.
    let issuer: [UInt8]
    /// The serial number, big-endian, without a leading zero byte.
    let serialNumber: [UInt8]

    /// Reads an IssuerAndSerialNumber (RFC 5652 section 10.2.4).
    init(name fields: inout DERReader) throws(DERError) {
        var pair = try fields.enter(DERTag.sequence)
        issuer = Array(try pair.next(DERTag.sequence).whole)
        serialNumber = try Self.serialNumber(&pair)
    }

    /// Reads an IssuerSerial (RFC 5035 section 4), whose names must be one of a directory.
    init(names fields: inout DERReader) throws(DERError) {
        var pair = try fields.enter(DERTag.sequence)
        var names = try pair.enter(DERTag.sequence)
        var directory = try names.enter(DERTag.context(4))
        issuer = Array(try directory.next(DERTag.sequence).whole)
        try directory.requireEnd()
        try names.requireEnd()
        serialNumber = try Self.serialNumber(&pair)
    }

    private static func serialNumber(_ pair: inout DERReader) throws(DERError) -> [UInt8] {
        let bytes = try pair.integerBytes()
        try pair.requireEnd()
        return bytes.count > 1 && bytes.first == 0 ? Array(bytes.dropFirst()) : bytes
    }

    /// Whether `certificate` is meant.
    func means(_ certificate: Certificate) -> Bool {
        certificate.issuer.der == issuer && certificate.serialNumber == serialNumber
    }
}

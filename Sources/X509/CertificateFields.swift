import Encodings

/// What stands in a certificate, read strictly as DER.
struct CertificateFields {
    let subject: DistinguishedName
    let issuer: DistinguishedName
    let serialNumber: [UInt8]
    let notBefore: Timestamp
    let notAfter: Timestamp
    let spki: [UInt8]
    let signatureAlgorithm: CertificateSignatureAlgorithm
    let extensions: CertificateExtensions

    init(_ der: [UInt8]) throws(CertificateError) {
        let parts: Parts
        do { parts = try Parts(der) } catch { throw .malformed(error) }
        guard parts.innerAlgorithm.elementsEqual(parts.outerAlgorithm) else {
            throw .algorithmsDiffer
        }
        // RFC 5280 section 4.1.2.2: positive, at most 20 bytes. Zero is seen in the field.
        guard let first = parts.serialNumber.first, first < 0x80, parts.serialNumber.count <= 21
        else { throw .serialNumber }
        let hasSignByte = parts.serialNumber.count > 1 && first == 0
        serialNumber = hasSignByte ? Array(parts.serialNumber.dropFirst()) : parts.serialNumber
        guard serialNumber.count <= 20 else { throw .serialNumber }
        subject = parts.subject
        issuer = parts.issuer
        notBefore = parts.notBefore
        notAfter = parts.notAfter
        spki = parts.spki
        signatureAlgorithm = parts.algorithm
        extensions =
            if let list = parts.extensions { try CertificateExtensions(list) } else {
                CertificateExtensions()
            }
    }
}

/// The elements of a certificate, before their contents are judged.
private struct Parts {
    let innerAlgorithm: ArraySlice<UInt8>
    let outerAlgorithm: ArraySlice<UInt8>
    let algorithm: CertificateSignatureAlgorithm
    let serialNumber: [UInt8]
    let issuer: DistinguishedName
    let subject: DistinguishedName
    let notBefore: Timestamp
    let notAfter: Timestamp
    let spki: [UInt8]
    let extensions: DERReader?

    init(_ der: [UInt8]) throws(DERError) {
        var file = DERReader(der[...])
        var certificate = try file.enter(DERTag.sequence)
        try file.requireEnd()
        var signed = try certificate.enter(DERTag.sequence)
        let outer = try certificate.next(DERTag.sequence)
        outerAlgorithm = outer.whole
        algorithm = try CertificateSignatureAlgorithm(outer)
        _ = try certificate.bitString()
        try certificate.requireEnd()

        let version = try Self.version(&signed)
        serialNumber = try signed.integerBytes()
        innerAlgorithm = try signed.next(DERTag.sequence).whole
        issuer = try DistinguishedName(signed.next(DERTag.sequence))
        var validity = try signed.enter(DERTag.sequence)
        notBefore = try validity.time()
        notAfter = try validity.time()
        try validity.requireEnd()
        subject = try DistinguishedName(signed.next(DERTag.sequence))
        spki = Array(try signed.next(DERTag.sequence).whole)
        // Unique identifiers of issuer and subject: read over, nobody has used them for decades.
        _ = try signed.optional(DERTag.primitiveContext(1))
        _ = try signed.optional(DERTag.primitiveContext(2))
        if var tagged = try signed.optional(DERTag.context(3)).map({ DERReader($0.content) }) {
            guard version == 3 else { throw .badValue(tag: DERTag.context(0)) }
            extensions = try tagged.enter(DERTag.sequence)
            try tagged.requireEnd()
        } else {
            extensions = nil
        }
        try signed.requireEnd()
    }

    /// 1 where none is written, 2 or 3.
    private static func version(_ signed: inout DERReader) throws(DERError) -> Int {
        guard let tagged = try signed.optional(DERTag.context(0)) else { return 1 }
        var reader = DERReader(tagged.content)
        let version = try reader.smallInteger() + 1
        try reader.requireEnd()
        guard version == 2 || version == 3 else { throw .badValue(tag: DERTag.context(0)) }
        return version
    }
}

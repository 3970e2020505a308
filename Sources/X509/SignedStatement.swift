private import COpenSSL

/// What somebody signed as X.509 signs: bytes, an algorithm, and the signature over the bytes.
///
/// Whether the signature is right, and the algorithm one to rely on, is for the caller to ask.
struct SignedStatement {
    /// The bytes that were signed: one SEQUENCE in DER.
    let content: ArraySlice<UInt8>
    /// With what they were signed.
    let signatureAlgorithm: CertificateSignatureAlgorithm
    /// The same as an AlgorithmIdentifier in DER.
    let algorithm: ArraySlice<UInt8>
    private let signature: ArraySlice<UInt8>

    /// Reads the three parts, as certificates, lists of revoked ones and OCSP responses have them.
    init(_ parts: inout DERReader) throws(DERError) {
        content = try parts.next(DERTag.sequence).whole
        let algorithm = try parts.next(DERTag.sequence)
        self.algorithm = algorithm.whole
        signatureAlgorithm = try CertificateSignatureAlgorithm(algorithm)
        let bits = try parts.bitString()
        guard bits.unusedCount == 0 else { throw .badValue(tag: DERTag.bitString) }
        signature = bits.bytes
    }

    /// Whether the signature is by `key`, an `EVP_PKEY`.
    ///
    /// OpenSSL checks it as it checks a certificate's, and sees nothing but the bytes: it need not
    /// take apart a list with an entry for each of a million certificates.
    @unsafe func isSigned(by key: OpaquePointer) -> Bool {
        let algorithm = unsafe algorithm.withUnsafeBufferPointer { bytes in
            var place = bytes.baseAddress
            return unsafe d2i_X509_ALGOR(nil, &place, bytes.count)
        }
        defer { unsafe X509_ALGOR_free(algorithm) }
        let statement = unsafe Self.string(V_ASN1_SEQUENCE, content)
        defer { unsafe ASN1_STRING_free(statement) }
        let signature = unsafe Self.string(V_ASN1_BIT_STRING, signature)
        defer { unsafe ASN1_STRING_free(signature) }
        guard let algorithm = unsafe algorithm, let statement = unsafe statement,
            let signature = unsafe signature
        else { return false }
        return unsafe ASN1_item_verify(ASN1_SEQUENCE_it(), algorithm, signature, statement, key)
            == 1
    }

    private static func string(_ type: Int32, _ bytes: ArraySlice<UInt8>)
        -> UnsafeMutablePointer<ASN1_STRING>?
    {
        guard let string = unsafe ASN1_STRING_type_new(type) else { return nil }
        let isSet = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe ASN1_STRING_set(string, bytes.baseAddress, Int32(bytes.count))
        }
        guard isSet == 1 else {
            unsafe ASN1_STRING_free(string)
            return nil
        }
        return unsafe string
    }
}

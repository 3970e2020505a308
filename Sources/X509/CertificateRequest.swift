private import COpenSSL
public import Cryptography
import Encodings

/// A request for a certificate before it is signed (PKCS #10), asking for what the certificate
/// profile wants of a leaf: critical keyUsage with digitalSignature and nothing else, codeSigning,
/// and to be no authority (rules X10 to X12).
///
/// The key that signs it need not be in this process: `signedPart` goes out, the signature comes in.
///
/// - SeeAlso: RFC 2986; decision 0018 for the padding of RSA.
@safe public final class CertificateRequest {
    /// The bytes that the key signs, in DER.
    public let signedPart: [UInt8]
    private let publicKey: PublicKey
    private let keySpec: KeySpec
    private let request: OpaquePointer

    /// Drafts a request.
    ///
    /// - Parameters:
    ///   - subject: the attributes of the name by their short names, in the order of the DER.
    ///   - publicKey: the key that is to be certified.
    /// - Throws: `.unsupportedKey` for a key that is none of the six, what a value is refused for, and
    ///   `.notMade` when OpenSSL refuses.
    public init(
        subject: [(type: String, value: String)], publicKey: PublicKey
    ) throws(CertificateRequestError) {
        defer { ERR_clear_error() }
        guard let keySpec = publicKey.keySpec else { throw .unsupportedKey }
        guard let made = unsafe X509_REQ_new() else { throw .notMade }
        let part: [UInt8]
        do throws(CertificateRequestError) {
            try unsafe fill(made, subject, publicKey.spki)
            part = try unsafe encodedPart(of: made)
        } catch {
            unsafe X509_REQ_free(made)
            throw error
        }
        self.publicKey = publicKey
        self.keySpec = keySpec
        signedPart = part
        unsafe request = made
    }

    deinit { unsafe X509_REQ_free(request) }

    /// The request with its signature, in PEM.
    ///
    /// - Parameter signature: over `signedPart`, as the Notary specification has it for the key: PSS
    ///   with a salt as long as the hash, or r and s side by side.
    /// - Returns: one block.
    /// - Throws: `.foreignSignature` when the signature is not that of the key, `.notMade` when OpenSSL
    ///   refuses.
    public func pem(signature: [UInt8]) throws(CertificateRequestError) -> String {
        defer { ERR_clear_error() }
        guard var encoded = keySpec.isRSA ? signature : ECDSASignature.der(of: signature) else {
            throw .foreignSignature
        }
        guard let algorithm = unsafe signatureAlgorithm(keySpec) else { throw .notMade }
        defer { unsafe X509_ALGOR_free(algorithm) }
        guard unsafe X509_REQ_set1_signature_algo(request, algorithm) == 1,
            let bits = unsafe ASN1_BIT_STRING_new()
        else { throw .notMade }
        guard unsafe ASN1_BIT_STRING_set(bits, &encoded, Int32(encoded.count)) == 1 else {
            unsafe ASN1_BIT_STRING_free(bits)
            throw .notMade
        }
        // A signature has no unused bits, whatever its last byte is.
        unsafe bits.pointee.flags &= ~7
        unsafe bits.pointee.flags |= Int(ASN1_STRING_FLAG_BITS_LEFT)
        unsafe X509_REQ_set0_signature(request, bits)
        guard unsafe X509_REQ_verify(request, X509_REQ_get0_pubkey(request)) == 1 else {
            throw .foreignSignature
        }
        var der: UnsafeMutablePointer<UInt8>?
        let count = unsafe i2d_X509_REQ(request, &der)
        guard count > 0, let start = unsafe der else { throw .notMade }
        defer { unsafe CRYPTO_free(start, #file, #line) }
        return PEM.block(
            "CERTIFICATE REQUEST",
            unsafe Array(UnsafeBufferPointer(start: start, count: Int(count))))
    }
}

private func fill(
    _ request: OpaquePointer, _ subject: [(type: String, value: String)], _ spki: [UInt8]
) throws(CertificateRequestError) {
    let key = unsafe spki.withUnsafeBufferPointer { bytes in
        var place = bytes.baseAddress
        return unsafe d2i_PUBKEY(nil, &place, bytes.count)
    }
    guard let key = unsafe key else { throw .notMade }
    defer { unsafe EVP_PKEY_free(key) }
    guard unsafe X509_REQ_set_version(request, 0) == 1,
        unsafe X509_REQ_set_pubkey(request, key) == 1,
        let name = unsafe X509_REQ_get_subject_name(request)
    else { throw .notMade }
    for attribute in subject { try unsafe RequestedSubject.add(attribute, to: name) }
    guard unsafe addExtensions(to: request) else { throw .notMade }
}

private func addExtensions(to request: OpaquePointer) -> Bool {
    guard let list = unsafe airseal_new_extensions() else { return false }
    defer { unsafe airseal_free_extensions(list) }
    let wanted = [
        (NID_basic_constraints, "critical,CA:FALSE"),
        (NID_key_usage, "critical,digitalSignature"), (NID_ext_key_usage, "codeSigning"),
    ]
    for (number, value) in wanted {
        guard let made = unsafe X509V3_EXT_conf_nid(nil, nil, number, value) else { return false }
        guard unsafe airseal_add_extension(list, made) > 0 else {
            unsafe X509_EXTENSION_free(made)
            return false
        }
    }
    return unsafe X509_REQ_add_extensions(request, list) == 1
}

private func encodedPart(of request: OpaquePointer) throws(CertificateRequestError) -> [UInt8] {
    var encoded: UnsafeMutablePointer<UInt8>?
    let count = unsafe i2d_re_X509_REQ_tbs(request, &encoded)
    guard count > 0, let start = unsafe encoded else { throw .notMade }
    defer { unsafe CRYPTO_free(start, #file, #line) }
    return unsafe Array(UnsafeBufferPointer(start: start, count: Int(count)))
}

/// The AlgorithmIdentifier of the one signature that goes with the key (rule A1); the caller frees
/// it.
private func signatureAlgorithm(_ keySpec: KeySpec) -> UnsafeMutablePointer<X509_ALGOR>? {
    guard let algorithm = unsafe X509_ALGOR_new() else { return nil }
    let isSet =
        unsafe keySpec.isRSA ? setPSS(algorithm, keySpec.hash) : setECDSA(algorithm, keySpec)
    guard isSet else {
        unsafe X509_ALGOR_free(algorithm)
        return nil
    }
    return unsafe algorithm
}

private func setECDSA(_ algorithm: UnsafeMutablePointer<X509_ALGOR>, _ keySpec: KeySpec) -> Bool {
    let number =
        switch keySpec.hash {
        case .sha256: NID_ecdsa_with_SHA256
        case .sha384: NID_ecdsa_with_SHA384
        case .sha512: NID_ecdsa_with_SHA512
        }
    return unsafe X509_ALGOR_set0(algorithm, OBJ_nid2obj(number), V_ASN1_UNDEF, nil) == 1
}

/// RSASSA-PSS with its parameters: the hash, MGF1 over the same, a salt as long as the hash.
///
/// - SeeAlso: RFC 4055 section 3.1.
private func setPSS(_ algorithm: UnsafeMutablePointer<X509_ALGOR>, _ hash: SignatureHash) -> Bool {
    guard let digest = unsafe EVP_get_digestbyname(hash.name),
        let parameters = unsafe RSA_PSS_PARAMS_new()
    else { return false }
    defer { unsafe RSA_PSS_PARAMS_free(parameters) }
    guard let hashAlgorithm = unsafe X509_ALGOR_new() else { return false }
    unsafe X509_ALGOR_set_md(hashAlgorithm, digest)
    unsafe parameters.pointee.hashAlgorithm = hashAlgorithm
    guard let mask = unsafe X509_ALGOR_new() else { return false }
    unsafe parameters.pointee.maskGenAlgorithm = mask
    var packed: UnsafeMutablePointer<ASN1_STRING>?
    guard unsafe ASN1_item_pack(hashAlgorithm, X509_ALGOR_it(), &packed) != nil else {
        return false
    }
    guard unsafe X509_ALGOR_set0(mask, OBJ_nid2obj(NID_mgf1), V_ASN1_SEQUENCE, packed) == 1 else {
        unsafe ASN1_STRING_free(packed)
        return false
    }
    guard let saltLength = unsafe ASN1_INTEGER_new() else { return false }
    unsafe parameters.pointee.saltLength = saltLength
    guard unsafe ASN1_INTEGER_set(saltLength, hash.byteCount) == 1 else { return false }
    var all: UnsafeMutablePointer<ASN1_STRING>?
    guard unsafe ASN1_item_pack(parameters, RSA_PSS_PARAMS_it(), &all) != nil else { return false }
    guard
        unsafe X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_rsassaPss), V_ASN1_SEQUENCE, all) == 1
    else {
        unsafe ASN1_STRING_free(all)
        return false
    }
    return true
}

private import COpenSSL

/// Owns OpenSSL's form of a time-stamp token: a CMS SignedData over a TSTInfo.
///
/// - SeeAlso: RFC 5652 section 5; rule T18 of the conformance list.
@safe struct CMSMessage: ~Copyable {
    private let message: OpaquePointer

    /// Reads one message in BER or DER.
    ///
    /// - Throws: `.unreadable`, `.trailingBytes`, `.otherContent`.
    init(_ bytes: [UInt8]) throws(TimestampTokenError) {
        defer { ERR_clear_error() }
        let (read, byteCount) = unsafe bytes.withUnsafeBufferPointer { bytes in
            var place = bytes.baseAddress
            let message = unsafe d2i_CMS_ContentInfo(nil, &place, bytes.count)
            let byteCount = unsafe place.flatMap { end in
                unsafe bytes.baseAddress.map { unsafe $0.distance(to: end) }
            }
            return unsafe (message, byteCount)
        }
        guard let read = unsafe read else { throw .unreadable }
        let isToken =
            unsafe OBJ_obj2nid(CMS_get0_type(read)) == NID_pkcs7_signed
            && OBJ_obj2nid(CMS_get0_eContentType(read)) == NID_id_smime_ct_TSTInfo
        guard byteCount == bytes.count, isToken else {
            unsafe CMS_ContentInfo_free(read)
            throw byteCount == bytes.count ? .otherContent : .trailingBytes
        }
        unsafe message = read
    }

    deinit {
        unsafe CMS_ContentInfo_free(message)
    }

    /// The bytes that are signed.
    func content() throws(TimestampTokenError) -> [UInt8] {
        guard let place = unsafe CMS_get0_content(message), let text = unsafe place.pointee,
            let start = unsafe ASN1_STRING_get0_data(text)
        else { throw .otherContent }
        return unsafe Array(
            UnsafeBufferPointer(start: start, count: Int(ASN1_STRING_length(text))))
    }

    /// The certificates in DER, in the order in which they stand.
    func certificates() throws(TimestampTokenError) -> [[UInt8]] {
        // Nil where the message carries none.
        guard let stack = unsafe CMS_get1_certs(message) else { return [] }
        defer { unsafe airseal_free_certificates(stack) }
        let count = unsafe airseal_certificate_count(stack)
        guard count <= X509Limits.fileCountMax else {
            throw .tooManyCertificates(count: Int(count))
        }
        var found: [[UInt8]] = []
        for place in 0..<count {
            let certificate = unsafe airseal_certificate_at(stack, place)
            var der: UnsafeMutablePointer<UInt8>?
            let byteCount = unsafe i2d_X509(certificate, &der)
            guard byteCount > 0, let start = unsafe der else { throw .unreadable }
            defer { unsafe CRYPTO_free(start, #file, #line) }
            found.append(unsafe Array(UnsafeBufferPointer(start: start, count: Int(byteCount))))
        }
        return found
    }

    /// The message with definite lengths and ordered sets.
    func der() throws(TimestampTokenError) -> [UInt8] {
        defer { ERR_clear_error() }
        var der: UnsafeMutablePointer<UInt8>?
        let byteCount = unsafe i2d_CMS_ContentInfo(message, &der)
        guard byteCount > 0, let start = unsafe der else { throw .unreadable }
        defer { unsafe CRYPTO_free(start, #file, #line) }
        return unsafe Array(UnsafeBufferPointer(start: start, count: Int(byteCount)))
    }
}

// What OpenSSL says of signatures.
extension CMSMessage {
    /// Holds the signer at `place`, counted from 0, against the content and the key of
    /// `certificate`.
    ///
    /// - Throws: `.wrongSignature` where the signed attributes are not signed by that key,
    ///   `.otherDigest` where they are about other content.
    func verify(signerAt place: Int, by certificate: Certificate) throws(TimestampTokenError) {
        defer { ERR_clear_error() }
        guard let signers = unsafe CMS_get0_SignerInfos(message),
            unsafe place < airseal_signer_count(signers),
            let signer = unsafe airseal_signer_at(signers, Int32(place))
        else { throw .noSigner }
        let read = unsafe certificate.der.withUnsafeBufferPointer { bytes -> OpaquePointer? in
            var place = bytes.baseAddress
            return unsafe d2i_X509(nil, &place, bytes.count)
        }
        guard let read = unsafe read else { throw .unreadable }
        // The signer takes a reference of its own.
        unsafe CMS_SignerInfo_set1_signer_cert(signer, read)
        unsafe X509_free(read)
        guard unsafe CMS_SignerInfo_verify(signer) == 1 else { throw .wrongSignature }
        guard unsafe isOverContent(signer) else { throw .otherDigest }
    }

    /// Whether the digest in the signed attributes is that of the content.
    private func isOverContent(_ signer: OpaquePointer) -> Bool {
        guard let digesting = unsafe CMS_dataInit(message, nil) else { return false }
        defer { unsafe BIO_free_all(digesting) }
        // OpenSSL hashes what is read through it.
        var buffer = [UInt8](repeating: 0, count: 4096)
        while unsafe BIO_read(digesting, &buffer, Int32(buffer.count)) > 0 {}
        return unsafe CMS_SignerInfo_verify_content(signer, digesting) == 1
    }
}

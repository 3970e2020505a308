private import COpenSSL

/// What a CMS SignedData carries, as OpenSSL takes it apart; BER is read as well as DER.
///
/// None of its signatures was looked at.
///
/// - SeeAlso: RFC 5652 section 5.
struct SignedContent {
    /// The encapsulated bytes.
    let content: [UInt8]
    /// The certificates in DER, in the order in which they stand.
    let certificates: [[UInt8]]

    /// Takes apart a time-stamp token: SignedData over a TSTInfo (rule T18).
    init(ofTimestampToken bytes: [UInt8]) throws(TimestampTokenError) {
        defer { ERR_clear_error() }
        let (message, byteCount) = unsafe bytes.withUnsafeBufferPointer { bytes in
            var place = bytes.baseAddress
            let message = unsafe d2i_CMS_ContentInfo(nil, &place, bytes.count)
            let byteCount = unsafe place.flatMap { end in
                unsafe bytes.baseAddress.map { unsafe $0.distance(to: end) }
            }
            return unsafe (message, byteCount)
        }
        guard let message = unsafe message else { throw .unreadable }
        defer { unsafe CMS_ContentInfo_free(message) }
        guard byteCount == bytes.count else { throw .trailingBytes }
        guard unsafe OBJ_obj2nid(CMS_get0_type(message)) == NID_pkcs7_signed,
            unsafe OBJ_obj2nid(CMS_get0_eContentType(message)) == NID_id_smime_ct_TSTInfo
        else { throw .otherContent }
        guard let place = unsafe CMS_get0_content(message), let text = unsafe place.pointee,
            let start = unsafe ASN1_STRING_get0_data(text)
        else { throw .otherContent }
        content = unsafe Array(
            UnsafeBufferPointer(start: start, count: Int(ASN1_STRING_length(text))))
        certificates = unsafe try Self.certificates(of: message)
    }

    private static func certificates(of message: OpaquePointer) throws(TimestampTokenError)
        -> [[UInt8]]
    {
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
}

private import COpenSSL

/// What the DER of a key file can be, each read by OpenSSL.
enum DERKeyForms {
    /// What the outermost SEQUENCE begins with.
    enum FirstMember {
        case sequence
        case integer(UInt8)
    }

    /// Nil for anything else.
    static func firstMember(of der: UnsafeRawBufferPointer) -> FirstMember? {
        guard der.count > 2 else { return nil }
        let length = unsafe der[1]
        let start = length < 0x80 ? 2 : 2 + Int(length & 0x7F)
        guard der.count > start + 2 else { return nil }
        switch unsafe der[start] {
        case 0x30: return .sequence
        case 0x02: return unsafe der[start + 1] == 1 ? .integer(der[start + 2]) : nil
        default: return nil
        }
    }

    // MARK: PKCS#8

    /// The key in a PrivateKeyInfo (RFC 5208).
    static func key(_ der: UnsafeRawBufferPointer) throws(KeyFileError) -> PrivateKey {
        var place = unsafe der.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let info = unsafe d2i_PKCS8_PRIV_KEY_INFO(nil, &place, der.count) else {
            throw .damaged
        }
        defer { unsafe PKCS8_PRIV_KEY_INFO_free(info) }
        guard unsafe isAtEnd(place, of: der) else { throw .damaged }
        return try unsafe key(info)
    }

    /// The key in an EncryptedPrivateKeyInfo.
    static func key(encrypted der: UnsafeRawBufferPointer, _ passphrase: UnsafeRawBufferPointer?)
        throws(KeyFileError) -> PrivateKey
    {
        var place = unsafe der.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let sealed = unsafe d2i_X509_SIG(nil, &place, der.count) else { throw .damaged }
        defer { unsafe X509_SIG_free(sealed) }
        guard unsafe isAtEnd(place, of: der) else { throw .damaged }
        guard let passphrase = unsafe passphrase else { throw .wrongPassphrase }
        ERR_clear_error()
        defer { ERR_clear_error() }
        guard
            let info = unsafe PKCS8_decrypt(
                sealed, passphrase.baseAddress?.assumingMemoryBound(to: CChar.self),
                Int32(passphrase.count))
        else { throw lacksAlgorithm ? .unsupportedEncryption : .wrongPassphrase }
        defer { unsafe PKCS8_PRIV_KEY_INFO_free(info) }
        return try unsafe key(info)
    }

    /// Whether OpenSSL has just failed for an algorithm that it does not have, or does not fetch.
    private static var lacksAlgorithm: Bool {
        var isLacking = false
        while case let code = ERR_get_error(), code != 0 {
            let library = Int32(truncatingIfNeeded: code >> 23 & 0xFF)
            let reason = Int32(truncatingIfNeeded: code & 0x7F_FFFF)
            isLacking =
                isLacking || [errorUnsupported, errorFetchFailed].contains(reason)
                || (library == ERR_LIB_EVP && lacks.contains(reason))
        }
        return isLacking
    }

    // ERR_R_UNSUPPORTED and ERR_R_FETCH_FAILED, whose macros are not imported.
    private static let errorUnsupported: Int32 = 0x8_010C
    private static let errorFetchFailed: Int32 = 0x8_010D
    private static let lacks = [
        EVP_R_UNKNOWN_PBE_ALGORITHM, EVP_R_UNKNOWN_CIPHER, EVP_R_UNSUPPORTED_CIPHER,
        EVP_R_UNSUPPORTED_KEYLENGTH, EVP_R_UNSUPPORTED_KEY_DERIVATION_FUNCTION,
        EVP_R_UNSUPPORTED_PRF, EVP_R_UNSUPPORTED_SALT_TYPE,
    ]

    private static func key(_ info: OpaquePointer) throws(KeyFileError) -> PrivateKey {
        guard let key = unsafe EVP_PKCS82PKEY(info) else { throw .damaged }
        return try unsafe PrivateKey(taking: key)
    }

    private static func isAtEnd(_ place: UnsafePointer<UInt8>?, of der: UnsafeRawBufferPointer)
        -> Bool
    {
        guard let base = der.baseAddress, let place = unsafe place else { return false }
        return unsafe UnsafeRawPointer(place) == base + der.count
    }

    // MARK: PKCS#12

    /// Whether a PKCS#12 file (RFC 7292) opens with no passphrase.
    static func containerNeedsPassphrase(_ der: UnsafeRawBufferPointer) throws(KeyFileError)
        -> Bool
    {
        let container = try unsafe container(der)
        defer { unsafe PKCS12_free(container) }
        return unsafe PKCS12_verify_mac(container, nil, 0) != 1
            && PKCS12_verify_mac(container, "", 0) != 1
    }

    /// The key and the certificates of a PKCS#12 file: that of the key first.
    static func open(container der: UnsafeRawBufferPointer, _ passphrase: UnsafeRawBufferPointer?)
        throws(KeyFileError) -> OpenedKeyFile
    {
        let container = try unsafe container(der)
        defer { unsafe PKCS12_free(container) }
        // OpenSSL wants a text with an end.
        let count = unsafe passphrase?.count ?? 0
        let words = UnsafeMutableRawBufferPointer.allocate(byteCount: count + 1, alignment: 1)
        defer {
            unsafe OPENSSL_cleanse(words.baseAddress, words.count)
            unsafe words.deallocate()
        }
        unsafe words.initializeMemory(as: UInt8.self, repeating: 0)
        if let passphrase = unsafe passphrase { unsafe words.copyMemory(from: passphrase) }
        let text = unsafe words.baseAddress?.assumingMemoryBound(to: CChar.self)
        guard unsafe count == 0 || PKCS12_verify_mac(container, text, Int32(count)) == 1 else {
            throw .wrongPassphrase
        }
        var key: OpaquePointer?
        var certificate: OpaquePointer?
        var others: OpaquePointer?
        guard unsafe PKCS12_parse(container, text, &key, &certificate, &others) == 1 else {
            throw count == 0 ? .wrongPassphrase : .damaged
        }
        defer {
            unsafe X509_free(certificate)
            unsafe airseal_free_certificates(others)
        }
        guard let key = unsafe key else { throw .noKey }
        var certificates: [[UInt8]] = []
        if let certificate = unsafe certificate { certificates.append(unsafe encoded(certificate)) }
        for place in 0..<max(0, unsafe airseal_certificate_count(others)) {
            if let other = unsafe airseal_certificate_at(others, place) {
                certificates.append(unsafe encoded(other))
            }
        }
        return OpenedKeyFile(key: try unsafe PrivateKey(taking: key), certificates: certificates)
    }

    /// Owned by the caller.
    private static func container(_ der: UnsafeRawBufferPointer) throws(KeyFileError)
        -> OpaquePointer
    {
        var place = unsafe der.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let container = unsafe d2i_PKCS12(nil, &place, der.count) else { throw .damaged }
        guard unsafe isAtEnd(place, of: der) else {
            unsafe PKCS12_free(container)
            throw .damaged
        }
        return unsafe container
    }

    private static func encoded(_ certificate: OpaquePointer) -> [UInt8] {
        var encoded: UnsafeMutablePointer<UInt8>?
        let count = unsafe i2d_X509(certificate, &encoded)
        guard count > 0, let start = unsafe encoded else { return [] }
        defer { unsafe CRYPTO_free(start, #file, #line) }
        return unsafe Array(UnsafeBufferPointer(start: start, count: Int(count)))
    }
}

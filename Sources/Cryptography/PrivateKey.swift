private import COpenSSL

/// A private key in the memory of this process: for development, since whoever reads that memory, or
/// the file that it came from, has the key. It is wiped when it is let go.
@safe public final class PrivateKey: Sendable {
    /// The public half.
    public let publicKey: PublicKey
    /// Which of the six signing keys it is.
    public let keySpec: KeySpec
    // Never written after `init`; OpenSSL signs from many threads with one key.
    private nonisolated(unsafe) let key: OpaquePointer

    /// Takes an `EVP_PKEY`, and frees it in any case.
    ///
    /// - Throws: `.unsupportedKey` for any other than the six kinds of key.
    @unsafe init(taking key: OpaquePointer) throws(KeyFileError) {
        defer { ERR_clear_error() }
        do throws(KeyFileError) {
            var encoded: UnsafeMutablePointer<UInt8>?
            let count = unsafe i2d_PUBKEY(key, &encoded)
            guard count > 0, let start = unsafe encoded else { throw .damaged }
            defer { unsafe CRYPTO_free(start, #file, #line) }
            let spki = unsafe Array(UnsafeBufferPointer(start: start, count: Int(count)))
            guard let publicKey = try? PublicKey(spki: spki) else { throw .damaged }
            guard let keySpec = publicKey.keySpec else { throw .unsupportedKey(publicKey.kind) }
            self.publicKey = publicKey
            self.keySpec = keySpec
        } catch {
            unsafe EVP_PKEY_free(key)
            throw error
        }
        unsafe self.key = key
    }

    deinit {
        unsafe EVP_PKEY_free(key)
    }

    /// Signs `message` in the one way that the kind of key allows: PSS with a salt as long as the hash
    /// (rule A1), or ECDSA as r and s in fixed width.
    ///
    /// - Throws: `.unavailable` when the cryptographic library refuses.
    public func signature(over message: [UInt8]) throws(CryptographyError) -> [UInt8] {
        defer { ERR_clear_error() }
        let name = keySpec.signingAlgorithm
        guard let context = unsafe EVP_MD_CTX_new() else { throw .unavailable(name) }
        defer { unsafe EVP_MD_CTX_free(context) }
        var parameters: OpaquePointer?
        guard
            unsafe EVP_DigestSignInit_ex(
                context, &parameters, keySpec.hash.name, nil, nil, key, nil) == 1
        else { throw .unavailable(name) }
        if keySpec.isRSA {
            guard unsafe EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1,
                unsafe EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1
            else { throw .unavailable(name) }
        }
        var signature = [UInt8](repeating: 0, count: Int(unsafe EVP_PKEY_get_size(key)))
        var count = signature.count
        guard unsafe EVP_DigestSign(context, &signature, &count, message, message.count) == 1 else {
            throw .unavailable(name)
        }
        signature.removeLast(signature.count - count)
        guard !keySpec.isRSA else { return signature }
        guard let raw = Self.fixedWidth(signature, byteCount: keySpec.signatureByteCount) else {
            throw .unavailable(name)
        }
        return raw
    }

    /// The SEQUENCE of two INTEGERs as r and s side by side.
    private static func fixedWidth(_ der: [UInt8], byteCount: Int) -> [UInt8]? {
        let pair = unsafe der.withUnsafeBufferPointer { bytes in
            var place = bytes.baseAddress
            return unsafe d2i_ECDSA_SIG(nil, &place, bytes.count)
        }
        guard let pair = unsafe pair else { return nil }
        defer { unsafe ECDSA_SIG_free(pair) }
        let width = byteCount / 2
        var r = [UInt8](repeating: 0, count: width)
        var s = r
        guard unsafe BN_bn2binpad(ECDSA_SIG_get0_r(pair), &r, Int32(width)) == Int32(width),
            unsafe BN_bn2binpad(ECDSA_SIG_get0_s(pair), &s, Int32(width)) == Int32(width)
        else { return nil }
        return r + s
    }
}

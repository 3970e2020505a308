private import COpenSSL

/// The two spellings of an ECDSA signature.
public enum ECDSASignature {
    /// r and s of equal width, as tokens and envelopes have them, as the SEQUENCE of two INTEGERs
    /// that OpenSSL and certificates take; nil when OpenSSL refuses.
    public static func der(of halves: [UInt8]) -> [UInt8]? {
        let width = halves.count / 2
        guard let pair = unsafe ECDSA_SIG_new() else { return nil }
        defer { unsafe ECDSA_SIG_free(pair) }
        let r = unsafe BN_bin2bn(Array(halves[..<width]), Int32(width), nil)
        let s = unsafe BN_bin2bn(Array(halves[width...]), Int32(width), nil)
        guard unsafe r != nil, unsafe s != nil, unsafe ECDSA_SIG_set0(pair, r, s) == 1 else {
            unsafe BN_free(r)
            unsafe BN_free(s)
            return nil
        }
        var encoded: UnsafeMutablePointer<UInt8>?
        let count = unsafe i2d_ECDSA_SIG(pair, &encoded)
        guard count > 0, let start = unsafe encoded else { return nil }
        defer { unsafe CRYPTO_free(start, #file, #line) }
        return unsafe Array(UnsafeBufferPointer(start: start, count: Int(count)))
    }
}

private import COpenSSL
public import Cryptography
public import Encodings
public import Notary
public import X509

/// A signer whose key is made in memory, with a chain by a throwaway root. TEST ONLY.
@safe public final class SoftwareSigner: Signer {
    /// What a test asks OpenSSL for and does not get.
    public struct Unavailable: Error {
        let call: String
    }

    /// The chain that signatures are made under; a test may give another.
    public let chain: CertificateChain
    /// The public half of the key.
    public let publicKey: PublicKey
    private let keySpec: KeySpec
    private let key: OpaquePointer

    /// Validity of the chains made here.
    public static let notBefore = Timestamp(seconds: 1_735_689_600)
    /// Validity of the chains made here.
    public static let notAfter = Timestamp(seconds: 2_398_377_600)

    /// A new key of a kind, and a leaf for it.
    public init(_ keySpec: KeySpec, chain: CertificateChain? = nil) throws {
        let made = try unsafe Self.makeKey(keySpec)
        unsafe key = made
        self.keySpec = keySpec
        var encoded: UnsafeMutablePointer<UInt8>?
        let count = unsafe i2d_PUBKEY(made, &encoded)
        guard count > 0, let start = unsafe encoded else { throw Unavailable(call: "i2d_PUBKEY") }
        defer { unsafe CRYPTO_free(start, #file, #line) }
        publicKey = try PublicKey(
            spki: unsafe Array(UnsafeBufferPointer(start: start, count: Int(count))))
        self.chain =
            if let chain { chain } else {
                try ThrowawayAuthority(notBefore: Self.notBefore, notAfter: Self.notAfter)
                    .codeSigningChain(
                        for: publicKey, commonName: "test signer \(keySpec.rawValue)",
                        notBefore: Self.notBefore, notAfter: Self.notAfter)
            }
    }

    deinit {
        unsafe EVP_PKEY_free(key)
    }

    /// Signs as the kind of key asks.
    public func signature(over message: [UInt8]) throws -> [UInt8] {
        guard let context = unsafe EVP_MD_CTX_new() else { throw Unavailable(call: "context") }
        defer { unsafe EVP_MD_CTX_free(context) }
        var parameters: OpaquePointer?
        guard
            unsafe EVP_DigestSignInit_ex(
                context, &parameters, keySpec.hash.name, nil, nil, key, nil) == 1
        else { throw Unavailable(call: "EVP_DigestSignInit_ex") }
        if keySpec.isRSA {
            guard unsafe EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1,
                unsafe EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1
            else { throw Unavailable(call: "PSS") }
        }
        var signature = [UInt8](repeating: 0, count: 1024)
        var count = signature.count
        guard unsafe EVP_DigestSign(context, &signature, &count, message, message.count) == 1 else {
            throw Unavailable(call: "EVP_DigestSign")
        }
        signature.removeLast(signature.count - count)
        return keySpec.isRSA
            ? signature : try Self.raw(signature, width: keySpec.signatureByteCount)
    }

    private static func makeKey(_ keySpec: KeySpec) throws -> OpaquePointer {
        let context = unsafe EVP_PKEY_CTX_new_from_name(nil, keySpec.isRSA ? "RSA" : "EC", nil)
        defer { unsafe EVP_PKEY_CTX_free(context) }
        guard unsafe EVP_PKEY_keygen_init(context) == 1 else { throw Unavailable(call: "keygen") }
        let isSet =
            switch keySpec {
            case .rsa2048: unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(context, 2048)
            case .rsa3072: unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(context, 3072)
            case .rsa4096: unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(context, 4096)
            case .ec256: unsafe EVP_PKEY_CTX_set_group_name(context, "P-256")
            case .ec384: unsafe EVP_PKEY_CTX_set_group_name(context, "P-384")
            case .ec521: unsafe EVP_PKEY_CTX_set_group_name(context, "P-521")
            }
        var key: OpaquePointer?
        guard isSet == 1, unsafe EVP_PKEY_generate(context, &key) == 1, let key = unsafe key else {
            throw Unavailable(call: "EVP_PKEY_generate")
        }
        return unsafe key
    }

    private static func raw(_ der: [UInt8], width: Int) throws -> [UInt8] {
        let pair = unsafe der.withUnsafeBufferPointer { bytes in
            var place = bytes.baseAddress
            return unsafe d2i_ECDSA_SIG(nil, &place, bytes.count)
        }
        guard let pair = unsafe pair else { throw Unavailable(call: "d2i_ECDSA_SIG") }
        defer { unsafe ECDSA_SIG_free(pair) }
        var r = [UInt8](repeating: 0, count: width / 2)
        var s = r
        guard unsafe BN_bn2binpad(ECDSA_SIG_get0_r(pair), &r, Int32(r.count)) >= 0,
            unsafe BN_bn2binpad(ECDSA_SIG_get0_s(pair), &s, Int32(s.count)) >= 0
        else { throw Unavailable(call: "BN_bn2binpad") }
        return r + s
    }
}

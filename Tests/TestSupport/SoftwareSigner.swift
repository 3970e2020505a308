private import COpenSSL
public import Cryptography
public import Notary
public import X509

/// A signer whose key is made in memory. TEST ONLY.
public struct SoftwareSigner: Signer {
    /// The chain that signatures are made under.
    public let chain: CertificateChain
    /// The public half of the key that signs.
    public let publicKey: PublicKey
    private let keySpec: KeySpec
    private let key: TestKey

    /// The test run's key of a kind, with a chain of `chainCount` certificates that keeps the
    /// profile.
    public init(_ keySpec: KeySpec, chainCount: Int = 2) throws {
        let key = try TestKey.kept(keySpec)
        var authorities: [TestCertificate] = []
        for index in 1..<max(chainCount, 1) {
            authorities.insert(
                try TestCertificate("authority \(index)", issuer: authorities.first), at: 0)
        }
        let leaf = try TestCertificate(
            "signer \(keySpec.rawValue)", key: key, issuer: authorities.first,
            extensions: TestCertificate.leaf)
        try self.init(
            keySpec, key, CertificateChain([leaf.certificate] + authorities.map(\.certificate)))
    }

    /// A signer with a chain that need not belong to its key.
    public init(_ keySpec: KeySpec, _ key: TestKey, _ chain: CertificateChain) throws {
        self.keySpec = keySpec
        self.key = key
        self.chain = chain
        publicKey = try PublicKey(spki: key.spki)
    }

    /// Signs as the kind of key asks.
    public func signature(over message: [UInt8]) throws -> [UInt8] {
        guard let context = unsafe EVP_MD_CTX_new() else { throw Unavailable(call: "context") }
        defer { unsafe EVP_MD_CTX_free(context) }
        var parameters: OpaquePointer?
        guard
            unsafe EVP_DigestSignInit_ex(
                context, &parameters, keySpec.hash.name, nil, nil, key.key, nil) == 1
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

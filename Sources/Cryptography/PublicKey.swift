private import COpenSSL

/// A public key, read once.
public struct PublicKey: Sendable {
    /// What kind of key it is. Only some kinds may sign; `keySpec` tells which.
    public enum Kind: Sendable, Equatable {
        /// RSA, with the exact length of the modulus.
        case rsa(bitCount: Int)
        /// RSA whose key is bound to PSS, which no Notary tool accepts in a certificate (rule A3).
        case rsaPSS(bitCount: Int)
        /// An elliptic curve named by its object identifier.
        case ec(curve: String, bitCount: Int)
        /// Anything else, by OpenSSL's name for it.
        case other(String)
    }

    /// The DER of the SubjectPublicKeyInfo.
    public let spki: [UInt8]
    /// The kind of key.
    public let kind: Kind
    private let handle: KeyHandle

    /// Reads a SubjectPublicKeyInfo.
    ///
    /// - Throws: `.unreadableKey` for anything else, and when bytes follow it.
    public init(spki: [UInt8]) throws(CryptographyError) {
        handle = try KeyHandle(spki: spki)
        kind = handle.kind
        self.spki = spki
    }

    /// A key that OpenSSL has read already, as part of a certificate: reading one takes longer than
    /// verifying with it.
    ///
    /// `key` is an `EVP_PKEY` of which this value takes one reference; `spki` is what it was read
    /// from.
    @unsafe package init(taking key: OpaquePointer, spki: [UInt8]) {
        handle = unsafe KeyHandle(taking: key)
        kind = handle.kind
        self.spki = spki
    }

    /// Which of the six signing keys this is; nil for every other length, curve and type (rules A2
    /// and A3).
    public var keySpec: KeySpec? {
        switch kind {
        case .rsa(bitCount: 2048): .rsa2048
        case .rsa(bitCount: 3072): .rsa3072
        case .rsa(bitCount: 4096): .rsa4096
        case .ec(curve: "prime256v1", _): .ec256
        case .ec(curve: "secp384r1", _): .ec384
        case .ec(curve: "secp521r1", _): .ec521
        case .rsa, .rsaPSS, .ec, .other: nil
        }
    }

    /// Whether `signature` is this key's over `message`, in the one way that its `keySpec` allows:
    /// PSS with a salt as long as the hash (rule A1), or ECDSA as r and s in fixed width.
    ///
    /// Always false for a key without `keySpec`.
    ///
    /// - Throws: `.unavailable` when the cryptographic library refuses the algorithm.
    public func verifies(signature: [UInt8], over message: [UInt8]) throws(CryptographyError)
        -> Bool
    {
        guard let keySpec else { return false }
        return try verifies(signature: signature, over: message, keySpec.hash)
    }

    /// The same with a hash that need not be the one that goes with the key: for trying out what a
    /// token can do, never for judging a signature on anything.
    public func verifies(
        signature: [UInt8], over message: [UInt8], _ hash: SignatureHash
    ) throws(CryptographyError) -> Bool {
        guard let keySpec, signature.count == keySpec.signatureByteCount else { return false }
        return try handle.verifies(signature, over: message, keySpec, hash)
    }
}

extension PublicKey {
    /// Whether both are one key, however its SubjectPublicKeyInfo spells it: the point of a curve
    /// can be written in three ways.
    public func isSameKey(as other: PublicKey) -> Bool { handle.isEqual(to: other.handle) }
}

extension PublicKey: Hashable {
    /// The same SubjectPublicKeyInfo, byte for byte.
    public static func == (left: PublicKey, right: PublicKey) -> Bool { left.spki == right.spki }

    /// Hashes what `==` compares.
    public func hash(into hasher: inout Hasher) { hasher.combine(spki) }
}

/// Owns OpenSSL's form of a public key.
@safe private final class KeyHandle: Sendable {
    // Never written after `init`. OpenSSL reads a key from many threads at once and guards what it
    // caches inside by locks of its own.
    private nonisolated(unsafe) let key: OpaquePointer

    init(spki: [UInt8]) throws(CryptographyError) {
        defer { ERR_clear_error() }
        let read = unsafe spki.withUnsafeBufferPointer { bytes -> OpaquePointer? in
            var place = bytes.baseAddress
            guard let key = unsafe d2i_PUBKEY(nil, &place, bytes.count) else { return nil }
            guard let base = bytes.baseAddress, unsafe place == base + bytes.count else {
                unsafe EVP_PKEY_free(key)
                return nil
            }
            return unsafe key
        }
        guard let read = unsafe read else { throw .unreadableKey }
        unsafe key = read
    }

    @unsafe init(taking key: OpaquePointer) {
        unsafe self.key = key
    }

    deinit {
        unsafe EVP_PKEY_free(key)
    }

    func isEqual(to other: KeyHandle) -> Bool {
        defer { ERR_clear_error() }
        return unsafe EVP_PKEY_eq(key, other.key) == 1
    }

    var kind: PublicKey.Kind {
        defer { ERR_clear_error() }
        let bitCount = Int(unsafe EVP_PKEY_get_bits(key))
        switch unsafe EVP_PKEY_get_base_id(key) {
        case EVP_PKEY_RSA: return .rsa(bitCount: bitCount)
        case EVP_PKEY_RSA_PSS: return .rsaPSS(bitCount: bitCount)
        case EVP_PKEY_EC:
            guard let curve = namedCurve else { return .other("EC") }
            return .ec(curve: curve, bitCount: bitCount)
        default:
            guard let name = unsafe EVP_PKEY_get0_type_name(key) else { return .other("") }
            return .other(unsafe String(cString: name))
        }
    }

    /// The name of the curve; nil when the key spells its parameters out, for then a curve of the
    /// same name may hide another generator.
    private var namedCurve: String? {
        var isExplicit: Int32 = 0
        let answered = unsafe EVP_PKEY_get_int_param(
            key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &isExplicit)
        guard answered == 1, isExplicit == 0 else { return nil }
        var name = [CChar](repeating: 0, count: 64)
        guard unsafe EVP_PKEY_get_group_name(key, &name, name.count, nil) == 1 else { return nil }
        return String(
            decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func verifies(
        _ signature: [UInt8], over message: [UInt8], _ keySpec: KeySpec, _ hash: SignatureHash
    ) throws(CryptographyError) -> Bool {
        defer { ERR_clear_error() }
        guard let context = unsafe EVP_MD_CTX_new() else { throw .unavailable(hash.name) }
        defer { unsafe EVP_MD_CTX_free(context) }
        var parameters: OpaquePointer?
        let begun = unsafe EVP_DigestVerifyInit_ex(
            context, &parameters, hash.name, nil, nil, key, nil)
        guard begun == 1 else { throw .unavailable(keySpec.signingAlgorithm) }
        var encoded = signature
        if keySpec.isRSA {
            // MGF1 takes the same hash unless told otherwise.
            guard unsafe EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1,
                unsafe EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1
            else { throw .unavailable(keySpec.signingAlgorithm) }
        } else {
            guard let sequence = ECDSASignature.der(of: signature) else { return false }
            encoded = sequence
        }
        return unsafe EVP_DigestVerify(context, encoded, encoded.count, message, message.count) == 1
    }
}

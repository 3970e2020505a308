internal import CP11Kit

/// A mechanism that matters to Airseal, by the name that PKCS #11 gives it.
public enum TokenMechanism: String, Sendable, CaseIterable {
    /// Makes EC keys.
    case ecKeys = "CKM_EC_KEY_PAIR_GEN"
    /// ECDSA over a digest: what Airseal asks for first.
    case ecdsa = "CKM_ECDSA"
    /// ECDSA over a message, hashed on the token with SHA-256.
    case ecdsaSHA256 = "CKM_ECDSA_SHA256"
    /// The same with SHA-384.
    case ecdsaSHA384 = "CKM_ECDSA_SHA384"
    /// The same with SHA-512.
    case ecdsaSHA512 = "CKM_ECDSA_SHA512"
    /// Makes RSA keys.
    case rsaKeys = "CKM_RSA_PKCS_KEY_PAIR_GEN"
    /// RSASSA-PSS over a digest: what Airseal asks for first.
    case pss = "CKM_RSA_PKCS_PSS"
    /// RSASSA-PSS over a message, hashed on the token with SHA-256.
    case pssSHA256 = "CKM_SHA256_RSA_PKCS_PSS"
    /// The same with SHA-384.
    case pssSHA384 = "CKM_SHA384_RSA_PKCS_PSS"
    /// The same with SHA-512.
    case pssSHA512 = "CKM_SHA512_RSA_PKCS_PSS"

    /// The key sizes that a token takes, in bits, and what it does with them.
    public struct Range: Sendable, Equatable {
        /// The smallest key.
        public let minimum: UInt
        /// The largest key.
        public let maximum: UInt
        /// Whether it signs.
        public let signs: Bool
        /// Whether it makes keys.
        public let generates: Bool

        /// Whether a key of so many bits is taken. A token that names no maximum names none.
        public func covers(bitCount: Int) -> Bool {
            minimum <= UInt(bitCount) && (maximum == 0 || UInt(bitCount) <= maximum)
        }
    }

    /// The hash that the token computes; nil where it is given a digest.
    public var hash: TokenHash? {
        switch self {
        case .ecKeys, .ecdsa, .rsaKeys, .pss: nil
        case .ecdsaSHA256, .pssSHA256: .sha256
        case .ecdsaSHA384, .pssSHA384: .sha384
        case .ecdsaSHA512, .pssSHA512: .sha512
        }
    }

    /// Whether it makes signatures with keys of `type`.
    public func signs(_ type: KeyType) -> Bool {
        switch self {
        case .ecKeys, .rsaKeys: false
        case .ecdsa, .ecdsaSHA256, .ecdsaSHA384, .ecdsaSHA512: !type.isRSA
        case .pss, .pssSHA256, .pssSHA384, .pssSHA512: type.isRSA
        }
    }

    var number: CK_MECHANISM_TYPE {
        switch self {
        case .ecKeys: CKM_EC_KEY_PAIR_GEN
        case .ecdsa: CKM_ECDSA
        case .ecdsaSHA256: CKM_ECDSA_SHA256
        case .ecdsaSHA384: CKM_ECDSA_SHA384
        case .ecdsaSHA512: CKM_ECDSA_SHA512
        case .rsaKeys: CKM_RSA_PKCS_KEY_PAIR_GEN
        case .pss: CKM_RSA_PKCS_PSS
        case .pssSHA256: CKM_SHA256_RSA_PKCS_PSS
        case .pssSHA384: CKM_SHA384_RSA_PKCS_PSS
        case .pssSHA512: CKM_SHA512_RSA_PKCS_PSS
        }
    }
}

extension KeyType {
    /// Whether the key is an RSA key, used with PSS; otherwise it is used with ECDSA.
    public var isRSA: Bool {
        switch family {
        case .rsa: true
        case .ec: false
        }
    }

    /// The size of the modulus or of the curve's field, in bits.
    public var bitCount: Int {
        switch self {
        case .rsa2048: 2048
        case .rsa3072: 3072
        case .rsa4096: 4096
        case .p256: 256
        case .p384: 384
        case .p521: 521
        }
    }
}

extension Token {
    /// What the token says of a mechanism; nil where it has none.
    public func range(of mechanism: TokenMechanism) -> TokenMechanism.Range? {
        var info = CK_MECHANISM_INFO()
        let value = try? ask(
            "C_GetMechanismInfo",
            unsafe functions.pointee.C_GetMechanismInfo(slot, mechanism.number, &info))
        guard value == .ok else { return nil }
        return TokenMechanism.Range(
            minimum: info.ulMinKeySize, maximum: info.ulMaxKeySize,
            signs: info.flags & CKF_SIGN != 0,
            generates: info.flags & CKF_GENERATE_KEY_PAIR != 0)
    }
}

/// The six kinds of key that the Notary signature specification allows.
///
/// - SeeAlso: notaryproject signature-specification.md, "Signature Algorithm Requirements".
public enum KeyType: String, Sendable, CaseIterable {
    /// RSA, 2048 bits.
    case rsa2048
    /// RSA, 3072 bits.
    case rsa3072
    /// RSA, 4096 bits.
    case rsa4096
    /// EC on P-256.
    case p256
    /// EC on P-384.
    case p384
    /// EC on P-521.
    case p521

    /// What the two families need for a signature.
    enum Family {
        case rsa(bitCount: Int)
        /// `coordinateByteCount` also is the width of each half of a signature.
        case ec(coordinateByteCount: Int, objectIdentifier: [UInt8])
    }

    var family: Family {
        switch self {
        case .rsa2048: .rsa(bitCount: 2048)
        case .rsa3072: .rsa(bitCount: 3072)
        case .rsa4096: .rsa(bitCount: 4096)
        // RFC 5480 section 2.1.1.1, in DER.
        case .p256:
            .ec(
                coordinateByteCount: 32,
                objectIdentifier: [0x06, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7])
        case .p384:
            .ec(coordinateByteCount: 48, objectIdentifier: [0x06, 5, 0x2B, 0x81, 0x04, 0, 0x22])
        case .p521:
            .ec(coordinateByteCount: 66, objectIdentifier: [0x06, 5, 0x2B, 0x81, 0x04, 0, 0x23])
        }
    }

    /// The hash that the Notary specification ties to the key.
    public var hash: TokenHash {
        switch self {
        case .rsa2048, .p256: .sha256
        case .rsa3072, .p384: .sha384
        case .rsa4096, .p521: .sha512
        }
    }

    /// The length of a signature, in bytes: r and s side by side for EC.
    public var signatureByteCount: Int {
        switch family {
        case .rsa(let bitCount): bitCount / 8
        case .ec(let width, _): 2 * width
        }
    }

    /// The type of an RSA key with this modulus.
    init?(modulus: [UInt8]) {
        let digits = modulus.drop { $0 == 0 }
        guard let first = digits.first else { return nil }
        let bitCount = digits.count * 8 - first.leadingZeroBitCount
        switch bitCount {
        case 2048: self = .rsa2048
        case 3072: self = .rsa3072
        case 4096: self = .rsa4096
        default: return nil
        }
    }

    /// The type of an EC key with these `CKA_EC_PARAMS`: a named curve only.
    init?(curveParameters: [UInt8]) {
        for type in Self.allCases {
            if case .ec(_, curveParameters) = type.family {
                self = type
                return
            }
        }
        return nil
    }
}

/// The hash over which a token signs; the host computes it.
public enum TokenHash: String, Sendable, CaseIterable {
    /// SHA-256.
    case sha256
    /// SHA-384.
    case sha384
    /// SHA-512.
    case sha512

    /// The length of a digest, in bytes; also that of the PSS salt.
    public var byteCount: Int {
        switch self {
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }
}

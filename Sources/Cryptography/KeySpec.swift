/// The six kinds of key that may sign, each with its one hash and its one padding.
///
/// - SeeAlso: Notary signature specification, "Algorithm Selection"; section 4 of the conformance
///   list.
public enum KeySpec: String, Sendable, CaseIterable {
    /// RSA with 2048 bits.
    case rsa2048 = "RSA-2048"
    /// RSA with 3072 bits.
    case rsa3072 = "RSA-3072"
    /// RSA with 4096 bits.
    case rsa4096 = "RSA-4096"
    /// NIST P-256.
    case ec256 = "EC-256"
    /// NIST P-384.
    case ec384 = "EC-384"
    /// NIST P-521.
    case ec521 = "EC-521"

    /// The hash that goes with the key.
    public var hash: SignatureHash {
        switch self {
        case .rsa2048, .ec256: .sha256
        case .rsa3072, .ec384: .sha384
        case .rsa4096, .ec521: .sha512
        }
    }

    /// Whether the key is an RSA key, used with PSS; otherwise it is used with ECDSA.
    public var isRSA: Bool {
        switch self {
        case .rsa2048, .rsa3072, .rsa4096: true
        case .ec256, .ec384, .ec521: false
        }
    }

    /// The length of a signature, in bytes: the modulus, or r and s side by side (rules J15, C13).
    public var signatureByteCount: Int {
        switch self {
        case .rsa2048: 256
        case .rsa3072: 384
        case .rsa4096: 512
        case .ec256: 64
        case .ec384: 96
        case .ec521: 132
        }
    }

    /// The `alg` of a JWS header: `PS256`.
    public var joseAlgorithm: String {
        switch self {
        case .rsa2048: "PS256"
        case .rsa3072: "PS384"
        case .rsa4096: "PS512"
        case .ec256: "ES256"
        case .ec384: "ES384"
        case .ec521: "ES512"
        }
    }

    /// The `alg` of a COSE header: -37.
    public var coseAlgorithm: Int64 {
        switch self {
        case .rsa2048: -37
        case .rsa3072: -38
        case .rsa4096: -39
        case .ec256: -7
        case .ec384: -35
        case .ec521: -36
        }
    }

    /// The name in the plugin protocol and in what people read: `RSASSA-PSS-SHA-256`.
    public var signingAlgorithm: String {
        "\(isRSA ? "RSASSA-PSS" : "ECDSA")-\(hash.name)"
    }
}

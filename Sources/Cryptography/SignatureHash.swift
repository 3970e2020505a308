private import COpenSSL

/// The hashes that a Notary signature may use.
public enum SignatureHash: Sendable, CaseIterable {
    /// SHA-256.
    case sha256
    /// SHA-384.
    case sha384
    /// SHA-512.
    case sha512

    /// The length of a hash, in bytes.
    public var byteCount: Int {
        switch self {
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    /// The name in the Notary plugin protocol, which is also OpenSSL's: `SHA-256`.
    public var name: String {
        switch self {
        case .sha256: "SHA-256"
        case .sha384: "SHA-384"
        case .sha512: "SHA-512"
        }
    }

    /// The hash of `message`.
    ///
    /// - Throws: `.unavailable` when the cryptographic library refuses the algorithm.
    public func hash(_ message: [UInt8]) throws(CryptographyError) -> [UInt8] {
        defer { ERR_clear_error() }
        var digest = [UInt8](repeating: 0, count: byteCount)
        let done = unsafe EVP_Q_digest(
            nil, name, nil, message, message.count, &digest, nil)
        guard done == 1 else { throw .unavailable(name) }
        return digest
    }
}

public import X509

/// Something that signs with a key that the leaf of its chain speaks for: an HSM, a file, a plugin.
public protocol Signer {
    /// The certificates, leaf to root.
    var chain: CertificateChain { get }

    /// Signs `message` as the `keySpec` of the leaf's key asks: PSS with a salt as long as the
    /// hash, or ECDSA as r and s side by side in fixed width. Hashes the message itself.
    ///
    /// - Throws: the signer's own error, which passes through to whoever asked for the signature.
    func signature(over message: [UInt8]) throws -> [UInt8]

    /// Signs several messages, which may be faster than one after the other.
    ///
    /// - Returns: a signature for each, in their order.
    /// - Throws: as `signature(over:)`; then there is none.
    func signatures(over messages: [[UInt8]]) throws -> [[UInt8]]
}

extension Signer {
    /// One after the other.
    public func signatures(over messages: [[UInt8]]) throws -> [[UInt8]] {
        try messages.map(signature(over:))
    }
}

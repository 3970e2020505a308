import X509

/// An envelope that lacks its signature.
protocol EnvelopeDraft {
    /// What the signer signs.
    var signedMessage: [UInt8] { get }

    /// The whole envelope.
    func envelope(_ signature: [UInt8], _ chain: CertificateChain, signingAgent: String) -> [UInt8]
}

public import Cryptography
public import Encodings
public import Notary
public import PKCS11
public import X509

/// A key on a token, together with the certificates that speak for it.
public struct TokenSigner: Signer {
    /// The certificates, leaf to root.
    public let chain: CertificateChain
    /// Label and id of the key.
    public var keyDescription: KeyDescription { key.description }
    /// The token that the key is on.
    public var token: TokenDescription { key.session.token.description }
    private let key: SigningKey

    /// Finds the token and the key that `uri` names, logs in once, and holds the key against the
    /// chain.
    ///
    /// - Parameters:
    ///   - uri: which key.
    ///   - chain: the certificates, leaf to root; nil for those that the token keeps beside the key.
    ///   - pin: where the PIN comes from, if the token wants one.
    ///   - time: where the token keeps several certificates of one name, those that are valid then
    ///     go first.
    /// - Throws: `.token` for whatever the token refuses, `.chain` when its certificates make none,
    ///   `.keyDoesNotMatchChain` before anything is signed.
    public init(
        _ uri: KeyURI, chain: CertificateChain?, pin: PINSource, at time: Timestamp
    ) throws(SigningError) {
        do {
            let session = try Session(on: try TokenModules(for: uri).token(matching: uri))
            try session.login(pin)
            key = try session.signingKey(matching: uri)
        } catch { throw .token(error) }
        let chain = if let chain { chain } else { try key.session.chain(of: key, at: time) }
        guard key.publicKey == chain.leaf.publicKey.spki else {
            throw .keyDoesNotMatchChain(
                key.description, certificate: chain.leaf.sha256Fingerprint)
        }
        self.chain = chain
    }

    /// Hashes `message` here and signs the hash on the token: raw ECDSA or RSASSA-PSS.
    public func signature(over message: [UInt8]) throws -> [UInt8] {
        let digest = try key.type.hash.signatureHash.hash(message)
        return try key.sign(digest: digest, hash: key.type.hash)
    }
}

/// Why a key could not be made ready for signing.
public enum SigningError: Error, Equatable {
    /// The token, its PIN or the key.
    case token(PKCS11Error)
    /// The leaf of the chain holds another public key; its SHA-256 fingerprint is named.
    case keyDoesNotMatchChain(KeyDescription, certificate: String)
    /// No chain was named, and the token's certificates make none for this key.
    case chain(KeyDescription, ChainAssemblyError)
    /// A certificate could not be made.
    case certificate(CertificateError)
}

extension TokenHash {
    /// The same hash, as it is computed here.
    public var signatureHash: SignatureHash {
        switch self {
        case .sha256: .sha256
        case .sha384: .sha384
        case .sha512: .sha512
        }
    }
}

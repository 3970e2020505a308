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
    public var token: TokenDescription { key.token }
    private let key: OpenKey

    /// Finds the token and the key that `uri` names, logs in once, and holds the key against the
    /// chain.
    ///
    /// - Parameters:
    ///   - uri: which key.
    ///   - chain: the certificates, leaf to root; nil for those that the token keeps beside the key.
    ///   - pin: where the PIN comes from, if the token wants one.
    ///   - time: where the token keeps several certificates of one name, those that are valid then
    ///     go first.
    ///   - timeout: how long one call of the module may take.
    ///   - tell: tells the person at the token what is waited for.
    /// - Throws: `.token` for whatever the token refuses, `.chain` when its certificates make none,
    ///   `.keyDoesNotMatchChain` before anything is signed.
    public init(
        _ uri: KeyURI, chain: CertificateChain?, pin: PINSource, at time: Timestamp,
        timeout: TokenTimeout = .standard,
        tell: @escaping @Sendable (TokenNotice) -> Void = { _ in }
    ) throws(SigningError) {
        do { key = try OpenKey(uri, pin: pin, timeout: timeout, tell: tell) } catch {
            throw .token(error)
        }
        let chain = if let chain { chain } else { try Self.chain(besides: key, at: time) }
        guard key.publicKey == chain.leaf.publicKey.spki else {
            throw .keyDoesNotMatchChain(
                key.description, certificate: chain.leaf.sha256Fingerprint)
        }
        self.chain = chain
    }

    /// The chain that the token keeps beside the key.
    private static func chain(besides key: OpenKey, at time: Timestamp) throws(SigningError)
        -> CertificateChain
    {
        let found: Result<CertificateChain, SigningError>
        do {
            found = try key.reading { key throws(PKCS11Error) in
                do throws(SigningError) {
                    return .success(try key.session.chain(of: key, at: time))
                } catch {
                    // A session that was lost may be opened again.
                    if case .token(let error) = error { throw error }
                    return .failure(error)
                }
            }
        } catch { throw .token(error) }
        return try found.get()
    }

    /// Hashes `message` here and signs the hash on the token: raw ECDSA or RSASSA-PSS.
    public func signature(over message: [UInt8]) throws -> [UInt8] {
        let digest = try key.type.hash.signatureHash.hash(message)
        return try key.sign(digest: digest, of: message, hash: key.type.hash)
    }

    /// Signs many messages, over several sessions at once where the token has room for them.
    ///
    /// - Parameter messages: what to sign; each is hashed here.
    /// - Returns: a signature for each, in their order.
    /// - Throws: `PKCS11Error` as soon as one cannot be signed; none is returned then.
    public func signatures(over messages: [[UInt8]]) throws -> [[UInt8]] {
        let subjects = try messages.map { message in
            (digest: try key.type.hash.signatureHash.hash(message), message: message)
        }
        return try key.sign(subjects, hash: key.type.hash)
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

import Cryptography
public import Encodings
public import PKCS11
public import X509

/// A key made on a token for trying things out, with certificates that say so.
public struct ThrowawayKey {
    /// Label and id of the key on the token.
    public let description: KeyDescription
    /// The token.
    public let token: TokenDescription
    /// Leaf and root. The root's private key existed in memory only and is gone.
    public let chain: CertificateChain

    /// Makes the key on the token that `uri` names, under the label that its `object` names.
    ///
    /// - Parameters:
    ///   - type: which kind of key.
    ///   - uri: the token, and the label of the new key.
    ///   - id: the new key's id.
    ///   - notBefore: when the certificates begin to be valid.
    ///   - notAfter: the last second at which they are.
    ///   - pin: where the PIN comes from.
    /// - Throws: `.token`, also when a key of that label or id exists.
    public init(
        _ type: KeyType, at uri: KeyURI, id: [UInt8], notBefore: Timestamp, notAfter: Timestamp,
        pin: PINSource
    ) throws(SigningError) {
        let label = uri.object ?? "airseal-test"
        let key: SigningKey
        do {
            let token = try TokenModules(for: uri).token(matching: uri)
            let session = try Session(on: token, access: .readWrite)
            try session.login(pin)
            key = try session.generateKeyPair(type, label: label, id: id)
        } catch { throw .token(error) }
        do throws(CertificateError) {
            let authority = try ThrowawayAuthority(notBefore: notBefore, notAfter: notAfter)
            chain = try authority.codeSigningChain(
                for: try Self.publicKey(key), commonName: label, notBefore: notBefore,
                notAfter: notAfter)
        } catch { throw .certificate(error) }
        description = key.description
        token = key.session.token.description
    }

    private static func publicKey(_ key: SigningKey) throws(CertificateError) -> PublicKey {
        do { return try PublicKey(spki: key.publicKey) } catch { throw .unreadableKey }
    }
}

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
    ///   - timeout: how long one call of the module may take.
    ///   - tell: tells the person at the token what is waited for.
    /// - Throws: `.token`, also when a key of that label or id exists.
    public init(
        _ type: KeyType, at uri: KeyURI, id: [UInt8], notBefore: Timestamp, notAfter: Timestamp,
        pin: PINSource, timeout: TokenTimeout = .standard,
        tell: @escaping @Sendable (TokenNotice) -> Void = { _ in }
    ) throws(SigningError) {
        let label = uri.object ?? "airseal-test"
        let made: Made
        do {
            made = try TokenThread(timeout: timeout).run { () throws(PKCS11Error) in
                let token = try TokenModules(for: uri).token(matching: uri)
                let session = try Session(on: token, access: .readWrite)
                let pin = HeldPIN(pin, tell: tell)
                // Before the module is finalised.
                defer { withExtendedLifetime(token) { pin.forget() } }
                try session.login(pin)
                let key = try session.generateKeyPair(type, label: label, id: id)
                return Made(
                    token: token.description, key: key.description, publicKey: key.publicKey)
            }
        } catch { throw .token(error) }
        do throws(CertificateError) {
            let authority = try ThrowawayAuthority(notBefore: notBefore, notAfter: notAfter)
            chain = try authority.codeSigningChain(
                for: try made.subjectPublicKey, commonName: label, notBefore: notBefore,
                notAfter: notAfter)
        } catch { throw .certificate(error) }
        description = made.key
        token = made.token
    }

    /// What was made on the token.
    private struct Made {
        let token: TokenDescription
        let key: KeyDescription
        let publicKey: [UInt8]

        var subjectPublicKey: PublicKey {
            get throws(CertificateError) {
                do { return try PublicKey(spki: publicKey) } catch { throw .unreadableKey }
            }
        }
    }
}

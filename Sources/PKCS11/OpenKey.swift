/// A key that is ready to sign: its token has been found, logged in once, and is spoken to on a
/// thread of its own.
///
/// A session that is lost is opened again once, on the same token and with the same key, and with
/// the PIN that was accepted before.
public final class OpenKey: Sendable {
    /// The token.
    public let token: TokenDescription
    /// Label and id.
    public let description: KeyDescription
    /// The type.
    public let type: KeyType
    /// The public half: a SubjectPublicKeyInfo in DER.
    public let publicKey: [UInt8]
    private let thread: TokenThread
    private let access: ThreadAccess

    /// Finds the token and the key that `uri` names, and logs in.
    ///
    /// - Parameters:
    ///   - uri: which key.
    ///   - pin: where the PIN comes from, if the token wants one.
    ///   - timeout: how long one call of the module may take.
    ///   - tell: tells the person at the token what is waited for.
    public init(
        _ uri: KeyURI, pin: PINSource, timeout: TokenTimeout = .standard,
        tell: @escaping @Sendable (TokenNotice) -> Void = { _ in }
    ) throws(PKCS11Error) {
        thread = try TokenThread(timeout: timeout)
        let access = ThreadAccess()
        self.access = access
        let key = try thread.run { () throws(PKCS11Error) in
            let pin = HeldPIN(pin, tell: tell)
            let held = try LostAndFoundKey(uri, pin: pin)
            unsafe access.key = held
            return held.facts
        }
        token = key.token
        description = key.description
        type = key.type
        publicKey = key.publicKey
    }

    /// Signs a digest, or where the token has no mechanism for that, the message that it was made
    /// of.
    ///
    /// - Parameters:
    ///   - digest: the hash of the message.
    ///   - message: the message.
    ///   - hash: the algorithm.
    /// - Returns: as `SigningKey.sign`.
    /// - Throws: what the token refused.
    public func sign(digest: [UInt8], of message: [UInt8], hash: TokenHash) throws(PKCS11Error)
        -> [UInt8]
    {
        try thread.run { [access] () throws(PKCS11Error) in
            guard let key = unsafe access.key else { throw .call("C_Sign", .sessionHandleInvalid) }
            return try key.sign(digest: digest, of: message, hash: hash)
        }
    }

    /// Signs many digests, in their order.
    ///
    /// - Parameters:
    ///   - subjects: the digests, each with the message that it was made of.
    ///   - hash: the algorithm.
    /// - Returns: a signature for each.
    /// - Throws: what the token refused; then none is returned.
    public func sign(_ subjects: [(digest: [UInt8], message: [UInt8])], hash: TokenHash)
        throws(PKCS11Error) -> [[UInt8]]
    {
        try thread.run { [access] () throws(PKCS11Error) in
            guard let key = unsafe access.key else { throw .call("C_Sign", .sessionHandleInvalid) }
            var signatures: [[UInt8]] = []
            for (digest, message) in subjects {
                signatures.append(try key.sign(digest: digest, of: message, hash: hash))
            }
            return signatures
        }
    }

    // What is closed, finalised and unloaded, is so on the thread; unless it has been given up: then
    // nothing of it is touched again.
    deinit {
        do throws(PKCS11Error) {
            try thread.run { [access] () throws(PKCS11Error) in unsafe access.key = nil }
        } catch {
            _ = unsafe Unmanaged.passRetained(access)
        }
    }
}

/// What only the token's thread touches.
private final class ThreadAccess: Sendable {
    nonisolated(unsafe) var key: LostAndFoundKey?
}

/// A key whose session may be opened again once.
private final class LostAndFoundKey {
    struct Facts {
        let token: TokenDescription
        let description: KeyDescription
        let type: KeyType
        let publicKey: [UInt8]
    }

    let facts: Facts
    private let uri: KeyURI
    private let pin: HeldPIN
    private let modules: TokenModules
    private var key: SigningKey?
    private var wasReopened = false

    init(_ uri: KeyURI, pin: HeldPIN) throws(PKCS11Error) {
        let modules = try TokenModules(for: uri)
        let key: SigningKey
        do throws(PKCS11Error) {
            let session = try Session(on: modules.token(matching: uri))
            try session.login(pin)
            key = try session.signingKey(matching: uri)
        } catch {
            // Before the module is finalised.
            withExtendedLifetime(modules) { pin.forget() }
            throw error
        }
        if key.asksForPINAlways { pin.tell(.pinForEverySignature(key.description)) }
        self.uri = uri
        self.pin = pin
        self.modules = modules
        self.key = key
        facts = Facts(
            token: key.session.token.description, description: key.description, type: key.type,
            publicKey: key.publicKey)
    }

    // Before the session is closed and the module finalised.
    deinit { pin.forget() }

    func sign(digest: [UInt8], of message: [UInt8], hash: TokenHash) throws(PKCS11Error)
        -> [UInt8]
    {
        do throws(PKCS11Error) {
            guard let key else { throw .call("C_Sign", .sessionHandleInvalid) }
            return try key.sign(digest: digest, of: message, hash: hash)
        } catch {
            guard case .call(_, let value) = error, value.meansLoss, !wasReopened else {
                throw error
            }
            let key = try reopen(after: error)
            return try key.sign(digest: digest, of: message, hash: hash)
        }
    }

    /// Opens the key again after `loss`, which stands where the token is not there any more.
    private func reopen(after loss: PKCS11Error) throws(PKCS11Error) -> SigningKey {
        wasReopened = true
        // Closed before another is opened: some tokens have room for one session only.
        key = nil
        let again = try modules.tokens(matching: uri).first {
            $0.description.serial.utf8.elementsEqual(facts.token.serial.utf8)
                && $0.description.label.utf8.elementsEqual(facts.token.label.utf8)
        }
        guard let again else { throw loss }
        let session = try Session(on: again)
        try session.login(pin)
        let found = try session.signingKey(matching: uri)
        guard found.publicKey == facts.publicKey else { throw .anotherKey(found.description) }
        key = found
        return found
    }
}

internal import CP11Kit

/// A key whose session may be opened again once.
final class LastingKey {
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
    private(set) var key: SigningKey?
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
        try using { key throws(PKCS11Error) in
            try key.sign(digest: digest, of: message, hash: hash)
        }
    }

    /// Does `body` with the key; once more where its session was lost and could be opened again.
    func using<Result>(_ body: (SigningKey) throws(PKCS11Error) -> Result) throws(PKCS11Error)
        -> Result
    {
        do throws(PKCS11Error) {
            guard let key else { throw .call("C_OpenSession", .sessionHandleInvalid) }
            return try body(key)
        } catch {
            guard error.meansLoss else { throw error }
            return try body(reopen(after: error))
        }
    }

    /// Opens the key again after `loss`, which stands where that was done before, or where the token
    /// is not there any more.
    func reopen(after loss: PKCS11Error) throws(PKCS11Error) -> SigningKey {
        guard !wasReopened else { throw loss }
        wasReopened = true
        // Closed before another is opened: some tokens have room for one session only.
        key = nil
        let again = try modules.scan(for: uri).matching.first {
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

    /// The same key in one more session of the same login, for another thread.
    func inAnotherSession() throws(PKCS11Error) -> SigningKey {
        guard let key else { throw .call("C_OpenSession", .sessionHandleInvalid) }
        let other = try Session(on: key.session.token).signingKey(matching: uri)
        guard other.publicKey == facts.publicKey else { throw .anotherKey(other.description) }
        return other
    }

    /// For how many sessions the token has room besides the one that is open; none where it does not
    /// say so, for one session signs everything, too.
    func roomForSessions() throws(PKCS11Error) -> Int {
        guard let token = key?.session.token else { return 0 }
        var info = CK_TOKEN_INFO()
        let value = try ask(
            "C_GetTokenInfo", unsafe token.functions.pointee.C_GetTokenInfo(token.slot, &info))
        guard value == .ok else { return 0 }
        switch info.ulMaxSessionCount {
        case CK_ULONG(CK_EFFECTIVELY_INFINITE): return .max
        // CK_UNAVAILABLE_INFORMATION: what a token does not say it may not have.
        case .max: return 0
        case let most:
            guard info.ulSessionCount <= most else { return 0 }
            return Int(most - info.ulSessionCount)
        }
    }
}

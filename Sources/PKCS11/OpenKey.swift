internal import Synchronization

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
    let timeout: TokenTimeout
    let thread: TokenThread
    let access: ThreadAccess
    /// Further sessions, once a batch has opened them.
    let lanes = Mutex<[Lane]?>(nil)

    /// Finds the token and the key that `uri` names, and logs in.
    ///
    /// - Parameters:
    ///   - uri: which key.
    ///   - pin: where the PIN comes from, if the token wants one.
    ///   - timeout: how long one call of the module may take.
    ///   - tell: tells the person at the token what is waited for.
    /// - Throws: what the token, the PIN or the key is refused for.
    public init(
        _ uri: KeyURI, pin: PINSource, timeout: TokenTimeout = .standard,
        tell: @escaping @Sendable (TokenNotice) -> Void = { _ in }
    ) throws(PKCS11Error) {
        self.timeout = timeout
        thread = try TokenThread(timeout: timeout)
        let access = ThreadAccess()
        self.access = access
        let key = try thread.run { () throws(PKCS11Error) in
            let pin = HeldPIN(pin, tell: tell)
            let held = try LastingKey(uri, pin: pin)
            unsafe access.key = held
            return held.facts
        }
        token = key.token
        description = key.description
        type = key.type
        publicKey = key.publicKey
    }

    /// Reads what else the token holds, in the session of the key.
    public func reading<Result>(_ body: @escaping (SigningKey) throws(PKCS11Error) -> Result)
        throws(PKCS11Error) -> Result
    {
        try thread.run { [access] () throws(PKCS11Error) in
            guard let key = unsafe access.key else {
                throw .call("C_GetAttributeValue", .sessionHandleInvalid)
            }
            return try key.using(body)
        }
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

    // What is closed, finalised and unloaded, is so on the thread; unless it has been given up: then
    // nothing of it is touched again.
    deinit {
        closeLanes()
        do throws(PKCS11Error) {
            try thread.run { [access] () throws(PKCS11Error) in unsafe access.key = nil }
        } catch {
            _ = unsafe Unmanaged.passRetained(access)
        }
    }
}

/// What only the token's thread touches.
final class ThreadAccess: Sendable {
    nonisolated(unsafe) var key: LastingKey?
}

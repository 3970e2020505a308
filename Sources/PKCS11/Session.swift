internal import CP11Kit

/// A session with a token, closed with its last user: itself or a key that was found in it.
///
/// Not to be used from two threads at once, so not `Sendable`.
/// - SeeAlso: PKCS #11 3.0, section 5.6.
@safe public final class Session {
    /// What a session may do with the token.
    public enum Access: Sendable, Equatable {
        /// Use its keys.
        case readOnly
        /// Make new keys, too.
        case readWrite
    }

    /// The token.
    public let token: Token
    let functions: UnsafeMutablePointer<CK_FUNCTION_LIST>
    let handle: CK_SESSION_HANDLE
    private var pin: HeldPIN?
    private var hasLoggedIn = false

    /// Opens a session.
    public init(on token: Token, access: Access = .readOnly) throws(PKCS11Error) {
        var flags = CKF_SERIAL_SESSION
        if access == .readWrite { flags |= CKF_RW_SESSION }
        var handle: CK_SESSION_HANDLE = 0
        try OpenSessions.open(with: token.description) { () throws(PKCS11Error) in
            try check(
                "C_OpenSession",
                unsafe token.functions.pointee.C_OpenSession(token.slot, flags, nil, nil, &handle))
        }
        self.token = token
        unsafe functions = token.functions
        self.handle = handle
    }

    // The PIN first: no module that is finalised after the session finds it in memory.
    // Closing the last session of a process logs it out, too; not every module does so at once.
    deinit {
        pin = nil
        OpenSessions.close(with: token.description) {
            guard hasLoggedIn else { return }
            _ = try? ask("C_Logout", unsafe functions.pointee.C_Logout(handle))
        }
        _ = try? ask("C_CloseSession", unsafe functions.pointee.C_CloseSession(handle))
    }
}

// Logging in: once, and never a second time with what has been rejected.
extension Session {
    /// Logs the user in with a PIN of its own, with one try.
    public func login(_ source: PINSource) throws(PKCS11Error) { try login(HeldPIN(source)) }

    /// Logs the user in, with one try.
    ///
    /// Nothing is asked of a token that needs no login, or in which this process is logged in. A
    /// token with a pin-pad asks for itself.
    ///
    /// - Throws: `.pinIncorrect` after the one try; before it `.pinRejectedEarlier`, `.pinLocked`,
    ///   `.pinNotInitialised`, `.pinExpired`, and where nobody types the PIN `.pinTriesLow`.
    public func login(_ pin: HeldPIN) throws(PKCS11Error) {
        self.pin = pin
        let token = try self.token.describe()
        guard token.needsLogin, try !isLoggedIn else { return }
        try refuseHopeless(token)
        if token.hasPINPad {
            pin.tell(.pinPad(token))
            try unsafe tryLogin(CKU_USER, nil, 0, on: token)
        } else {
            let taken = try pin.take(for: token)
            try pin.trying(taken, serial: token.serial) { () throws(PKCS11Error) in
                try tryLogin(CKU_USER, taken.secret, on: token)
            }
        }
        hasLoggedIn = true
    }

    /// Gives the PIN again for the one signature that has just been begun.
    ///
    /// - SeeAlso: PKCS #11 3.0, `CKA_ALWAYS_AUTHENTICATE`.
    func authenticate() throws(PKCS11Error) {
        guard let pin else { throw .pinNotGiven }
        let token = try self.token.describe()
        try refuseHopeless(token)
        if token.hasPINPad {
            pin.tell(.pinPad(token))
            return try unsafe tryLogin(CKU_CONTEXT_SPECIFIC, nil, 0, on: token)
        }
        let taken = try pin.takeForSignature(on: token)
        try pin.trying(taken, serial: token.serial) { () throws(PKCS11Error) in
            try tryLogin(CKU_CONTEXT_SPECIFIC, taken.secret, on: token)
        }
    }

    /// Refuses a try that cannot succeed, or that was made before.
    private func refuseHopeless(_ token: TokenDescription) throws(PKCS11Error) {
        switch token.pinState {
        case .locked: throw .pinLocked(serial: token.serial)
        case .notInitialised: throw .pinNotInitialised(serial: token.serial)
        case .expired: throw .pinExpired(serial: token.serial)
        case .normal, .triesLow, .finalTry: break
        }
        guard !self.token.modules.rejections.contains(token.serial) else {
            throw .pinRejectedEarlier(serial: token.serial, path: nil)
        }
    }

    private var isLoggedIn: Bool {
        get throws(PKCS11Error) {
            var info = CK_SESSION_INFO()
            try check(
                "C_GetSessionInfo", unsafe functions.pointee.C_GetSessionInfo(handle, &info))
            return info.state == CKS_RO_USER_FUNCTIONS || info.state == CKS_RW_USER_FUNCTIONS
        }
    }

    private func tryLogin(_ user: UInt, _ pin: SharedSecret, on token: TokenDescription)
        throws(PKCS11Error)
    {
        let result = try unsafe pin.withBytes { bytes -> Result<Void, PKCS11Error> in
            do throws(PKCS11Error) {
                let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
                return .success(try unsafe tryLogin(user, start, bytes.count, on: token))
            } catch { return .failure(error) }
        }
        try result.get()
    }

    private func tryLogin(
        _ user: UInt, _ pin: UnsafeMutablePointer<UInt8>?, _ byteCount: Int,
        on token: TokenDescription
    ) throws(PKCS11Error) {
        let serial = token.serial
        // A person at a pin-pad takes the time that a person takes.
        let value = try ask(
            "C_Login", isTimed: !token.hasPINPad,
            unsafe functions.pointee.C_Login(
                handle, CK_USER_TYPE(user), pin, CK_ULONG(byteCount)))
        switch value {
        case .ok, .userAlreadyLoggedIn: return
        // A token may count a PIN of a wrong form as a wrong one, so all three are a rejection.
        case .pinIncorrect, .pinInvalid, .pinLenRange:
            self.token.modules.rejections.insert(serial)
            throw .pinIncorrect(serial: serial)
        case .pinLocked: throw .pinLocked(serial: serial)
        case .pinExpired: throw .pinExpired(serial: serial)
        case .userPinNotInitialized: throw .pinNotInitialised(serial: serial)
        default: throw .call("C_Login", value)
        }
    }
}

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

    /// Opens a session.
    public init(on token: Token, access: Access = .readOnly) throws(PKCS11Error) {
        var flags = CKF_SERIAL_SESSION
        if access == .readWrite { flags |= CKF_RW_SESSION }
        var handle: CK_SESSION_HANDLE = 0
        try check(
            "C_OpenSession",
            unsafe token.functions.pointee.C_OpenSession(token.slot, flags, nil, nil, &handle))
        self.token = token
        unsafe functions = token.functions
        self.handle = handle
    }

    // Closing the last session of a process logs it out.
    deinit { _ = unsafe functions.pointee.C_CloseSession(handle) }
}

// Logging in: once, and never a second time with what has been rejected.
extension Session {
    /// Logs the user in, with one try.
    ///
    /// Nothing is asked of a token that needs no login, or in which this process is logged in. A
    /// token with a pin-pad asks for itself.
    ///
    /// - Throws: `.pinIncorrect` after the one try; before it `.pinRejectedEarlier`, `.pinLocked`,
    ///   `.pinNotInitialised`, `.pinExpired`, and for a file `.pinTriesLow`.
    public func login(_ source: PINSource) throws(PKCS11Error) {
        let token = try self.token.describe()
        guard token.needsLogin, try !isLoggedIn else { return }
        let serial = token.serial
        switch token.pinState {
        case .locked: throw .pinLocked(serial: serial)
        case .notInitialised: throw .pinNotInitialised(serial: serial)
        case .expired: throw .pinExpired(serial: serial)
        case .normal, .triesLow, .finalTry: break
        }
        guard !self.token.modules.rejections.contains(serial) else {
            throw .pinRejectedEarlier(serial: serial, path: nil)
        }
        if token.hasPINPad { return try unsafe tryLogin(nil, 0, serial: serial) }
        switch source {
        case .prompt(let ask):
            guard let pin = ask(token) else { throw .pinNotGiven }
            try tryLogin(pin, serial: serial)
        case .file(let path, let fileSystem, let rejected):
            let file = try PINFile(at: path, in: fileSystem)
            // Before the state of the token, which says less: this file may be why tries are few.
            try rejected.check(serial: serial, path: path, file.ownership)
            guard token.pinState == .normal else {
                throw .pinTriesLow(serial: serial, isFinal: token.pinState == .finalTry)
            }
            do throws(PKCS11Error) {
                try tryLogin(file.pin, serial: serial)
            } catch {
                if case .pinIncorrect = error {
                    try rejected.record(serial: serial, file.ownership)
                }
                throw error
            }
            try rejected.clear(serial: serial, file.ownership)
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

    private func tryLogin(_ pin: borrowing Secret, serial: String) throws(PKCS11Error) {
        let result = unsafe pin.withBytes { bytes -> Result<Void, PKCS11Error> in
            do throws(PKCS11Error) {
                let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
                return .success(try unsafe tryLogin(start, bytes.count, serial: serial))
            } catch { return .failure(error) }
        }
        try result.get()
    }

    private func tryLogin(_ pin: UnsafeMutablePointer<UInt8>?, _ byteCount: Int, serial: String)
        throws(PKCS11Error)
    {
        let value = ReturnValue(
            rawValue: unsafe functions.pointee.C_Login(
                handle, CK_USER_TYPE(CKU_USER), pin, CK_ULONG(byteCount)))
        switch value {
        case .ok, .userAlreadyLoggedIn: return
        // A token may count a PIN of a wrong form as a wrong one, so all three are a rejection.
        case .pinIncorrect, .pinInvalid, .pinLenRange:
            token.modules.rejections.insert(serial)
            throw .pinIncorrect(serial: serial)
        case .pinLocked: throw .pinLocked(serial: serial)
        case .pinExpired: throw .pinExpired(serial: serial)
        case .userPinNotInitialized: throw .pinNotInitialised(serial: serial)
        default: throw .call("C_Login", value)
        }
    }
}

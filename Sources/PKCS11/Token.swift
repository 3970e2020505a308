internal import CP11Kit

/// What a token says of itself.
public struct TokenDescription: Sendable, Equatable {
    /// What the token says of the user's PIN.
    public enum PINState: Sendable, Equatable {
        /// Nothing of note.
        case normal
        /// A wrong PIN has been tried since the last right one.
        case triesLow
        /// One more wrong PIN locks it.
        case finalTry
        /// Locked.
        case locked
        /// Must be changed before use.
        case expired
        /// Not set yet.
        case notInitialised
    }

    /// The label.
    public let label: String
    /// The serial number, by which a token is told from another.
    public let serial: String
    /// Who made it.
    public let manufacturer: String
    /// What it is.
    public let model: String
    /// The module through which it was found.
    public let moduleName: String
    /// The state of the user's PIN.
    public let pinState: PINState
    /// The token has its own pin-pad: the PIN never passes through this machine.
    public let hasPINPad: Bool
    /// Private keys are shown only after a login.
    public let needsLogin: Bool
    let isInitialised: Bool

    init(_ info: CK_TOKEN_INFO, moduleName: String) {
        func has(_ flag: UInt) -> Bool { info.flags & flag != 0 }
        label = paddedText(info.label)
        serial = paddedText(info.serialNumber)
        manufacturer = paddedText(info.manufacturerID)
        model = paddedText(info.model)
        self.moduleName = moduleName
        hasPINPad = has(CKF_PROTECTED_AUTHENTICATION_PATH)
        needsLogin = has(CKF_LOGIN_REQUIRED)
        isInitialised = has(CKF_TOKEN_INITIALIZED)
        pinState =
            if has(CKF_USER_PIN_LOCKED) {
                .locked
            } else if !has(CKF_USER_PIN_INITIALIZED) {
                .notInitialised
            } else if has(CKF_USER_PIN_TO_BE_CHANGED) {
                .expired
            } else if has(CKF_USER_PIN_FINAL_TRY) {
                .finalTry
            } else if has(CKF_USER_PIN_COUNT_LOW) {
                .triesLow
            } else {
                .normal
            }
    }
}

/// A token in a slot of a loaded module.
@safe public struct Token {
    /// What it said of itself when it was found.
    public let description: TokenDescription
    let modules: TokenModules
    let functions: UnsafeMutablePointer<CK_FUNCTION_LIST>
    let slot: CK_SLOT_ID

    /// What it says now: the state of the PIN changes.
    func describe() throws(PKCS11Error) -> TokenDescription {
        var info = CK_TOKEN_INFO()
        try check("C_GetTokenInfo", unsafe functions.pointee.C_GetTokenInfo(slot, &info))
        return TokenDescription(info, moduleName: description.moduleName)
    }

    /// The token can make at least one of the two signatures that Airseal asks for.
    var canSign: Bool {
        [CKM_ECDSA, CKM_RSA_PKCS_PSS].contains { mechanism in
            var info = CK_MECHANISM_INFO()
            let value = try? ask(
                "C_GetMechanismInfo",
                unsafe functions.pointee.C_GetMechanismInfo(slot, mechanism, &info))
            return value == .ok && info.flags & CKF_SIGN != 0
        }
    }
}

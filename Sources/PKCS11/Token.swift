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

extension TokenModules {
    /// Slots read of one module. A large network HSM shows some hundred partitions.
    private static let slotCountMax = 1024

    /// The one initialised token that `uri` names.
    ///
    /// Where several match, those that can sign go before those that cannot: the trust store that
    /// p11-kit shows as a token is never meant.
    ///
    /// - Throws: `.noToken` or `.ambiguousToken`, with what was found.
    public func token(matching uri: KeyURI) throws(PKCS11Error) -> Token {
        let found = try tokens(matching: uri)
        if let token = found.first, found.count == 1 { return token }
        let able = found.filter(\.canSign)
        if let token = able.first, able.count == 1 { return token }
        guard found.isEmpty else {
            throw .ambiguousToken((able.isEmpty ? found : able).map(\.description))
        }
        throw .noToken(present: try tokens().map(\.description))
    }

    /// Every initialised token that `uri` names; with no URI, every one.
    public func tokens(matching uri: KeyURI? = nil) throws(PKCS11Error) -> [Token] {
        var tokens: [Token] = []
        for module in modules {
            guard try uri?.matches(module) ?? true else { continue }
            for slot in try slots(of: module) {
                if let uri, try !uri.matches(slot, of: module) { continue }
                var info = CK_TOKEN_INFO()
                let value = try ask(
                    "C_GetTokenInfo", unsafe module.functions.pointee.C_GetTokenInfo(slot, &info))
                // Pulled out between the two questions.
                if value == .tokenNotPresent || value == .tokenNotRecognized { continue }
                guard value == .ok else { throw .call("C_GetTokenInfo", value) }
                let description = TokenDescription(info, moduleName: module.name)
                guard description.isInitialised, uri?.matches(description) ?? true else { continue }
                tokens.append(
                    unsafe Token(
                        description: description, modules: self, functions: module.functions,
                        slot: slot))
            }
        }
        return tokens
    }

    private func slots(of module: Module) throws(PKCS11Error) -> [CK_SLOT_ID] {
        // The number may change between the two calls, so ask for room enough at once.
        var slots = [CK_SLOT_ID](repeating: 0, count: Self.slotCountMax)
        var count = CK_ULONG(slots.count)
        let value = try ask(
            "C_GetSlotList",
            unsafe module.functions.pointee.C_GetSlotList(CK_BBOOL(CK_TRUE), &slots, &count))
        guard value != .bufferTooSmall else { throw .tooManyObjects(limit: Self.slotCountMax) }
        guard value == .ok else { throw .call("C_GetSlotList", value) }
        return Array(slots.prefix(Int(count)))
    }
}

extension KeyURI {
    fileprivate func matches(_ module: TokenModules.Module) throws(PKCS11Error) -> Bool {
        guard agrees(moduleName, module.name) else { return false }
        var info = CK_INFO()
        try check("C_GetInfo", unsafe module.functions.pointee.C_GetInfo(&info))
        let version = LibraryVersion(
            major: info.libraryVersion.major, minor: info.libraryVersion.minor)
        return agrees(libraryDescription, paddedText(info.libraryDescription))
            && agrees(libraryManufacturer, paddedText(info.manufacturerID))
            && (libraryVersion == nil || libraryVersion == version)
    }

    fileprivate func matches(_ slot: CK_SLOT_ID, of module: TokenModules.Module)
        throws(PKCS11Error) -> Bool
    {
        if let slotID, slotID != slot { return false }
        guard slotDescription != nil || slotManufacturer != nil else { return true }
        var info = CK_SLOT_INFO()
        let value = try ask(
            "C_GetSlotInfo", unsafe module.functions.pointee.C_GetSlotInfo(slot, &info))
        guard value == .ok else { return false }
        return agrees(slotDescription, paddedText(info.slotDescription))
            && agrees(slotManufacturer, paddedText(info.manufacturerID))
    }

    fileprivate func matches(_ description: TokenDescription) -> Bool {
        agrees(token, description.label) && agrees(serial, description.serial)
            && agrees(manufacturer, description.manufacturer) && agrees(model, description.model)
    }

    private func agrees(_ wanted: String?, _ actual: String) -> Bool {
        wanted.map { $0.utf8.elementsEqual(actual.utf8) } ?? true
    }
}

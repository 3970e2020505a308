internal import CP11Kit

/// A module that was asked for its tokens and gave no answer that could be used.
public struct SilentModule: Sendable, Equatable {
    /// Its name.
    public let name: String
    /// Why.
    public let reason: PKCS11Error

    /// The module `name`, which failed for `reason`.
    public init(name: String, reason: PKCS11Error) {
        self.name = name
        self.reason = reason
    }
}

/// What modules showed of their tokens when they were asked once.
///
/// A module that fails keeps nobody from a token of another one.
public struct TokenScan {
    /// The initialised tokens that the URI names.
    public fileprivate(set) var matching: [Token] = []
    /// The others.
    public fileprivate(set) var others: [Token] = []
    /// The modules that failed.
    public fileprivate(set) var silent: [SilentModule] = []

    /// That nothing matches, with all that is there.
    public var noToken: PKCS11Error {
        .noToken(present: (matching + others).map(\.description), silent: silent)
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
        let scan = try scan(for: uri)
        let found = scan.matching
        if let token = found.first, found.count == 1 { return token }
        let able = found.filter(\.canSign)
        if let token = able.first, able.count == 1 { return token }
        guard found.isEmpty else {
            throw .ambiguousToken((able.isEmpty ? found : able).map(\.description))
        }
        throw scan.noToken
    }

    /// Asks every module for its tokens, once. Modules that `uri` leaves out by their name are asked
    /// only where it names nothing, so that what is there can be told.
    ///
    /// - Throws: `.noAnswer` for a module that does not come back: no other is asked then.
    public func scan(for uri: KeyURI? = nil) throws(PKCS11Error) -> TokenScan {
        var scan = TokenScan()
        for module in modules where uri?.names(module) ?? true {
            try add(module, uri, to: &scan)
        }
        guard let uri, scan.matching.isEmpty else { return scan }
        for module in modules where !uri.names(module) { try add(module, uri, to: &scan) }
        return scan
    }

    private func add(_ module: Module, _ uri: KeyURI?, to scan: inout TokenScan)
        throws(PKCS11Error)
    {
        do throws(PKCS11Error) {
            let isNamed = try uri?.matches(module) ?? true
            for slot in try slots(of: module) {
                guard let token = try token(in: slot, of: module) else { continue }
                if isNamed, try uri?.matches(token, of: module) ?? true {
                    scan.matching.append(token)
                } else {
                    scan.others.append(token)
                }
            }
        } catch {
            if case .noAnswer = error { throw error }
            scan.silent.append(SilentModule(name: module.name, reason: error))
        }
    }

    /// The initialised token in `slot`; nil where there is none, or none any more.
    private func token(in slot: CK_SLOT_ID, of module: Module) throws(PKCS11Error) -> Token? {
        var info = CK_TOKEN_INFO()
        let value = try ask(
            "C_GetTokenInfo", unsafe module.functions.pointee.C_GetTokenInfo(slot, &info))
        // Pulled out between the two questions.
        if value == .tokenNotPresent || value == .tokenNotRecognized { return nil }
        guard value == .ok else { throw .call("C_GetTokenInfo", value) }
        let description = TokenDescription(info, moduleName: module.name)
        guard description.isInitialised else { return nil }
        return unsafe Token(
            description: description, modules: self, functions: module.functions, slot: slot)
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
    fileprivate func names(_ module: TokenModules.Module) -> Bool {
        agrees(moduleName, module.name)
    }

    fileprivate func matches(_ module: TokenModules.Module) throws(PKCS11Error) -> Bool {
        guard names(module) else { return false }
        guard libraryDescription != nil || libraryManufacturer != nil || libraryVersion != nil
        else { return true }
        var info = CK_INFO()
        try check("C_GetInfo", unsafe module.functions.pointee.C_GetInfo(&info))
        let version = LibraryVersion(
            major: info.libraryVersion.major, minor: info.libraryVersion.minor)
        return agrees(libraryDescription, paddedText(info.libraryDescription))
            && agrees(libraryManufacturer, paddedText(info.manufacturerID))
            && (libraryVersion == nil || libraryVersion == version)
    }

    fileprivate func matches(_ token: Token, of module: TokenModules.Module)
        throws(PKCS11Error) -> Bool
    {
        let said = token.description
        guard agrees(self.token, said.label), agrees(serial, said.serial),
            agrees(manufacturer, said.manufacturer), agrees(model, said.model)
        else { return false }
        if let slotID, slotID != token.slot { return false }
        guard slotDescription != nil || slotManufacturer != nil else { return true }
        var info = CK_SLOT_INFO()
        let value = try ask(
            "C_GetSlotInfo", unsafe module.functions.pointee.C_GetSlotInfo(token.slot, &info))
        guard value == .ok else { return false }
        return agrees(slotDescription, paddedText(info.slotDescription))
            && agrees(slotManufacturer, paddedText(info.manufacturerID))
    }

    private func agrees(_ wanted: String?, _ actual: String) -> Bool {
        wanted.map { $0.utf8.elementsEqual(actual.utf8) } ?? true
    }
}

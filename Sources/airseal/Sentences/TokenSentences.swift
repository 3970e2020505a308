import PKCS11

extension PKCS11Error: Speakable {
    var sentence: Sentence {
        switch self {
        case .call(let function, let value) where value.meansLoss:
            Sentence(
                "the token was lost at \(ForeignText(function)): \(value)",
                hint: "see that it is connected, and run the same again")
        case .call(let function, let value):
            Sentence("the token refused \(ForeignText(function)): \(value)")
        case .noAnswer(let function, let seconds):
            Sentence(
                "the token did not answer \(ForeignText(function)) within \(seconds) s",
                hint: "see whether it is connected and whether its module works; "
                    + "--token-timeout gives it more time")
        case .thread(let errno):
            Sentence("no thread for the token can be started: \(errno.localizedWords)")
        case .moduleNotLoaded(let path, let reason):
            Sentence(
                "the PKCS#11 module \(ForeignText(path)) cannot be loaded: \(ForeignText(reason))")
        case .registeredModulesNotLoaded(let reason):
            Sentence("p11-kit cannot load its modules: \(ForeignText(reason))")
        case .noToken(let present, let silent): Self.noToken(present, silent)
        case .ambiguousToken(let tokens):
            Sentence(
                "several tokens match the key URI: \(Listing(tokens.map(\.words)))",
                hint: "add serial=… to the key URI")
        case .noKey(let present):
            Sentence(
                "no private key on the token matches the key URI; "
                    + "there are: \(Listing(present.map(\.words)))",
                hint: present.isEmpty ? nil : "name one of them by object=… or id=…")
        case .ambiguousKey(let keys):
            Sentence(
                "several private keys match the key URI: \(Listing(keys.map(\.words)))",
                hint: "add id=… to the key URI")
        case .unsupportedKey, .noPublicKey, .keyExists, .keyNotProtected, .keyDoesNotSign,
            .keyNotDeleted, .certificateNotKept, .anotherKey, .tooManyObjects, .signatureLength,
            .digestLength:
            keySentence
        case .pinIncorrect, .pinRejectedEarlier, .pinOutcomeUnknown, .pinLocked, .pinTriesLow,
            .pinNotInitialised,
            .pinExpired, .pinNotGiven, .pinEmpty, .pinTooLong, .pinFileExposed,
            .pinDescriptorNotInherited, .pinDescriptorIsTerminal:
            pinSentence
        case .secretMemory(let call, let errno):
            Sentence(
                "there is no protected memory for the PIN: \(errno.localizedWords) "
                    + "(\(ForeignText(call)))",
                hint: "raise the limit of locked memory (ulimit -l)")
        case .file(let error): error.sentence
        }
    }
}

extension PKCS11Error {
    private static func noToken(
        _ present: [TokenDescription], _ silent: [SilentModule]
    ) -> Sentence {
        var text = "no token matches the key URI"
        if !present.isEmpty || silent.isEmpty {
            text += "; there are: \(Listing(present.map(\.words)))"
        }
        for module in silent {
            text +=
                "; the module \"\(ForeignText(module.name))\" shows none: "
                + module.reason.sentence.text
        }
        if let hint = silent.lazy.compactMap(\.reason.sentence.hint).first {
            return Sentence(text, hint: hint)
        }
        guard silent.isEmpty else {
            return Sentence(text, hint: "see whether the token is connected and the module works")
        }
        return Sentence(
            text,
            hint: present.isEmpty
                ? "connect the token, or name its module with module-path in the key URI"
                : "name one of them in the key URI")
    }
}

extension TokenDescription {
    /// The token among others.
    var words: String { "\"\(ForeignText(label))\" (serial \(ForeignText(serial)))" }
}

extension KeyDescription {
    /// The key among others.
    var words: String { "\"\(ForeignText(label))\" (id \(idText.isEmpty ? "none" : idText))" }
}

extension KeyURIError: Speakable {
    var sentence: Sentence {
        switch self {
        case .tooLong: Sentence("the key URI is longer than \(KeyURI.byteCountMax) bytes")
        case .notPKCS11: Sentence("the key URI does not begin with pkcs11:")
        case .blank(let offset):
            Sentence(
                "the key URI has a blank or control character at offset \(offset)",
                hint: "write a blank inside a value as %20")
        case .malformed:
            Sentence(
                "the key URI does not keep to RFC 7512",
                hint: "it looks like pkcs11:token=NAME;object=NAME")
        case .unknownAttribute(let name):
            Sentence("the key URI has the unknown attribute \(ForeignText(name))")
        case .duplicateAttribute(let name):
            Sentence("the key URI has the attribute \(ForeignText(name)) twice")
        case .notAPrivateKey: Sentence("the key URI names something else than a private key")
        case .pinValue:
            Sentence(
                "the key URI holds a PIN, which everyone on this machine could read",
                hint: "change that PIN, and put the new one into a file: pin-source=file:PATH")
        case .pinCommand:
            Sentence(
                "the key URI takes the PIN from a command, which is never run",
                hint: "put the PIN into a file: pin-source=file:PATH")
        case .pinSource:
            Sentence(
                "the key URI takes the PIN from something else than a file",
                hint: "write pin-source=file:PATH")
        case .relativeModulePath:
            Sentence("the key URI has a module-path that is not absolute")
        }
    }
}

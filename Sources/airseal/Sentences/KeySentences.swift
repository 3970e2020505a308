import PKCS11

extension PKCS11Error {
    /// What is said of a key; nothing useful for any other case.
    var keySentence: Sentence {
        switch self {
        case .unsupportedKey(let key):
            Sentence(
                "the key \(key.words) is of a kind that may not sign",
                hint: "use RSA of 2048, 3072 or 4096 bits, or EC on P-256, P-384 or P-521")
        case .noPublicKey(let key):
            Sentence("the token does not show the public half of the key \(key.words)")
        case .keyExists(let key):
            Sentence(
                "the key \(key.words) is on the token already; it was left as it is",
                hint: "choose another label and id for the new key")
        case .keyNotProtected(let key):
            Sentence(
                "the token made a key \(key.words) that can leave it",
                hint: "remove the key, and have the token set up to keep its keys")
        case .anotherKey(let key):
            Sentence(
                "the token was lost, and the key \(key.words) that was found afterwards is another "
                    + "one; nothing was signed with it",
                hint: "make sure that one token of that name is connected, and leave it there")
        case .tooManyObjects(let limit):
            Sentence("the token holds more than \(limit) objects")
        case .signatureLength(let expected, let actual):
            Sentence("the token made a signature of \(actual) bytes, not of \(expected)")
        case .digestLength(let expected, let actual):
            Sentence("the digest to be signed has \(actual) bytes, not \(expected)")
        case .call, .noAnswer, .thread, .moduleNotLoaded, .registeredModulesNotLoaded, .noToken,
            .ambiguousToken, .noKey, .ambiguousKey, .pinIncorrect, .pinRejectedEarlier, .pinLocked,
            .pinTriesLow, .pinNotInitialised, .pinExpired, .pinNotGiven, .pinEmpty, .pinTooLong,
            .pinFileExposed, .pinDescriptorNotInherited, .pinDescriptorIsTerminal, .secretMemory,
            .file:
            Sentence("the key cannot be used")
        }
    }

    /// What is said of a PIN, and never the PIN; nothing useful for any other case.
    var pinSentence: Sentence {
        switch self {
        case .pinIncorrect(let serial):
            Sentence(
                "the token \(ForeignText(serial)) rejected the PIN; it was tried once",
                hint:
                    "no further try is made with an unchanged source; many tokens now want a person "
                    + "to type the PIN once")
        case .pinRejectedEarlier(let serial, let path):
            Sentence(
                "the token \(ForeignText(serial)) rejected the PIN of "
                    + (path.map { "\(ForeignText($0))" } ?? "this source")
                    + " before; it was not tried again",
                hint:
                    "no further try is made with an unchanged source; many tokens now want a person "
                    + "to type the PIN once")
        case .pinLocked(let serial):
            Sentence(
                "the token \(ForeignText(serial)) has locked its PIN after too many wrong ones",
                hint: "its security officer can set a new one")
        case .pinTriesLow(let serial, let isFinal):
            Sentence(
                "the token \(ForeignText(serial)) has "
                    + (isFinal ? "one try for its PIN left" : "few tries for its PIN left")
                    + "; none was made without a person",
                hint: "type the PIN at a prompt")
        case .pinNotInitialised(let serial):
            Sentence(
                "the token \(ForeignText(serial)) has no PIN yet",
                hint: "its security officer can set one")
        case .pinExpired(let serial):
            Sentence("the token \(ForeignText(serial)) wants its PIN changed first")
        case .pinNotGiven:
            Sentence(
                "no PIN was given",
                hint:
                    "type it at the prompt, or name a source: pin-source=file:PATH in the key URI, "
                    + "--pin-fd or --pin-credential")
        case .pinEmpty: Sentence("the PIN is empty")
        case .pinTooLong(let limit): Sentence("the PIN is longer than \(limit) bytes")
        case .pinFileExposed(let path, let owner, let mode):
            Sentence(
                "the PIN file \(ForeignText(path)) is open to others: it belongs to user \(owner) "
                    + "and has the mode 0\(String(mode & 0o7777, radix: 8))",
                hint: "make it yours, with the mode 0600, and consider changing the PIN")
        case .pinDescriptorNotInherited(let number):
            Sentence(
                "descriptor \(number) for the PIN is not open",
                hint: "have the shell open it: --pin-fd \(number) \(number)<FILE")
        case .pinDescriptorIsTerminal(let number):
            Sentence(
                "descriptor \(number) for the PIN is a terminal, which would show it",
                hint: "leave --pin-fd away to be asked without echo")
        case .call, .noAnswer, .thread, .moduleNotLoaded, .registeredModulesNotLoaded, .noToken,
            .ambiguousToken, .noKey, .ambiguousKey, .unsupportedKey, .noPublicKey, .keyExists,
            .keyNotProtected, .anotherKey, .tooManyObjects, .signatureLength, .digestLength,
            .secretMemory, .file:
            Sentence("the PIN cannot be used")
        }
    }
}

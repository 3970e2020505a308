import Encodings
import PKCS11
import Signing
import X509

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
        case .keyNotProtected(let key, let attributes, let isRemoved):
            Sentence(
                "the token made the key \(key.words) otherwise than it was told to: "
                    + Listing(KeyAttribute.words(of: attributes)).description
                    + (isRemoved ? "; the key is removed again" : "; the key is still there"),
                hint: isRemoved
                    ? "have the token set up to keep its keys"
                    : "remove the key, and have the token set up to keep its keys")
        case .keyDoesNotSign(let key, let call, let value):
            Sentence(
                "the token made the key \(key.words) and will not sign with it "
                    + "(\(ForeignText(call)): \(value)); the key is removed again",
                hint: "choose another --type: some tokens sign with keys of one kind only")
        case .keyNotDeleted(let key):
            Sentence(
                "the token says that it deleted the key \(key.words), and still shows it",
                hint: "look at it with the token's own tools")
        case .certificateNotKept(let label):
            Sentence(
                "the token shows something else than the certificate \"\(ForeignText(label))\" that "
                    + "was put onto it; it was removed again where the token let it be")
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
            .ambiguousToken, .noKey, .ambiguousKey, .pinIncorrect, .pinRejectedEarlier,
            .pinOutcomeUnknown, .pinLocked, .pinTriesLow, .pinNotInitialised, .pinExpired,
            .pinNotGiven, .pinEmpty, .pinTooLong,
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
        case .pinOutcomeUnknown(let serial, let path):
            Sentence(
                "the PIN of \(path.map { "\(ForeignText($0))" } ?? "this source") was tried before, by a "
                    + "run that ended without an answer, and the token \(ForeignText(serial)) says that "
                    + "few tries are left; it was not tried again",
                hint: "type the PIN at a prompt")
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
            .keyNotProtected, .keyDoesNotSign, .keyNotDeleted, .certificateNotKept, .anotherKey,
            .tooManyObjects, .signatureLength, .digestLength,
            .secretMemory, .file:
            Sentence("the PIN cannot be used")
        }
    }
}

extension KeyAttribute {
    /// What the token says of each, in their order: `CKA_EXTRACTABLE yes`.
    static func words(of attributes: [KeyAttribute: Bool?]) -> [String] {
        allCases.compactMap { attribute in
            guard let said = attributes[attribute] else { return nil }
            return "\(attribute.rawValue) \(said.map { $0 ? "yes" : "no" } ?? "not told")"
        }
    }
}

extension KeyObject.Flaw {
    /// Why the key cannot sign.
    var words: String {
        switch self {
        case .unsupportedType:
            "it is neither RSA of 2048, 3072 or 4096 bits nor EC on P-256, P-384 or P-521"
        case .noPublicKey: "the token does not show its public half"
        case .mayNotSign: "it is not for signing (CKA_SIGN no)"
        case .noMechanism: "the token has no mechanism that signs with it"
        }
    }
}

extension KeyProbe.Obstacle {
    /// Why the key cannot sign.
    var words: String {
        switch self {
        case .flaw(let flaw): flaw.words
        case .refused(let error): error.sentence.text
        case .wrongSignature: "its public half does not verify the token's signature"
        }
    }
}

extension KeyProbe.Result {
    /// How the trial went.
    var words: String {
        switch self {
        case .verified: "verified"
        case .wrong: "the public key does not verify the signature"
        case .notOffered: "not offered"
        case .refused(let error): error.sentence.text
        }
    }
}

extension KeyProbe.Offer {
    /// What the token offers.
    var words: String {
        switch self {
        case .proved: "yes, signed and verified with this key"
        case .offered(generates: true): "offered, and makes such keys"
        case .offered(generates: false): "offered, and makes no such keys"
        case .notOffered: "not offered"
        }
    }
}

extension ChainAssemblyError {
    /// Why the certificates on the token are no chain for `key`.
    func sentence(of key: KeyDescription) -> Sentence {
        sentence(
            of: "the key \(key.words)", in: "the token",
            repair: "put the whole chain there with key install, or ")
    }

    /// Why certificates are no chain for a key.
    ///
    /// - Parameters:
    ///   - key: the key, in words.
    ///   - holder: what holds the certificates, in words.
    ///   - repair: what could be done there, followed by a comma and an or.
    /// - Returns: the sentence.
    func sentence(of key: String, in holder: String, repair: String) -> Sentence {
        switch self {
        case .noLeaf(let count):
            Sentence(
                "\(holder) has no certificate of \(key); "
                    + "it shows \(count) certificates that can be read",
                hint: "\(repair)name the chain's file with --chain")
        case .severalLeaves(let leaves):
            Sentence(
                "\(holder) has several certificates of \(key): \(Listing(leaves.map(\.short)))",
                hint: "name the chain's file with --chain, or remove the certificates of old")
        case .noIssuer(let certificate):
            Sentence(
                "\(holder) has no certificate of "
                    + "\(ForeignText(escaped: certificate.issuer.description)), "
                    + "which issued \(certificate.short)",
                hint: "\(repair)name the chain's file with --chain")
        case .severalIssuers(let issuers, let certificate):
            Sentence(
                "\(holder) has several certificates that may have issued \(certificate.short): "
                    + "\(Listing(issuers.map(\.short)))",
                hint: "name the chain's file with --chain")
        case .unusable(let error): error.sentence.after("the certificates of \(holder)")
        }
    }
}

extension Certificate {
    /// The certificate among others of the same name.
    var short: String {
        "\(ForeignText(escaped: subject.description)) (SHA-256 \(sha256Fingerprint.prefix(16))…, "
            + "until \(notAfter))"
    }
}

public import Files
public import SystemPackage

/// Why a token could not be used. No case carries a PIN.
public enum PKCS11Error: Error, Equatable {
    /// The function `call` of the module returned this.
    case call(String, ReturnValue)
    /// The function `call` of the module did not return in time; the module is not called again.
    case noAnswer(call: String, seconds: Int)
    /// A thread for the token could not be started.
    case thread(Errno)
    /// The token was lost, and what was found in its place has another key.
    case anotherKey(KeyDescription)
    /// The module at `path` could not be loaded or started.
    case moduleNotLoaded(path: String, reason: String)
    /// p11-kit could not load the modules that are registered with it.
    case registeredModulesNotLoaded(reason: String)
    /// No initialised token matches; the lists are what is there, and the modules that did not say
    /// what they have.
    case noToken(present: [TokenDescription], silent: [SilentModule])
    /// Several tokens match.
    case ambiguousToken([TokenDescription])
    /// No private key on the token matches; the list is what is there.
    case noKey(present: [KeyDescription])
    /// Several private keys match.
    case ambiguousKey([KeyDescription])
    /// The key is neither RSA of 2048, 3072 or 4096 bits nor EC on P-256, P-384 or P-521.
    case unsupportedKey(KeyDescription)
    /// The token does not show the public half of the key, or shows it in no form that is known.
    case noPublicKey(KeyDescription)
    /// A key with this label or id is on the token already.
    case keyExists(KeyDescription)
    /// The token generated a key that is otherwise than it was told to be: in these attributes, with
    /// what it says of them, nothing if it says nothing. `isRemoved` tells whether it is gone again.
    case keyNotProtected(KeyDescription, [KeyAttribute: Bool?], isRemoved: Bool)
    /// The token generated a key and refused to sign with it: this function returned that.
    case keyDoesNotSign(KeyDescription, String, ReturnValue)
    /// The token says that it deleted the key, and still shows it.
    case keyNotDeleted(KeyDescription)
    /// The token shows something else than the certificate that was put onto it.
    case certificateNotKept(label: String)
    /// More objects on the token than are read.
    case tooManyObjects(limit: Int)
    /// The signature is not as long as the key makes them; both in bytes.
    case signatureLength(expected: Int, actual: Int)
    /// The digest is not as long as its hash; both in bytes.
    case digestLength(expected: Int, actual: Int)

    /// The token rejected the PIN. It was tried once and is not tried again in this process.
    case pinIncorrect(serial: String)
    /// This PIN source was rejected by this token, in this run or an earlier one, and has not
    /// changed since.
    case pinRejectedEarlier(serial: String, path: String?)
    /// A run tried this PIN source and ended before the token had answered, the source has not changed
    /// since, and the token says that few tries are left.
    case pinOutcomeUnknown(serial: String, path: String?)
    /// The token has locked the PIN after too many wrong ones.
    case pinLocked(serial: String)
    /// The token says that few tries are left, so no PIN is tried without a person.
    case pinTriesLow(serial: String, isFinal: Bool)
    /// The token has no PIN yet.
    case pinNotInitialised(serial: String)
    /// The token wants its PIN changed first.
    case pinExpired(serial: String)
    /// Nobody gave a PIN.
    case pinNotGiven
    /// The PIN is empty.
    case pinEmpty
    /// The PIN is longer than any token takes; in bytes.
    case pinTooLong(limit: Int)
    /// The PIN file belongs to somebody else, or somebody else may read it.
    case pinFileExposed(path: String, owner: UInt32, mode: UInt32)
    /// The descriptor for the PIN was not open when the program began.
    case pinDescriptorNotInherited(Int32)
    /// The descriptor for the PIN is a terminal, which would show the PIN as it is typed.
    case pinDescriptorIsTerminal(Int32)
    /// Memory for a PIN could not be had or protected.
    case secretMemory(call: String, errno: Errno)
    /// A file could not be read or written.
    case file(FileError)
}

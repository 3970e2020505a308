public import Files

/// What a token has to say to the person who uses it.
public enum TokenNotice: Sendable {
    /// The PIN is to be typed at the token itself.
    case pinPad(TokenDescription)
    /// The key wants the PIN before every signature.
    case pinForEverySignature(KeyDescription)
    /// The token rejected the PIN, and the state folder could not be made to say so.
    case rejectionNotRemembered(FileError)
}

/// The PIN of one run: taken from its source once, held in locked memory for as long as the token
/// accepts it, and never tried again once it was rejected.
public final class HeldPIN {
    let tell: @Sendable (TokenNotice) -> Void
    private let source: PINSource
    private var pin: TakenPIN?

    /// A PIN that is taken when a token first wants it.
    public init(_ source: PINSource, tell: @escaping @Sendable (TokenNotice) -> Void = { _ in }) {
        self.source = source
        self.tell = tell
    }

    deinit { forget() }

    /// The PIN for `token`, unless it is one that must not be tried there.
    func take(for token: TokenDescription) throws(PKCS11Error) -> TakenPIN {
        let pin =
            if let held = self.pin { held } else { try source.take(for: token) }
        // Before the state of the token, which says less: this source may be why tries are few.
        let standing = try pin.mark?.standing(serial: token.serial) ?? .clean
        if standing == .rejected {
            throw .pinRejectedEarlier(serial: token.serial, path: pin.mark?.path)
        }
        guard !source.isUnattended || token.pinState == .normal else {
            if standing == .tried {
                throw .pinOutcomeUnknown(serial: token.serial, path: pin.mark?.path)
            }
            throw .pinTriesLow(serial: token.serial, isFinal: token.pinState == .finalTry)
        }
        self.pin = pin
        return pin
    }

    /// The PIN for one signature of a key that wants it each time: a person is asked each time.
    func takeForSignature(on token: TokenDescription) throws(PKCS11Error) -> TakenPIN {
        if !source.isUnattended { forget() }
        return try take(for: token)
    }

    /// Wipes the PIN, for the run is over or the token does not want it.
    public func forget() {
        pin?.secret.forget()
        pin = nil
        if case .descriptor(let read, _) = source { read.secret.forget() }
    }

    /// Tries the PIN, and remembers what the token said of it.
    ///
    /// The mark of the try is made before it, and where it cannot be made, nothing is tried. What the
    /// token said comes into it before a signal ends the process.
    func trying(_ pin: TakenPIN, serial: String, _ body: () throws(PKCS11Error) -> Void)
        throws(PKCS11Error)
    {
        TokenCalls.beginSettling()
        defer { TokenCalls.endSettling() }
        try pin.mark?.recordTry(serial: serial)
        do throws(PKCS11Error) { try body() } catch {
            forget()
            pin.secret.forget()
            // The error of the token is the one to report.
            if case .pinIncorrect = error {
                remember(pin.mark, serial: serial)
            } else {
                try? pin.mark?.clear(serial: serial)
            }
            throw error
        }
        try pin.mark?.clear(serial: serial)
    }

    private func remember(_ mark: PINMark?, serial: String) {
        do throws(FileError) { try mark?.recordRejection(serial: serial) } catch {
            tell(.rejectionNotRemembered(error))
        }
    }
}

extension PINSource {
    /// No person types the PIN, so none sees that tries are few.
    var isUnattended: Bool {
        switch self {
        case .prompt: false
        case .file, .credential, .descriptor: true
        }
    }

    /// Takes the PIN from its source.
    func take(for token: TokenDescription) throws(PKCS11Error) -> TakenPIN {
        switch self {
        case .prompt(let ask):
            guard let pin = ask(token) else { throw .pinNotGiven }
            return TakenPIN(SharedSecret(pin), mark: nil)
        case .file(let path, let fileSystem, let rejected):
            return try TakenPIN(at: path, in: fileSystem, rejected, mayBeCredential: false)
        case .credential(let path, let fileSystem, let rejected):
            return try TakenPIN(at: path, in: fileSystem, rejected, mayBeCredential: true)
        case .descriptor(let pin, let rejected):
            let mark = pin.ownership.map { PINMark(path: nil, ownership: $0, rejected: rejected) }
            return TakenPIN(pin.secret, mark: mark)
        }
    }
}

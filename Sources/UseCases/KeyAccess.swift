internal import Files
public import PKCS11
internal import Signing
internal import State
public import X509

/// How a key is reached: its URI, where its PIN comes from, and how long its token may take.
public struct KeyAccess: Sendable {
    /// Where the PIN comes from besides the URI.
    public enum NamedPIN: Sendable {
        /// A descriptor that has been read.
        case descriptor(DescriptorPIN)
        /// The file of a credential, as the service manager put it there.
        case credential(path: String)
    }

    /// The URI of RFC 7512.
    public let uri: KeyURI
    /// Where the PIN comes from, where the URI names no source.
    public let pin: NamedPIN?
    /// How long one call of the token's module may take.
    public let timeout: TokenTimeout
    /// Tells the person at the token what is waited for.
    public let tell: @Sendable (TokenNotice) -> Void
    /// Asks a person for the PIN, where nothing else is named; nil when nobody answered.
    public let prompt: @Sendable (TokenDescription) -> Secret?

    /// The key that `uri` names.
    ///
    /// - Parameters:
    ///   - uri: the URI.
    ///   - pin: where the PIN comes from, where the URI names no source.
    ///   - timeout: how long one call of the token's module may take.
    ///   - tell: tells the person at the token what is waited for.
    ///   - prompt: asks a person for the PIN.
    /// - Throws: `KeyURIError` for a URI that is malformed, or that carries a PIN.
    public init(
        uri: String, pin: NamedPIN? = nil, timeout: TokenTimeout = .standard,
        tell: @escaping @Sendable (TokenNotice) -> Void = { _ in },
        prompt: @escaping @Sendable (TokenDescription) -> Secret?
    ) throws(KeyURIError) {
        self.uri = try KeyURI(uri)
        self.pin = pin
        self.timeout = timeout
        self.tell = tell
        self.prompt = prompt
    }

    /// The PIN is one that stands somewhere: it belongs to one token.
    var namesPIN: Bool { uri.pinFile != nil || pin != nil }

    /// The file that the URI names, else what else is named, else the person.
    func pinSource(_ files: FileSystem, _ state: StateFolder) throws(StateError) -> PINSource {
        if let path = uri.pinFile {
            return .file(path: path, files, RejectedPINs(in: try state.pins()))
        }
        switch pin {
        case .descriptor(let read):
            return .descriptor(read, RejectedPINs(in: try state.pins()))
        case .credential(let path):
            return .credential(path: path, files, RejectedPINs(in: try state.pins()))
        case nil: return .prompt(prompt)
        }
    }
}

/// Why the key of a verb could not be made ready, beyond what the token says.
public enum KeyAccessError: Error, Equatable {
    /// The URI names no label for the key that is to be made.
    case noLabel
    /// The certificates stand with the key, which a rehearsal does not open.
    case chainWithKey
    /// The file holds no chain.
    case chain(path: String, CertificateError)
    /// A file with this name is there already, and is not overwritten.
    case fileExists(path: String)
}

extension Site {
    /// The certificates in the PEM file at `path`, leaf to root; nil where no file is named, and the
    /// token's own are to be taken.
    func chain(at path: String?) throws -> CertificateChain? {
        try path.map { try chain(inFile: $0) }
    }

    /// The certificates in the PEM file at `path`, leaf to root.
    func chain(inFile path: String) throws -> CertificateChain {
        let bytes = try files.file(at: path).readAll(limit: Int64(X509Limits.fileSizeMax))
        do { return try CertificateChain(file: bytes) } catch {
            throw KeyAccessError.chain(path: path, error)
        }
    }

    /// Opens the token and finds the key; the PIN is asked for once.
    func signer(_ key: KeyAccess, chain: CertificateChain?, _ state: StateFolder) throws
        -> TokenSigner
    {
        try oneLoginAtATime(state) {
            try TokenSigner(
                key.uri, chain: chain, pin: try key.pinSource(files, state), at: clock.now,
                timeout: key.timeout, tell: key.tell)
        }
    }

    /// Does `body`, which uses a token by itself, on a thread that can be given up: everything from
    /// its modules to its sessions begins and ends there.
    func onToken<Outcome>(_ timeout: TokenTimeout, _ body: @escaping () throws -> Outcome) throws
        -> Outcome
    {
        try TokenThread(timeout: timeout).run { Result { try body() } }.get()
    }

    /// Opens a session with the one token that `key` names, and logs in.
    func session(_ key: KeyAccess, _ access: Session.Access, _ state: StateFolder) throws
        -> Session
    {
        let token = try TokenModules(for: key.uri).token(matching: key.uri)
        return try session(key, on: token, access, state)
    }

    /// Opens a session with `token`, and logs in with what `key` says of the PIN.
    func session(
        _ key: KeyAccess, on token: Token, _ access: Session.Access, _ state: StateFolder
    ) throws -> Session {
        let session = try Session(on: token, access: access)
        let pin = HeldPIN(try key.pinSource(files, state), tell: key.tell)
        try oneLoginAtATime(state) { try session.login(pin) }
        return session
    }

    /// Runs `body`, which logs in, while no other run with the same state does: two runs that try
    /// one wrong PIN side by side would cost the token two tries. Software tokens that keep their
    /// flags in a file need it too.
    func oneLoginAtATime<Result>(_ state: StateFolder, _ body: () throws -> Result) throws
        -> Result
    {
        let turn = try FolderLock.acquire(try state.pins(), patience: patience)
        defer { withExtendedLifetime(turn) {} }
        return try body()
    }
}

internal import Files
public import PKCS11
internal import Signing
internal import State
public import X509

/// How a key is reached: its URI, its chain, and who is asked for the PIN.
public struct KeyAccess: Sendable {
    /// The URI of RFC 7512.
    public let uri: KeyURI
    /// Asks a person for the PIN, where the URI names no source; nil when nobody answered.
    public let prompt: @Sendable (TokenDescription) -> Secret?

    /// The key that `uri` names.
    ///
    /// - Throws: `KeyURIError` for a URI that is malformed, or that carries a PIN.
    public init(uri: String, prompt: @escaping @Sendable (TokenDescription) -> Secret?)
        throws(KeyURIError)
    {
        self.uri = try KeyURI(uri)
        self.prompt = prompt
    }

    /// The file that the URI names, else the person.
    func pinSource(_ files: FileSystem, _ state: StateFolder) throws(StateError) -> PINSource {
        guard let path = uri.pinFile else { return .prompt(prompt) }
        return .file(path: path, files, RejectedPINs(in: try state.pins()))
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
                key.uri, chain: chain, pin: try key.pinSource(files, state), at: clock.now)
        }
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
        let pin = try key.pinSource(files, state)
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

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
    /// No chain was named, and Airseal does not read chains from tokens yet.
    case noChain
    /// The file holds no chain.
    case chain(path: String, CertificateError)
    /// A file with this name is there already, and is not overwritten.
    case fileExists(path: String)
}

extension Site {
    /// The certificates in the PEM file at `path`, leaf to root.
    func chain(at path: String?) throws -> CertificateChain {
        guard let path else { throw KeyAccessError.noChain }
        let bytes = try files.file(at: path).readAll(limit: Int64(X509Limits.fileSizeMax))
        do { return try CertificateChain(file: bytes) } catch {
            throw KeyAccessError.chain(path: path, error)
        }
    }

    /// Opens the token and finds the key; the PIN is asked for once.
    func signer(_ key: KeyAccess, chain: CertificateChain, _ state: StateFolder) throws
        -> TokenSigner
    {
        try oneLoginAtATime(state) {
            try TokenSigner(key.uri, chain: chain, pin: try key.pinSource(files, state))
        }
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

public import Cryptography
public import Encodings
public import Files
public import Notary
public import PKCS11
public import X509

/// A key from a file, together with the certificates that speak for it. Whoever can read the file has
/// the key: for development.
public struct DevelopmentSigner: Signer {
    /// The certificates, leaf to root.
    public let chain: CertificateChain
    /// The file, as it was named.
    public let path: String
    private let key: PrivateKey

    /// Where the passphrase of a file comes from. Never the command line, never the environment.
    public enum Passphrase: Sendable {
        /// A person, asked without echo; nil when nobody answered.
        case prompt(@Sendable (_ path: String) -> Secret?)
        /// A file that only its owner may read, one newline at its end dropped.
        case file(path: String)
    }

    /// Opens the file at `path`, and holds its key against the chain.
    ///
    /// - Parameters:
    ///   - path: PKCS#8 in PEM or DER, or PKCS#12; a regular file, ours or root's, closed to all others.
    ///   - chain: the certificates, leaf to root; nil for those that stand in the file.
    ///   - passphrase: where it comes from, if the file wants one.
    ///   - files: the file system.
    ///   - time: where the file has several certificates of one name, those that are valid then go
    ///     first.
    /// - Throws: before anything is signed.
    public init(
        _ path: String, chain: CertificateChain?, passphrase: Passphrase, in files: FileSystem,
        at time: Timestamp
    ) throws(DevelopmentKeyError) {
        let opened = try Self.open(path, passphrase, files)
        let chain = if let chain { chain } else { try Self.chain(opened, path, at: time) }
        guard opened.key.publicKey.isSameKey(as: chain.leaf.publicKey) else {
            throw .keyDoesNotMatchChain(
                path: path, certificate: chain.leaf.sha256Fingerprint)
        }
        self.chain = chain
        self.path = path
        key = opened.key
    }

    /// Signs in the memory of this process.
    public func signature(over message: [UInt8]) throws -> [UInt8] {
        try key.signature(over: message)
    }

    private static func open(_ path: String, _ passphrase: Passphrase, _ files: FileSystem)
        throws(DevelopmentKeyError) -> OpenedKeyFile
    {
        let source = try ownFile(path, files)
        do {
            let file = try unsafe KeyFile { room in try unsafe source.read(into: room) }
            guard try file.isEncrypted() else { return try unsafe file.open(nil) }
            let words = try secret(passphrase, for: path, files)
            let opened = unsafe words.withBytes { bytes in
                Result { try unsafe file.open(UnsafeRawBufferPointer(bytes)) }
            }
            return try opened.get()
        } catch let error as KeyFileError {
            throw .keyFile(path: path, error)
        } catch let error as FileError {
            throw .file(error)
        } catch let error as DevelopmentKeyError {
            throw error
        } catch { throw .keyFile(path: path, .damaged) }
    }

    private static func secret(
        _ source: Passphrase, for path: String, _ files: FileSystem
    ) throws(DevelopmentKeyError) -> Secret {
        switch source {
        case .prompt(let ask):
            guard let answer = ask(path) else { throw .noPassphrase(path: path) }
            return answer
        case .file(let passphrasePath):
            let file = try ownFile(passphrasePath, files)
            let secret: Secret
            do throws(PKCS11Error) { secret = try Secret(reading: file) } catch {
                if case .file(let error) = error { throw .file(error) }
                throw .passphrase(path: passphrasePath, error)
            }
            let isOneLine = unsafe secret.withBytes { bytes in
                unsafe !bytes.contains(UInt8(ascii: "\n"))
            }
            guard isOneLine else { throw .passphraseLines(path: passphrasePath) }
            return secret
        }
    }

    /// A regular file that is ours or root's, without any permission for others.
    private static func ownFile(_ path: String, _ files: FileSystem) throws(DevelopmentKeyError)
        -> ReadableFile
    {
        let file: ReadableFile
        let ownership: FileOwnership
        do throws(FileError) {
            file = try files.file(at: path)
            ownership = try file.ownership()
        } catch { throw .file(error) }
        guard ownership.isOfOneUser else {
            throw .exposed(path: path, owner: ownership.user, mode: ownership.mode)
        }
        return file
    }

    /// The chain from the certificates of the file, which stand there in no certain order.
    private static func chain(_ opened: OpenedKeyFile, _ path: String, at time: Timestamp)
        throws(DevelopmentKeyError) -> CertificateChain
    {
        var kept: [KeptCertificate] = []
        do throws(CertificateError) {
            for der in opened.certificates {
                kept.append(KeptCertificate(id: [], certificate: try Certificate(der: der)))
            }
        } catch { throw .certificates(path: path, error) }
        do throws(ChainAssemblyError) {
            return try ChainAssembly.chain(
                for: opened.key.publicKey, id: [], from: kept, at: time)
        } catch { throw .chain(path: path, error) }
    }
}

/// Why a development key could not be made ready.
public enum DevelopmentKeyError: Error, Equatable {
    /// A file could not be read.
    case file(FileError)
    /// The file belongs to somebody else, or somebody else may use it.
    case exposed(path: String, owner: UInt32, mode: UInt32)
    /// The file gives no key.
    case keyFile(path: String, KeyFileError)
    /// Nobody gave the passphrase.
    case noPassphrase(path: String)
    /// The file with the passphrase holds none.
    case passphrase(path: String, PKCS11Error)
    /// The file with the passphrase has more than one line.
    case passphraseLines(path: String)
    /// No chain was named, and the certificates in the file make none for its key.
    case chain(path: String, ChainAssemblyError)
    /// A certificate in the file cannot be read.
    case certificates(path: String, CertificateError)
    /// The leaf of the chain holds another public key; its SHA-256 fingerprint is named.
    case keyDoesNotMatchChain(path: String, certificate: String)
}

internal import Configuration
internal import Encodings
internal import Files
internal import Notary
internal import PKCS11
public import Signing
internal import State
internal import X509

/// The key that signs.
public enum SigningKeyChoice: Sendable {
    /// A key on a token.
    case token(KeyAccess)
    /// A key in a file, for development.
    case file(path: String, DevelopmentSigner.Passphrase)
    /// A key that `signingkeys.json` names, in the first of these folders that has one; the default
    /// one where no name is given.
    case named(String?, folders: [String], DevelopmentSigner.Passphrase)
}

/// A named key that only a plugin can sign with.
public struct PluginKeyError: Error, Equatable {
    /// The file that names it.
    public let path: String
    /// The key's name.
    public let name: String
    /// The plugin's name.
    public let plugin: String
}

/// A key that is ready to sign, and what the record says of it.
struct ReadyKey {
    let signer: any Signer
    /// Members of the audit record.
    let details: JSONObject
}

/// A key whose certificates were read, as far as that asks for no PIN.
enum PreparedKey {
    case token(KeyAccess, CertificateChain?)
    case file(path: String, DevelopmentSigner.Passphrase, CertificateChain?)

    /// The certificates; nil where they are with the key.
    var chain: CertificateChain? {
        switch self {
        case .token(_, let chain), .file(_, _, let chain): chain
        }
    }

    /// The file of a development key; nil for a key on a token.
    var developmentPath: String? {
        switch self {
        case .token: nil
        case .file(let path, _, _): path
        }
    }
}

extension Site {
    /// Reads what can be read of a key without a PIN.
    func preparedKey(_ request: SignRequest) throws -> PreparedKey {
        switch request.key {
        case .token(let access):
            return .token(access, try chain(at: request.chainPath))
        case .file(let path, let passphrase):
            guard let chainPath = request.chainPath else {
                return .file(path: path, passphrase, nil)
            }
            return .file(path: path, passphrase, try chain(at: chainPath))
        case .named(let name, let folders, let passphrase):
            let keys = try SigningKeys(in: folders, files)
            let key = try keys.key(name)
            switch key.source {
            case .plugin(let plugin):
                throw PluginKeyError(path: keys.path, name: key.name, plugin: plugin)
            case .files(let keyPath, let certificatePath):
                return .file(
                    path: keyPath, passphrase, try chain(at: request.chainPath ?? certificatePath))
            }
        }
    }

    /// Makes a key ready; its PIN or passphrase is asked for once.
    func readyKey(_ key: PreparedKey, _ state: StateFolder) throws -> ReadyKey {
        switch key {
        case .token(let access, let chain):
            let signer = try signer(access, chain: chain, state)
            return ReadyKey(
                signer: signer,
                details: ["key": "token", "token": .string(signer.token.serial)])
        case .file(let path, let passphrase, let chain):
            let signer = try DevelopmentSigner(
                path, chain: chain, passphrase: passphrase, in: files, at: clock.now)
            return ReadyKey(
                signer: signer,
                details: [
                    "key": "development", "keyFile": .string(try files.absolutePath(of: path)),
                ])
        }
    }
}

internal import Encodings
internal import Files
internal import Notary
internal import PKCS11
internal import Signing
internal import State
internal import X509

/// The key that signs.
public enum SigningKeyChoice: Sendable {
    /// A key on a token.
    case token(KeyAccess)
}

/// A key that is ready to sign, and what the record says of it.
struct ReadyKey {
    let signer: any Signer
    /// Members of the audit record.
    let details: JSONObject
}

/// A key whose certificates are at hand.
enum PreparedKey {
    case token(KeyAccess, CertificateChain)

    var chain: CertificateChain {
        switch self {
        case .token(_, let chain): chain
        }
    }

    /// The file of a development key; nil for a key on a token.
    var developmentPath: String? {
        switch self {
        case .token: nil
        }
    }
}

extension Site {
    /// Reads what can be read of a key without a PIN.
    func preparedKey(_ request: SignRequest) throws -> PreparedKey {
        switch request.key {
        case .token(let access): .token(access, try chain(at: request.chainPath))
        }
    }

    /// Makes a key ready; the PIN is asked for once.
    func readyKey(_ key: PreparedKey, _ state: StateFolder) throws -> ReadyKey {
        switch key {
        case .token(let access, let chain):
            let signer = try signer(access, chain: chain, state)
            return ReadyKey(
                signer: signer,
                details: ["key": "token", "token": .string(signer.token.serial)])
        }
    }
}

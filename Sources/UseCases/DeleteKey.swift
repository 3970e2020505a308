internal import Cryptography
internal import Encodings
public import PKCS11
internal import State
public import X509

/// What goes when a key goes.
public struct KeyDeletionPlan: Sendable {
    /// The token.
    public let token: TokenDescription
    /// Label, id and type of the key.
    public let key: KeyDescription
    /// How many public key objects go with it.
    public let publicKeyCount: Int
    /// The certificates that go with it.
    public let certificates: [Certificate]
}

/// What became of a key that was to be deleted.
public enum KeyDeletionOutcome: Sendable {
    /// It is gone, with everything of the plan.
    case deleted(KeyDeletionPlan)
    /// Nothing was deleted: nobody confirmed it.
    case notConfirmed(KeyDeletionPlan)
}

extension Site {
    /// Deletes the one private key that `key` names, its public half and its certificates, after
    /// `confirm` has seen what goes and said yes. The record comes first.
    ///
    /// - Throws: `.noKey`, `.ambiguousKey`.
    public func deleteKey(_ key: KeyAccess, confirm: @escaping (KeyDeletionPlan) -> Bool) throws
        -> KeyDeletionOutcome
    {
        try onToken(key.timeout) { try delete(key, confirm: confirm) }
    }

    private func delete(_ key: KeyAccess, confirm: (KeyDeletionPlan) -> Bool) throws
        -> KeyDeletionOutcome
    {
        let state = try state()
        let session = try session(key, .readWrite, state)
        let object = try session.keyObject(matching: key.uri)
        let deletion = try KeyDeletion(of: object) { der, publicKey in
            guard let certificate = try? Certificate(der: der),
                let publicKey = try? PublicKey(spki: publicKey)
            else { return false }
            return certificate.publicKey.isSameKey(as: publicKey)
        }
        let certificates = deletion.certificates.compactMap { try? Certificate(der: $0.der) }
        let plan = KeyDeletionPlan(
            token: session.token.description, key: object.description,
            publicKeyCount: deletion.publicKeyCount, certificates: certificates)
        guard confirm(plan) else { return .notConfirmed(plan) }
        var details = keyDetails(
            object.description, publicKey: object.publicKey, on: session.token.description)
        details["certificates"] = .array(certificates.map { .string($0.sha256Fingerprint) })
        try recorded("key-delete", details) { try deletion.run() }
        return .deleted(plan)
    }
}

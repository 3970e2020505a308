internal import Audit
internal import Encodings
internal import Files
public import PKCS11
internal import State

/// A key that was made on a token.
public struct GeneratedKeyReport: Sendable {
    /// The token.
    public let token: TokenDescription
    /// Label, id and type.
    public let key: KeyDescription
    /// The URI that names it and nothing else.
    public let uri: String
    /// What the token says of it, read back.
    public let attributes: [KeyAttribute: Bool]
    /// The public half: a SubjectPublicKeyInfo in DER.
    public let publicKey: [UInt8]
}

extension Site {
    /// Makes a key pair on the token that `key` names, under its label, and its id if it names one.
    ///
    /// The key is told only after it stands in the record. Where it cannot be recorded it is
    /// removed again.
    ///
    /// - Throws: `.keyExists` when label or id is taken; `.keyNotProtected` when the token made the
    ///   key otherwise than it was told to.
    public func generateKey(_ type: KeyType, _ key: KeyAccess) throws -> GeneratedKeyReport {
        guard let label = key.uri.object, !label.isEmpty else { throw KeyAccessError.noLabel }
        return try onToken(key.timeout) { try generateKey(type, key, label: label) }
    }

    private func generateKey(_ type: KeyType, _ key: KeyAccess, label: String) throws
        -> GeneratedKeyReport
    {
        let id = key.uri.id ?? randomness.bytes(16)
        let state = try state()
        let session = try session(key, .readWrite, state)
        let made = try session.generateKeyPair(type, label: label, id: id)
        let objects = try session.keyObjects(label: label, id: id)
        do {
            let details = keyDetails(
                made.description, publicKey: made.publicKey, on: session.token.description)
            _ = try state.audit.append(event("key-generate", details))
        } catch {
            // The first error is the one to report.
            for object in objects { try? KeyDeletion(of: object) { _, _ in false }.run() }
            throw error
        }
        return GeneratedKeyReport(
            token: session.token.description, key: made.description,
            uri: session.token.description.uri(of: made.description, as: key.uri),
            attributes: objects.first?.attributes ?? [:], publicKey: made.publicKey)
    }

    /// A key as the record of what is done with it names it.
    func keyDetails(_ key: KeyDescription, publicKey: [UInt8]?, on token: TokenDescription)
        -> JSONObject
    {
        [
            "token": .string(token.serial), "tokenLabel": .string(token.label),
            "label": .string(key.label), "id": .string(key.idText),
            "type": key.type.map { .string($0.rawValue) } ?? .null,
            "publicKey": publicKey.map { .string(Base64.encode($0)) } ?? .null,
            "clock": "system",
        ]
    }
}

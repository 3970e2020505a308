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
    /// The record has that it was asked for before it is there, and its public half before it is
    /// told. Where it cannot be recorded it is removed again.
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
        let wanted = KeyDescription(
            label: label, id: key.uri.id ?? randomness.bytes(16), type: type)
        let state = try state()
        let session = try session(key, .readWrite, state)
        let token = session.token.description
        var made: (key: SigningKey, attributes: [KeyAttribute: Bool])?
        // Asked for before it is there: a run that is cut short leaves no key that nobody recorded.
        try recorded("key-generate", keyDetails(wanted, publicKey: nil, on: token)) {
            made = try generate(wanted, type, by: session, state)
        }
        guard let made else { preconditionFailure("a change that does not throw is made") }
        return GeneratedKeyReport(
            token: token, key: made.key.description,
            uri: token.uri(of: made.key.description, as: key.uri),
            attributes: made.attributes, publicKey: made.key.publicKey)
    }

    /// Makes the key, and records its public half.
    private func generate(
        _ wanted: KeyDescription, _ type: KeyType, by session: Session, _ state: StateFolder
    ) throws -> (key: SigningKey, attributes: [KeyAttribute: Bool]) {
        let made = try session.generateKeyPair(type, label: wanted.label, id: wanted.id)
        let objects = try session.keyObjects(label: wanted.label, id: wanted.id)
        do {
            let details = keyDetails(
                made.description, publicKey: made.publicKey, on: session.token.description)
            _ = try state.audit.append(event("key-generated", details))
        } catch {
            // The first error is the one to report.
            for object in objects { try? KeyDeletion(of: object) { _, _ in false }.run() }
            throw error
        }
        return (made, objects.first?.attributes ?? [:])
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

internal import CP11Kit
internal import Encodings

/// A private key as it stands on its token, whether or not it can sign. It keeps its session open.
@safe public final class KeyObject {
    /// The session in which it was found.
    public let session: Session
    /// Label, id and type.
    public let description: KeyDescription
    /// What the token says of it; what it does not tell is left out.
    public let attributes: [KeyAttribute: Bool]
    /// The public half, a SubjectPublicKeyInfo in DER; nil where the token does not show it, and for
    /// types that Airseal does not know.
    public let publicKey: [UInt8]?
    let handle: CK_OBJECT_HANDLE

    init(_ handle: CK_OBJECT_HANDLE, in session: Session) throws(PKCS11Error) {
        self.session = session
        self.handle = handle
        let description = try session.describe(handle)
        self.description = description
        attributes = try session.attributes(of: handle)
        publicKey =
            if let type = description.type {
                try session.publicKey(of: handle, description, type)
            } else {
                nil
            }
    }

    /// What makes the key one that Airseal cannot sign with.
    public enum Flaw: Sendable, Equatable {
        /// It is neither RSA of 2048, 3072 or 4096 bits nor EC on P-256, P-384 or P-521.
        case unsupportedType
        /// The token does not show its public half.
        case noPublicKey
        /// It is not for signing, `CKA_SIGN`.
        case mayNotSign
        /// The token cannot make the signatures that go with its type.
        case noMechanism
    }

    /// Everything that keeps the key from signing; empty when nothing does that can be seen.
    public var flaws: [Flaw] {
        guard let type = description.type else { return [.unsupportedType] }
        var flaws: [Flaw] = []
        if publicKey == nil { flaws.append(.noPublicKey) }
        if attributes[.sign] == false { flaws.append(.mayNotSign) }
        let canSign = TokenMechanism.allCases.contains { mechanism in
            mechanism.signs(type) && session.token.range(of: mechanism)?.signs == true
        }
        if !canSign { flaws.append(.noMechanism) }
        return flaws
    }
}

extension Session {
    /// The one private key that `uri` names on this token, able to sign or not.
    ///
    /// - Throws: `.noKey` or `.ambiguousKey` with the candidates.
    public func keyObject(matching uri: KeyURI) throws(PKCS11Error) -> KeyObject {
        let found = try keyObjects(matching: uri)
        guard let key = found.first else { throw .noKey(present: try keys()) }
        guard found.count == 1 else { throw .ambiguousKey(found.map(\.description)) }
        return key
    }

    /// Every private key that `uri` names and the token shows; with no URI, every one.
    public func keyObjects(matching uri: KeyURI? = nil) throws(PKCS11Error) -> [KeyObject] {
        try keyObjects(label: uri?.object, id: uri?.id)
    }

    /// Every private key with that label and that id that the token shows.
    public func keyObjects(label: String?, id: [UInt8]?) throws(PKCS11Error) -> [KeyObject] {
        var keys: [KeyObject] = []
        for handle in try privateKeys(label: label.map { Array($0.utf8) }, id: id) {
            keys.append(try KeyObject(handle, in: self))
        }
        return keys
    }

    /// Every public key that the token shows: before a login, most show no others.
    public func publicKeys() throws(PKCS11Error) -> [KeyDescription] {
        var template = AttributeTemplate()
        template.add(CKA_CLASS, UInt(CKO_PUBLIC_KEY))
        var keys: [KeyDescription] = []
        for object in try objects(template) { keys.append(try describe(object)) }
        return keys
    }
}

extension TokenDescription {
    /// The URI that names this token and nothing else, with the key's label and id where one is
    /// given, loaded as `uri` loads it.
    public func uri(of key: KeyDescription?, as uri: KeyURI?) -> String {
        func attribute(_ name: String, _ value: String) -> String {
            "\(name)=\(KeyURI.escaped(Array(value.utf8)))"
        }
        var path = [attribute("token", label), attribute("serial", serial)]
        if let key {
            if !key.label.isEmpty { path.append(attribute("object", key.label)) }
            if !key.id.isEmpty {
                path.append("id=" + key.id.map { "%" + Hex.encode([$0]) }.joined())
            }
        }
        let query =
            if let file = uri?.modulePath { "?" + attribute("module-path", file) } else { "" }
        return "pkcs11:" + path.joined(separator: ";") + query
    }
}

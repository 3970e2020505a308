internal import CP11Kit

/// Everything on a token that belongs to one key: what goes when the key goes.
@safe public struct KeyDeletion {
    /// The key.
    public let key: KeyObject
    /// The certificates with the key's id that hold its public half.
    public let certificates: [TokenCertificate]
    /// How many public key objects go with it.
    public var publicKeyCount: Int { publicKeys.count }
    private let publicKeys: [CK_OBJECT_HANDLE]
    private let certificateObjects: [CK_OBJECT_HANDLE]

    /// Collects what belongs to `key`.
    ///
    /// - Parameters:
    ///   - key: the private key.
    ///   - holdsKey: whether a certificate in DER holds the public key, a SubjectPublicKeyInfo.
    /// - Throws: `.ambiguousKey` when another private key has the same id: nobody could tell whose
    ///   public key and certificates those are.
    public init(
        of key: KeyObject, holdsKey: (_ certificate: [UInt8], _ publicKey: [UInt8]) -> Bool
    ) throws(PKCS11Error) {
        self.key = key
        let session = key.session
        let id = key.description.id
        guard !id.isEmpty else {
            // Nothing is tied to a key without an id.
            self.publicKeys = []
            certificateObjects = []
            certificates = []
            return
        }
        let sharing = try session.privateKeys(id: id)
        guard sharing.count == 1 else {
            var candidates: [KeyDescription] = []
            for handle in sharing { candidates.append(try session.describe(handle)) }
            throw .ambiguousKey(candidates)
        }
        var publicKeys: [CK_OBJECT_HANDLE] = []
        var objects: [CK_OBJECT_HANDLE] = []
        var found: [TokenCertificate] = []
        // An object of the same id that holds another key is somebody else's.
        if let type = key.description.type, let publicKey = key.publicKey {
            var template = AttributeTemplate()
            template.add(CKA_CLASS, UInt(CKO_PUBLIC_KEY))
            template.add(CKA_ID, id)
            for object in try session.objects(template)
            where try session.publicKey(in: object, type) == publicKey {
                publicKeys.append(object)
            }
            for object in try session.certificateObjects(id: id) {
                guard let der = try session.attribute(CKA_VALUE, of: object),
                    holdsKey(der, publicKey)
                else { continue }
                let label = try session.attribute(CKA_LABEL, of: object) ?? []
                objects.append(object)
                found.append(
                    TokenCertificate(
                        label: String(decoding: label, as: UTF8.self), id: id, der: der))
            }
        }
        self.publicKeys = publicKeys
        certificateObjects = objects
        certificates = found
    }

    /// Deletes everything: the certificates, the public key, and the private key last.
    ///
    /// A token that is pulled out on the way keeps the private key, by whose name the rest is found
    /// again: the same deletion can be asked for once more. The session must be open for writing.
    public func run() throws(PKCS11Error) {
        let session = key.session
        for object in certificateObjects + publicKeys + [key.handle] {
            try check(
                "C_DestroyObject",
                unsafe session.functions.pointee.C_DestroyObject(session.handle, object))
        }
        guard
            try session.privateKeys(
                label: Array(key.description.label.utf8), id: key.description.id
            ).isEmpty
        else { throw .keyNotDeleted(key.description) }
    }
}

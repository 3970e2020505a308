internal import CP11Kit

/// A private key on a token, together with its public half. It keeps its session open.
@safe public final class SigningKey {
    /// The session in which it was found.
    public let session: Session
    /// Label and id.
    public let description: KeyDescription
    /// The type.
    public let type: KeyType
    /// The public half: a SubjectPublicKeyInfo in DER.
    public let publicKey: [UInt8]
    private let handle: CK_OBJECT_HANDLE

    init(_ handle: CK_OBJECT_HANDLE, in session: Session) throws(PKCS11Error) {
        let description = try session.describe(handle)
        guard let type = description.type else { throw .unsupportedKey(description) }
        guard try session.flag(CKA_ALWAYS_AUTHENTICATE, of: handle) != true else {
            throw .keyAsksForPINAlways(description)
        }
        guard let publicKey = try session.publicKey(of: handle, description, type) else {
            throw .noPublicKey(description)
        }
        self.session = session
        self.description = description
        self.type = type
        self.publicKey = publicKey
        self.handle = handle
    }

    /// Signs a digest: raw ECDSA, or RSASSA-PSS with MGF1 over the same hash and a salt as long as
    /// the hash.
    ///
    /// - Parameters:
    ///   - digest: the hash of the message, computed here: every module tried can do this much.
    ///   - hash: the algorithm that made it.
    /// - Returns: `type.signatureByteCount` bytes; r and s side by side for EC.
    /// - Throws: `.digestLength`; `.signatureLength` when the token gives something else than the
    ///   key makes; `.call`.
    public func sign(digest: [UInt8], hash: TokenHash) throws(PKCS11Error) -> [UInt8] {
        guard digest.count == hash.byteCount else {
            throw .digestLength(expected: hash.byteCount, actual: digest.count)
        }
        try begin(hash)
        var digest = digest
        // Room for more than is right, so that a signature that is too long is seen to be.
        var signature = [UInt8](repeating: 0, count: 2 * type.signatureByteCount)
        var count = CK_ULONG(signature.count)
        try check(
            "C_Sign",
            unsafe session.functions.pointee.C_Sign(
                session.handle, &digest, CK_ULONG(digest.count), &signature, &count))
        guard count == CK_ULONG(type.signatureByteCount) else {
            throw .signatureLength(expected: type.signatureByteCount, actual: Int(count))
        }
        return Array(signature.prefix(Int(count)))
    }

    private func begin(_ hash: TokenHash) throws(PKCS11Error) {
        switch type.family {
        case .ec:
            var mechanism = unsafe CK_MECHANISM(
                mechanism: CKM_ECDSA, pParameter: nil, ulParameterLen: 0)
            try unsafe begin(&mechanism)
        case .rsa:
            var parameters = CK_RSA_PKCS_PSS_PARAMS(
                hashAlg: hash.mechanism, mgf: hash.maskGeneration, sLen: CK_ULONG(hash.byteCount))
            let result = unsafe withUnsafeMutableBytes(of: &parameters) {
                bytes -> Result<Void, PKCS11Error> in
                var mechanism = unsafe CK_MECHANISM(
                    mechanism: CKM_RSA_PKCS_PSS, pParameter: bytes.baseAddress,
                    ulParameterLen: CK_ULONG(bytes.count))
                do throws(PKCS11Error) {
                    return .success(try unsafe begin(&mechanism))
                } catch { return .failure(error) }
            }
            try result.get()
        }
    }

    private func begin(_ mechanism: inout CK_MECHANISM) throws(PKCS11Error) {
        try check(
            "C_SignInit",
            unsafe session.functions.pointee.C_SignInit(session.handle, &mechanism, handle))
    }
}

extension TokenHash {
    fileprivate var mechanism: CK_MECHANISM_TYPE {
        switch self {
        case .sha256: CKM_SHA256
        case .sha384: CKM_SHA384
        case .sha512: CKM_SHA512
        }
    }

    fileprivate var maskGeneration: CK_ULONG {
        switch self {
        case .sha256: CKG_MGF1_SHA256
        case .sha384: CKG_MGF1_SHA384
        case .sha512: CKG_MGF1_SHA512
        }
    }
}

extension Session {
    /// The one private key that `uri` names on this token.
    ///
    /// - Throws: `.noKey` or `.ambiguousKey` with the candidates, `.unsupportedKey`,
    ///   `.noPublicKey`.
    public func signingKey(matching uri: KeyURI) throws(PKCS11Error) -> SigningKey {
        let found = try privateKeys(label: uri.object.map { Array($0.utf8) }, id: uri.id)
        guard let key = found.first else { throw .noKey(present: try keys()) }
        guard found.count == 1 else {
            var candidates: [KeyDescription] = []
            for key in found { candidates.append(try describe(key)) }
            throw .ambiguousKey(candidates)
        }
        return try SigningKey(key, in: self)
    }

    /// Every private key that the token shows.
    public func keys() throws(PKCS11Error) -> [KeyDescription] {
        var keys: [KeyDescription] = []
        for key in try privateKeys() { keys.append(try describe(key)) }
        return keys
    }

    func privateKeys(label: [UInt8]? = nil, id: [UInt8]? = nil) throws(PKCS11Error)
        -> [CK_OBJECT_HANDLE]
    {
        var template = AttributeTemplate()
        template.add(CKA_CLASS, UInt(CKO_PRIVATE_KEY))
        if let label { template.add(CKA_LABEL, label) }
        if let id { template.add(CKA_ID, id) }
        return try objects(template)
    }

    /// The public half of `key`: from the private object where it tells, else from the public
    /// object with the same `CKA_ID`.
    func publicKey(of key: CK_OBJECT_HANDLE, _ description: KeyDescription, _ type: KeyType)
        throws(PKCS11Error) -> [UInt8]?
    {
        if let publicKey = try publicKey(in: key, type) { return publicKey }
        guard !description.id.isEmpty else { return nil }
        var template = AttributeTemplate()
        template.add(CKA_CLASS, UInt(CKO_PUBLIC_KEY))
        template.add(CKA_ID, description.id)
        // An id that several public keys share proves nothing, unless they are one and the same.
        var publicKeys = Set<[UInt8]>()
        for object in try objects(template) {
            if let publicKey = try publicKey(in: object, type) { publicKeys.insert(publicKey) }
        }
        return publicKeys.count == 1 ? publicKeys.first : nil
    }

    func publicKey(in object: CK_OBJECT_HANDLE, _ type: KeyType) throws(PKCS11Error)
        -> [UInt8]?
    {
        switch type.family {
        case .rsa:
            guard let modulus = try attribute(CKA_MODULUS, of: object),
                KeyType(modulus: modulus) == type,
                let exponent = try attribute(CKA_PUBLIC_EXPONENT, of: object), !exponent.isEmpty
            else { return nil }
            return SubjectPublicKeyInfo.rsa(modulus: modulus, exponent: exponent)
        case .ec(let width, let curve):
            guard let parameters = try attribute(CKA_EC_PARAMS, of: object), parameters == curve,
                let attribute = try attribute(CKA_EC_POINT, of: object),
                let point = SubjectPublicKeyInfo.point(attribute, coordinateByteCount: width)
            else { return nil }
            return SubjectPublicKeyInfo.ec(point: point, curve: curve)
        }
    }
}

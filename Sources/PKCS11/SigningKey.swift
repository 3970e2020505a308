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
    /// The token wants the PIN again before every signature, `CKA_ALWAYS_AUTHENTICATE`.
    public let asksForPINAlways: Bool
    private let handle: CK_OBJECT_HANDLE
    /// The token has shown that it signs whole messages only.
    private var hashesItself = false

    init(_ handle: CK_OBJECT_HANDLE, in session: Session) throws(PKCS11Error) {
        let description = try session.describe(handle)
        guard let type = description.type else { throw .unsupportedKey(description) }
        guard let publicKey = try session.publicKey(of: handle, description, type) else {
            throw .noPublicKey(description)
        }
        self.session = session
        self.description = description
        self.type = type
        self.publicKey = publicKey
        asksForPINAlways = try session.flag(CKA_ALWAYS_AUTHENTICATE, of: handle) == true
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
        try sign(digest: digest, of: nil, hash: hash)
    }

    /// Signs a digest, or where the token has no mechanism for that, the message that it was made
    /// of.
    ///
    /// - Parameters:
    ///   - digest: the hash of the message.
    ///   - message: the message; with nil nothing but the digest will do.
    ///   - hash: the algorithm of both.
    /// - Returns: as for a digest.
    /// - Throws: as for a digest, and whatever a login throws where the key wants the PIN each time.
    public func sign(digest: [UInt8], of message: [UInt8]?, hash: TokenHash) throws(PKCS11Error)
        -> [UInt8]
    {
        guard digest.count == hash.byteCount else {
            throw .digestLength(expected: hash.byteCount, actual: digest.count)
        }
        guard !hashesItself || message != nil else { throw .call("C_SignInit", .mechanismInvalid) }
        var subject = hashesItself ? message ?? digest : digest
        do throws(PKCS11Error) {
            try begin(hashesItself ? combinedMechanism(hash) : rawMechanism, hash)
        } catch {
            guard error == .call("C_SignInit", .mechanismInvalid), !hashesItself, let message else {
                throw error
            }
            try begin(combinedMechanism(hash), hash)
            hashesItself = true
            subject = message
        }
        if asksForPINAlways { try session.authenticate() }
        // Room for more than is right, so that a signature that is too long is seen to be.
        var signature = [UInt8](repeating: 0, count: 2 * type.signatureByteCount)
        var count = CK_ULONG(signature.count)
        // A key that wants its owner may want a touch, too.
        try check(
            "C_Sign", isTimed: !asksForPINAlways,
            unsafe session.functions.pointee.C_Sign(
                session.handle, &subject, CK_ULONG(subject.count), &signature, &count))
        guard count == CK_ULONG(type.signatureByteCount) else {
            throw .signatureLength(expected: type.signatureByteCount, actual: Int(count))
        }
        return Array(signature.prefix(Int(count)))
    }

    /// The mechanism over a digest.
    private var rawMechanism: CK_MECHANISM_TYPE {
        switch type.family {
        case .ec: CKM_ECDSA
        case .rsa: CKM_RSA_PKCS_PSS
        }
    }

    /// The mechanism over a message.
    private func combinedMechanism(_ hash: TokenHash) -> CK_MECHANISM_TYPE {
        switch (type.family, hash) {
        case (.ec, .sha256): CKM_ECDSA_SHA256
        case (.ec, .sha384): CKM_ECDSA_SHA384
        case (.ec, .sha512): CKM_ECDSA_SHA512
        case (.rsa, .sha256): CKM_SHA256_RSA_PKCS_PSS
        case (.rsa, .sha384): CKM_SHA384_RSA_PKCS_PSS
        case (.rsa, .sha512): CKM_SHA512_RSA_PKCS_PSS
        }
    }

    private func begin(_ mechanism: CK_MECHANISM_TYPE, _ hash: TokenHash) throws(PKCS11Error) {
        try session.beginSignature(mechanism, hash, with: handle, isRSA: type.isRSA)
    }
}

extension Session {
    /// Begins a signature: ECDSA, or RSASSA-PSS with MGF1 over the same hash and a salt as long as the
    /// hash (rule A1).
    func beginSignature(
        _ mechanism: CK_MECHANISM_TYPE, _ hash: TokenHash, with key: CK_OBJECT_HANDLE, isRSA: Bool
    ) throws(PKCS11Error) {
        var parameters = CK_RSA_PKCS_PSS_PARAMS(
            hashAlg: hash.mechanism, mgf: hash.maskGeneration, sLen: CK_ULONG(hash.byteCount))
        try check(
            "C_SignInit",
            unsafe withUnsafeMutableBytes(of: &parameters) { bytes in
                var asked = unsafe CK_MECHANISM(
                    mechanism: mechanism, pParameter: isRSA ? bytes.baseAddress : nil,
                    ulParameterLen: isRSA ? CK_ULONG(bytes.count) : 0)
                return unsafe functions.pointee.C_SignInit(handle, &asked, key)
            })
    }
}

extension TokenHash {
    var mechanism: CK_MECHANISM_TYPE {
        switch self {
        case .sha256: CKM_SHA256
        case .sha384: CKM_SHA384
        case .sha512: CKM_SHA512
        }
    }

    var maskGeneration: CK_ULONG {
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

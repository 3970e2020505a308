internal import CP11Kit

extension Session {
    /// Makes a key pair on the token: it stays there, cannot be read, and only signs.
    ///
    /// The session must be open for writing and logged in.
    ///
    /// - Throws: `.keyExists` when a private key has that label or that id; `.keyNotProtected` when
    ///   the token made a key that can leave it or does more than sign; that key is removed again,
    ///   where the token lets it be. `.keyDoesNotSign` when the token refuses a first signature with
    ///   it; it is removed then, too.
    public func generateKeyPair(_ type: KeyType, label: String, id: [UInt8]) throws(PKCS11Error)
        -> SigningKey
    {
        precondition(!label.isEmpty && !id.isEmpty, "a key is found by its label and id")
        for taken in try privateKeys(label: Array(label.utf8)) + privateKeys(id: id) {
            throw .keyExists(try describe(taken))
        }
        var publicTemplate = AttributeTemplate()
        var privateTemplate = AttributeTemplate()
        var mechanism: CK_MECHANISM
        publicTemplate.add(CKA_TOKEN, flag: true)
        // Not CKA_VERIFY: nothing is verified on the token, and tpm2-pkcs11 takes it for another
        // word for CKA_DECRYPT, which the key shall not do.
        publicTemplate.add(CKA_LABEL, Array(label.utf8))
        publicTemplate.add(CKA_ID, id)
        privateTemplate.add(CKA_TOKEN, flag: true)
        privateTemplate.add(CKA_PRIVATE, flag: true)
        privateTemplate.add(CKA_SENSITIVE, flag: true)
        privateTemplate.add(CKA_EXTRACTABLE, flag: false)
        // Said of EC keys, too: SoftHSM lets a key do whatever it is not forbidden.
        for use in [CKA_SIGN_RECOVER, CKA_DECRYPT, CKA_UNWRAP, CKA_DERIVE] {
            privateTemplate.add(use, flag: false)
        }
        privateTemplate.add(CKA_SIGN, flag: true)
        privateTemplate.add(CKA_LABEL, Array(label.utf8))
        privateTemplate.add(CKA_ID, id)
        switch type.family {
        case .rsa(let bitCount):
            unsafe mechanism = CK_MECHANISM(
                mechanism: CKM_RSA_PKCS_KEY_PAIR_GEN, pParameter: nil, ulParameterLen: 0)
            publicTemplate.add(CKA_MODULUS_BITS, UInt(bitCount))
            publicTemplate.add(CKA_PUBLIC_EXPONENT, [1, 0, 1])
        case .ec(_, let curve):
            unsafe mechanism = CK_MECHANISM(
                mechanism: CKM_EC_KEY_PAIR_GEN, pParameter: nil, ulParameterLen: 0)
            publicTemplate.add(CKA_EC_PARAMS, curve)
        }
        var publicKey: CK_OBJECT_HANDLE = 0
        var privateKey: CK_OBJECT_HANDLE = 0
        // A card may take minutes to find the primes of an RSA key.
        try check(
            "C_GenerateKeyPair", isTimed: false,
            unsafe publicTemplate.withAttributes { publicStart, publicCount in
                unsafe privateTemplate.withAttributes { privateStart, privateCount in
                    unsafe functions.pointee.C_GenerateKeyPair(
                        handle, &mechanism, publicStart, publicCount, privateStart, privateCount,
                        &publicKey, &privateKey)
                }
            })
        do throws(PKCS11Error) {
            let attributes = try attributes(of: privateKey)
            let wrong = KeyAttribute.allCases.filter { !$0.isFulfilled(by: attributes[$0]) }
            guard wrong.isEmpty else {
                throw .keyNotProtected(
                    try describe(privateKey),
                    Dictionary(uniqueKeysWithValues: wrong.map { ($0, attributes[$0]) }),
                    isRemoved: remove(privateKey, publicKey))
            }
            let key = try SigningKey(privateKey, in: self)
            try trySigning(with: key)
            return key
        } catch {
            // A key that cannot be used, or not be trusted to stay, is in the way.
            if case .keyNotProtected = error { throw error }
            _ = remove(privateKey, publicKey)
            throw error
        }
    }

    /// tpm2-pkcs11 makes RSA keys that may not decrypt, and then decrypts to sign.
    private func trySigning(with key: SigningKey) throws(PKCS11Error) {
        let hash = key.type.hash
        do throws(PKCS11Error) {
            _ = try key.sign(digest: [UInt8](repeating: 0, count: hash.byteCount), hash: hash)
        } catch {
            guard case .call(let call, let value) = error else { throw error }
            throw .keyDoesNotSign(key.description, call, value)
        }
    }

    /// Takes back the key pair that was just made; false when the token keeps it.
    private func remove(_ privateKey: CK_OBJECT_HANDLE, _ publicKey: CK_OBJECT_HANDLE) -> Bool {
        let values = [publicKey, privateKey].map { object in
            try? ask(
                "C_DestroyObject", unsafe functions.pointee.C_DestroyObject(handle, object))
        }
        return values.allSatisfy { $0 == .ok }
    }
}

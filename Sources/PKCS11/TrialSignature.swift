internal import CP11Kit

extension KeyObject {
    /// Signs with `mechanism` as a trial: a digest where the mechanism is given one, else a message.
    ///
    /// For PSS, MGF1 takes the same hash and the salt is as long as the hash (rule A1).
    ///
    /// - Parameters:
    ///   - bytes: the digest or the message.
    ///   - mechanism: one that signs.
    ///   - hash: what made the digest; the mechanism's own for a message.
    /// - Returns: the signature as the token gives it, of whatever length.
    /// - Throws: `.call` for what the token refuses.
    public func trialSignature(
        over bytes: [UInt8], with mechanism: TokenMechanism, hash: TokenHash
    ) throws(PKCS11Error) -> [UInt8] {
        try session.beginSignature(
            mechanism.number, hash, with: handle, isRSA: description.type?.isRSA == true)
        var bytes = bytes
        // Twice what the largest key makes.
        var signature = [UInt8](repeating: 0, count: 1024)
        var count = CK_ULONG(signature.count)
        try check(
            "C_Sign",
            unsafe session.functions.pointee.C_Sign(
                session.handle, &bytes, CK_ULONG(bytes.count), &signature, &count))
        return Array(signature.prefix(Int(count)))
    }
}

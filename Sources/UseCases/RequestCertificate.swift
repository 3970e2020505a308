internal import Cryptography
internal import Encodings
internal import Files
public import PKCS11
internal import Signing
internal import State
public import Trust
internal import X509

/// A certificate request that was signed on a token.
public struct CertificateRequestReport: Sendable {
    /// The token.
    public let token: TokenDescription
    /// Label, id and type of the key.
    public let key: KeyDescription
    /// The request in PEM.
    public let pem: String
}

extension Site {
    /// Has the key that `key` names sign a request for a certificate for `subject`, which is written
    /// to a new file at `path`, or handed back only where that is nil.
    ///
    /// - Throws: before any login what the subject is refused for, and `.fileExists`;
    ///   `.foreignSignature` when the token's signature does not verify.
    public func requestCertificate(_ key: KeyAccess, subject: SubjectPattern, to path: String?)
        throws -> CertificateRequestReport
    {
        // RFC 4514 writes the last relative name first.
        let subject = subject.attributes.reversed().map { ($0.type.rawValue, $0.value) }
        try RequestedSubject.check(subject)
        return try onToken(key.timeout) { try request(key, subject: subject, to: path) }
    }

    private func request(
        _ key: KeyAccess, subject: [(type: String, value: String)], to path: String?
    ) throws -> CertificateRequestReport {
        if let path, files.kind(at: path) != nil { throw KeyAccessError.fileExists(path: path) }
        let place = try path.map { try files.place(of: $0) }
        let state = try state()
        let signer = try session(key, .readOnly, state).signingKey(matching: key.uri)
        let request = try CertificateRequest(
            subject: subject, publicKey: PublicKey(spki: signer.publicKey))
        let digest = try signer.type.hash.signatureHash.hash(request.signedPart)
        let signature = try signer.sign(digest: digest, hash: signer.type.hash)
        let pem = try request.pem(signature: signature)
        let token = signer.session.token.description
        var details = keyDetails(signer.description, publicKey: signer.publicKey, on: token)
        details["request"] = .string(try BlobHasher.digest(of: Array(pem.utf8)).description)
        try recorded("key-request", details) {
            if let (folder, name) = place { try folder.replace(name, with: Array(pem.utf8)) }
        }
        return CertificateRequestReport(token: token, key: signer.description, pem: pem)
    }
}

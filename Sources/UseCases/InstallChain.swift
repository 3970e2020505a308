internal import Cryptography
internal import Encodings
internal import Files
public import PKCS11
internal import Signing
internal import State
public import X509

/// What became of a chain that was to be put onto a token.
public enum ChainInstallation: Sendable {
    /// It is there now; `added` are the certificates that were not there before, in their order.
    case installed(InstalledChain)
    /// Nothing was written: the chain breaks a rule of the profile, or is not valid now.
    case refused(CertificateLint)
}

/// A chain on a token.
public struct InstalledChain: Sendable {
    /// The token.
    public let token: TokenDescription
    /// Label, id and type of the key.
    public let key: KeyDescription
    /// The certificates that were written, in the order of the chain.
    public let added: [Certificate]
    /// Those that were there.
    public let present: [Certificate]
    /// Other certificates of the same key that are on the token still.
    public let others: [Certificate]
    /// Other certificates of the same key that were taken off the token.
    public let removed: [Certificate]
    /// Whether one of the others is valid now, so that nothing tells which is meant.
    public let isAmbiguous: Bool
}

extension Site {
    /// Puts the chain in the file at `path` onto the token, beside the key that `key` names.
    ///
    /// The chain is held against every rule first, then the leaf against the key. What is there
    /// already is left as it is, so that a run that was interrupted can be repeated.
    ///
    /// - Parameters:
    ///   - path: the file, leaf to root.
    ///   - key: the key.
    ///   - withoutRoot: whether the last certificate of the chain stays off the token.
    ///   - replaces: whether other certificates of the same key are taken off the token afterwards.
    /// - Returns: what was put there, or the rules that the chain breaks.
    /// - Throws: `.keyDoesNotMatchChain` when the leaf holds another public key.
    public func installChain(
        at path: String, _ key: KeyAccess, withoutRoot: Bool, replaces: Bool
    ) throws -> ChainInstallation {
        let chain = try chain(inFile: path)
        let lint = CertificateLint(chain, at: clock.now)
        guard lint.passes else { return .refused(lint) }
        return try onToken(key.timeout) {
            try install(chain, key, withoutRoot: withoutRoot, replaces: replaces)
        }
    }

    private func install(
        _ chain: CertificateChain, _ key: KeyAccess, withoutRoot: Bool, replaces: Bool
    ) throws -> ChainInstallation {
        let state = try state()
        let session = try session(key, .readWrite, state)
        let object = try session.keyObject(matching: key.uri)
        guard let publicKey = object.publicKey else {
            throw PKCS11Error.noPublicKey(object.description)
        }
        guard publicKey == chain.leaf.publicKey.spki else {
            throw SigningError.keyDoesNotMatchChain(
                object.description, certificate: chain.leaf.sha256Fingerprint)
        }
        let found = try session.certificates()
        let kept = Set(found.map(\.der))
        let others = Self.others(found, of: object.description, than: chain.leaf)
        let removed = replaces ? others : []
        let wanted =
            withoutRoot && chain.certificates.count > 1
            ? Array(chain.certificates.dropLast()) : chain.certificates
        let missing = wanted.filter { !kept.contains($0.der) }
        if !missing.isEmpty || !removed.isEmpty {
            var details = keyDetails(
                object.description, publicKey: publicKey, on: session.token.description)
            details["certificates"] = .array(missing.map { .string($0.sha256Fingerprint) })
            if !removed.isEmpty {
                details["removed"] = .array(removed.map { .string($0.sha256Fingerprint) })
            }
            try recorded("key-install", details) {
                // The root first: a run that is cut short leaves no leaf without its chain.
                for certificate in missing.reversed() {
                    try session.add(
                        try Self.kept(certificate, leaf: chain.leaf, of: object.description),
                        TokenCertificateFields(
                            subject: certificate.subject.der, issuer: certificate.issuer.der,
                            serialNumber: certificate.serialNumber))
                }
                // The new one first: a run that is cut short leaves two, and not none.
                for certificate in found
                where removed.contains(where: { $0.der == certificate.der })
                    && certificate.id == object.description.id
                {
                    try session.remove(certificate)
                }
            }
        }
        return .installed(
            InstalledChain(
                token: session.token.description, key: object.description, added: missing,
                present: wanted.filter { kept.contains($0.der) }, others: replaces ? [] : others,
                removed: removed,
                isAmbiguous: !replaces && others.contains { $0.isValid(at: clock.now) }))
    }

    /// The certificates under the id of `key` that hold the same public key as `leaf`, each once.
    private static func others(
        _ found: [TokenCertificate], of key: KeyDescription, than leaf: Certificate
    ) -> [Certificate] {
        var others: [Certificate] = []
        for kept in found where kept.id == key.id && kept.der != leaf.der {
            guard let certificate = try? Certificate(der: kept.der),
                certificate.publicKey.isSameKey(as: leaf.publicKey), !others.contains(certificate)
            else { continue }
            others.append(certificate)
        }
        return others
    }

    /// The leaf bears the key's label and id. An authority may have issued the certificates of
    /// several keys, so it bears its own name, and an id made of its own public key.
    private static func kept(_ certificate: Certificate, leaf: Certificate, of key: KeyDescription)
        throws -> TokenCertificate
    {
        guard certificate != leaf else {
            return TokenCertificate(label: key.label, id: key.id, der: certificate.der)
        }
        let id = try SignatureHash.sha256.hash(certificate.publicKey.spki).prefix(20)
        return TokenCertificate(
            label: certificate.subject.commonName ?? certificate.subject.description,
            id: Array(id), der: certificate.der)
    }
}

internal import Audit
public import Configuration
public import Encodings
internal import Files
internal import State
public import Trust
public import X509

/// Why an origin was not enrolled. Nothing was changed.
public enum PeerEnrolmentError: Error, Equatable {
    /// The file holds no certificate that could be an anchor.
    case anchor(path: String, CertificateError)
    /// The file's certificates cannot be anchors.
    case anchors(path: String, TrustedCertificatesError)
    /// More than one certificate is in the file, so that a fingerprint cannot say which is meant.
    case severalAnchors(path: String, count: Int)
    /// The operator said no, or another fingerprint.
    case fingerprint(expected: String, actual: String)
    /// Nobody compared the fingerprint.
    case fingerprintNotConfirmed
}

extension Site {
    /// Sets the name by which other sites know this one.
    public func nameSelf(_ name: SiteName) throws {
        let home = Home(try files.makeFolder(at: homePath, mode: 0o755))
        // The record comes first, as for whatever changes who is trusted.
        _ = try state().audit.append(event("peer-self", ["name": .string(name.text)]))
        try home.setOwnName(name)
    }

    /// The anchor in the file at `path`: one certificate.
    public func anchor(at path: String) throws -> Certificate {
        let bytes = try files.file(at: path).readAll(limit: Int64(X509Limits.fileSizeMax))
        let certificates: [Certificate]
        do { certificates = try Certificate.list(bytes) } catch {
            throw PeerEnrolmentError.anchor(path: path, error)
        }
        guard let anchor = certificates.first, certificates.count == 1 else {
            throw PeerEnrolmentError.severalAnchors(path: path, count: certificates.count)
        }
        return anchor
    }

    /// Enrols an origin, whose anchor's fingerprint an operator has compared, and makes its mark.
    /// Marks that are there are kept.
    ///
    /// Its bundles count if their certificates lead to `anchor` and have one of `identities`, as in
    /// a trust policy, for `repositories` and what lies below them.
    public func enrol(
        _ name: SiteName, anchor: Certificate, identities: [String], repositories: [String],
        permissions: Set<Peer.Permission>
    ) throws {
        let anchors: TrustedCertificates
        do { anchors = try TrustedCertificates([anchor], for: .ca) } catch {
            throw PeerEnrolmentError.anchors(path: anchor.subject.description, error)
        }
        let peer = try Peer(
            name: name, anchors: anchors, identities: try TrustedIdentities(identities),
            repositories: try repositories.map { try RepositoryPrefix($0) },
            permissions: permissions)
        let home = Home(try files.makeFolder(at: homePath, mode: 0o755))
        let state = try state()
        let details: JSONObject = [
            "origin": .string(name.text), "anchor": .string(anchor.sha256Fingerprint),
            "identities": .array(identities.map { .string($0) }),
            "repositories": .array(repositories.map { .string($0) }),
            "may": .array(permissions.map(\.rawValue).sorted().map { .string($0) }),
        ]
        _ = try state.audit.append(event("peer-add", details))
        let receiving = try state.receiving(from: name)
        // An origin that is enrolled has a mark. If it is lost, enrolling again must not make it
        // zero: every old bundle could come back.
        if try home.peer(name) != nil { _ = try receiving.state() }
        // The mark comes first: an entry without one would be an error at every receipt.
        try receiving.enrol()
        try home.setPeer(peer)
    }
}

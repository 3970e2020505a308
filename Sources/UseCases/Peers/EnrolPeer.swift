internal import Audit
public import Configuration
public import Encodings
internal import Files
internal import State
public import Trust
public import X509

/// A site that an operator wants enrolled, and for what.
public struct PeerEnrolment: Sendable {
    /// What the site calls itself.
    public let name: SiteName
    /// The certificates that its keys lead to, each compared by its fingerprint.
    public var anchors: [Certificate]
    /// Whose certificates count, as in a trust policy.
    public var identities: [String]
    /// Whose count on trust capsules; none for the same as on bundles.
    public var capsuleIdentities: [String] = []
    /// Whose count on receipts; none for the same as on bundles.
    public var receiptIdentities: [String] = []
    /// Repositories that it may speak for, or what they begin with.
    public var repositories: [String]
    /// What its keys may sign.
    public var permissions: Set<Peer.Permission>

    /// The site `name`, that may sign bundles.
    public init(
        _ name: SiteName, anchors: [Certificate], identities: [String], repositories: [String],
        permissions: Set<Peer.Permission> = [.bundles]
    ) {
        self.name = name
        self.anchors = anchors
        self.identities = identities
        self.repositories = repositories
        self.permissions = permissions
    }
}

/// An enrolment that could be made, and what it would change.
public struct PeerPlan: Sendable {
    /// The entry as it would be.
    public let peer: Peer
    /// The entry as it is; nil where the site is not enrolled.
    public let previous: Peer?

    /// What would be another.
    public var difference: PeerDifference { PeerDifference(from: previous, to: peer) }
}

/// Why an origin was not enrolled. Nothing was changed.
public enum PeerEnrolmentError: Error, Equatable {
    /// The file holds no certificate that could be an anchor.
    case anchor(path: String, CertificateError)
    /// The certificates cannot be anchors.
    case anchors(TrustedCertificatesError)
    /// More than one certificate is in the file, so that a fingerprint cannot say which is meant.
    case severalAnchors(path: String, count: Int)
    /// The operator said no, or another fingerprint.
    case fingerprint(path: String, expected: String, actual: String)
    /// Nobody compared the fingerprint.
    case fingerprintNotConfirmed(path: String)
    /// The site is this one.
    case ownName(SiteName)
    /// Somebody changed the entry after what would change was shown.
    case changedMeanwhile(SiteName)
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

    /// Finds out what `enrolment` would change. Nothing is changed yet.
    ///
    /// - Throws: where no entry can be made of it, and where the present one cannot be read.
    public func plan(_ enrolment: PeerEnrolment) throws -> PeerPlan {
        let home = files.kind(at: homePath) == nil ? nil : try home()
        guard try home?.ownName() != enrolment.name else {
            throw PeerEnrolmentError.ownName(enrolment.name)
        }
        let anchors: TrustedCertificates
        do { anchors = try TrustedCertificates(enrolment.anchors, for: .ca) } catch {
            throw PeerEnrolmentError.anchors(error)
        }
        func named(_ texts: [String]) throws -> TrustedIdentities? {
            texts.isEmpty ? nil : try TrustedIdentities(texts)
        }
        let peer = try Peer(
            name: enrolment.name, anchors: anchors,
            identities: try TrustedIdentities(enrolment.identities),
            capsuleIdentities: try named(enrolment.capsuleIdentities),
            receiptIdentities: try named(enrolment.receiptIdentities),
            repositories: try enrolment.repositories.map { try RepositoryPrefix($0) },
            permissions: enrolment.permissions)
        return PeerPlan(peer: peer, previous: try home?.peer(enrolment.name))
    }

    /// Enrols an origin, whose anchors' fingerprints an operator has compared, and makes its mark.
    /// Marks that are there are kept; a suspension ends.
    ///
    /// - Returns: whether anything was another before.
    /// - Throws: `.changedMeanwhile`; `StateError.missing` where the origin had a mark, which is lost.
    public func enrol(_ plan: PeerPlan) throws -> Bool {
        let name = plan.peer.name
        let home = Home(try files.makeFolder(at: homePath, mode: 0o755))
        let writer = try HomeWriter(home, patience: patience)
        guard try home.peer(name) == plan.previous else {
            throw PeerEnrolmentError.changedMeanwhile(name)
        }
        let state = try state()
        let receiving = try state.receiving(from: name)
        // An origin that is enrolled, or was, has a mark. If it is lost, enrolling again must not
        // make it zero: every old bundle could come back.
        if try state.knownReceiving(from: name) == nil,
            try plan.previous != nil || wasRemoved(name, by: state)
        {
            throw StateError.missing(name)
        }
        guard plan.peer != plan.previous else {
            try receiving.settle()
            try writer.settlePeer(name)
            return false
        }
        try recorded("peer-add", plan.record) {
            // The mark comes first: an entry without one would be an error at every receipt.
            try receiving.enrol()
            try writer.set(plan.peer)
        }
        return true
    }

    /// Whether the record tells that the peer was taken out.
    private func wasRemoved(_ name: SiteName, by state: StateFolder) throws -> Bool {
        var wasRemoved = false
        _ = try state.audit.verify { record in
            guard record.event.kind == "peer-remove" else { return }
            if record.event.details["origin"] == .string(name.text) { wasRemoved = true }
        }
        return wasRemoved
    }
}

extension PeerPlan {
    fileprivate var record: JSONObject {
        func texts(_ texts: [String]) -> JSON { .array(texts.map { .string($0) }) }
        let changes: [JSON] =
            previous == nil
            ? []
            : difference.changes.map { change in
                [
                    "list": .string(change.list.rawValue), "added": texts(change.added),
                    "removed": texts(change.removed),
                ]
            }
        return [
            "origin": .string(peer.name.text),
            "anchors": texts(peer.anchors.certificates.map(\.sha256Fingerprint)),
            "identities": texts(peer.identities.texts),
            "capsuleIdentities": peer.capsuleIdentities.map { texts($0.texts) } ?? .null,
            "receiptIdentities": peer.receiptIdentities.map { texts($0.texts) } ?? .null,
            "repositories": texts(peer.repositories.map(\.text)),
            "may": texts(
                Peer.Permission.allCases.filter(peer.permissions.contains).map(\.rawValue)),
            "isNew": .boolean(previous == nil), "changes": .array(changes),
            "liftedSuspension": difference.lifted.map { .string($0.reason) } ?? .null,
        ]
    }
}

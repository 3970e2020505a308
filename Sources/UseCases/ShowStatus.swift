internal import Configuration
public import Encodings
internal import Files
internal import OCI
internal import OCILayout
internal import PKCS11
internal import State
internal import Trust
internal import Verification
internal import X509

/// What to look at besides the home.
public struct StatusRequest {
    /// Layouts and archives whose signatures are looked at, and files of certificates, such as the
    /// chains of own keys.
    public var subjects: [String] = []
    /// A token whose certificates are looked at, without a login; nil for none.
    public var key: KeyAccess?
    /// How far ahead is looked, in seconds.
    public var horizonSeconds: Int64 = 90 * 86_400

    /// Only the home.
    public init() {}
}

/// Something that ends, and with it what rests on it.
public struct EndingThing: Sendable, Equatable {
    /// What it is.
    public enum Kind: String, Sendable, CaseIterable {
        /// A certificate in a trust store of type ca or signingAuthority.
        case trustedCertificate
        /// A certificate in a trust store of type tsa.
        case timestampRoot
        /// An anchor of a peer.
        case peerAnchor
        /// The newest CRL or delta of its issuer and scope.
        case revocationList
        /// An OCSP response.
        case ocspResponse
        /// A certificate by which something in a layout is signed.
        case signerCertificate
        /// The expiry of a signature in a layout.
        case signature
        /// A certificate in a file that was named, or on a token.
        case ownCertificate
    }

    /// What it is.
    public let kind: Kind
    /// Where it is: a store, a peer, a layout, a file, a token.
    public let place: String
    /// The subject, issuer or digest that names it there.
    public let name: String
    /// The last second at which it counts.
    public let end: Timestamp
}

/// What ends, and when.
public struct StatusReport: Sendable {
    /// The clock and its floor.
    public let clock: ClockStatus
    /// What has ended or ends within the horizon, what ends first before the rest.
    public let ending: [EndingThing]
    /// How many things were looked at.
    public let count: Int
    /// What could not be looked at, so that nobody knows when it ends.
    public let unreadable: [UnreadableThing]
}

/// Something that may end, and cannot be read.
public struct UnreadableThing: Sendable, Equatable {
    /// What it is.
    public enum Kind: String, Sendable, CaseIterable {
        /// A trust store that cannot be used.
        case trustStore
        /// A signature in a layout.
        case signature
    }

    /// What it is.
    public let kind: Kind
    /// The store, or the layout.
    public let place: String
    /// The digest of the signature; empty for a store.
    public let name: String
}

extension Site {
    /// What of this site ends soon: certificates, CRLs, OCSP responses, anchors of peers, signatures,
    /// own keys. Nothing is judged or changed.
    public func status(_ request: StatusRequest) throws -> StatusReport {
        let clock = try clockStatus()
        var unreadable: [UnreadableThing] = []
        var things = try trustedThings(&unreadable) + peerThings() + revocationThings()
        for path in request.subjects { things += try endings(of: path, &unreadable) }
        if let key = request.key { things += try tokenThings(key) }
        var seen: Set<String> = []
        things = things.filter {
            seen.insert("\($0.kind) \($0.place) \($0.name) \($0.end)").inserted
        }
        let horizon = clock.now.adding(seconds: request.horizonSeconds)
        return StatusReport(
            clock: clock,
            ending: things.filter { $0.end <= horizon }.sorted {
                ($0.end, $0.kind.rawValue, $0.place, $0.name)
                    < ($1.end, $1.kind.rawValue, $1.place, $1.name)
            }, count: things.count, unreadable: unreadable)
    }

    private func trustedThings(_ unreadable: inout [UnreadableThing]) throws -> [EndingThing] {
        let home = try home()
        return try home.trustStoreNames().names.flatMap { store -> [EndingThing] in
            guard case .usable(let trusted, _) = try home.trustStore(store) else {
                unreadable.append(
                    UnreadableThing(kind: .trustStore, place: "\(store)", name: ""))
                return []
            }
            let kind: EndingThing.Kind = store.type == .tsa ? .timestampRoot : .trustedCertificate
            return trusted.certificates.map { $0.ending(as: kind, at: "\(store)") }
        }
    }

    private func peerThings() throws -> [EndingThing] {
        let home = try home()
        return try home.peerNames().flatMap { name -> [EndingThing] in
            guard let peer = try home.peer(name) else { return [] }
            return peer.anchors.certificates.map { $0.ending(as: .peerAnchor, at: name.text) }
        }
    }

    /// Of CRLs only the newest of each authority and scope: what a newer one replaces may end. Nobody
    /// replaces a list whose authority is in no trust store.
    private func revocationThings() throws -> [EndingThing] {
        let evidence = try home().revocationStore().evidence
        let maxAge = try revocationRules().maxCRLAge
        let authorities = try trustedCertificates()
        let signed = evidence.lists.map { item in
            (list: item.list, by: authorities.first { $0.hasIssued(item.list) }?.keyFingerprint)
        }
        let lists = signed.filter { one in
            !signed.contains { other in
                one.by != nil && one.by == other.by && other.list.isSuccessor(of: one.list)
            }
        }.map(\.list)
        return lists.map { list in
            let due = list.nextUpdate ?? list.thisUpdate
            let aged = maxAge.map { list.thisUpdate.adding(seconds: $0) } ?? due
            return EndingThing(
                kind: .revocationList, place: list.issuer.description,
                name: list.digest.description, end: min(due, aged))
        }
            + evidence.responses.map { response in
                EndingThing(
                    kind: .ocspResponse, place: "\(response.producedAt)",
                    name: response.digest.description, end: response.end ?? response.producedAt)
            }
    }

    private func endings(of path: String, _ unreadable: inout [UnreadableThing]) throws
        -> [EndingThing]
    {
        if let certificates = try certificates(inFile: path) {
            return certificates.map { $0.ending(as: .ownCertificate, at: path) }
        }
        let reference = try Reference(parsing: path, in: files)
        let chains = try steadily(reference) { content in
            let chains = try SignedChains(in: content, roots: timestampRoots())
            return (chains, isSound: chains.unreadable.isEmpty)
        }
        unreadable += chains.unreadable.map {
            UnreadableThing(kind: .signature, place: path, name: $0.digest.description)
        }
        return (chains.signers + chains.authorities).flatMap(\.certificates).map {
            $0.ending(as: .signerCertificate, at: path)
        }
            + chains.expiries.map { manifest, end in
                EndingThing(
                    kind: .signature, place: path, name: manifest.digest.description, end: end)
            }
    }

    private func tokenThings(_ key: KeyAccess) throws -> [EndingThing] {
        try onToken(key.timeout) {
            let token = try TokenModules(for: key.uri).token(matching: key.uri)
            let place = token.description.label
            return try Session(on: token).certificates()
                .compactMap { try? Certificate(der: $0.der) }
                .map { $0.ending(as: .ownCertificate, at: place) }
        }
    }
}

extension Certificate {
    fileprivate func ending(as kind: EndingThing.Kind, at place: String) -> EndingThing {
        EndingThing(kind: kind, place: place, name: subject.description, end: notAfter)
    }
}

extension RevocationList {
    /// Whether this one was made after `other`, for the same certificates.
    fileprivate func isSuccessor(of other: RevocationList) -> Bool {
        issuer == other.issuer && isDelta == other.isDelta
            && scopeFingerprint == other.scopeFingerprint
            && RevocationFloors.Floor(other).isBelow(RevocationFloors.Floor(self))
    }
}

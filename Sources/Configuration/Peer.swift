public import Encodings
public import Trust

/// A site whose media this one receives, as an operator enrolled it.
///
/// The entry alone says which keys may sign what for which repositories: nothing that arrives on a
/// medium can widen it.
public struct Peer: Sendable {
    /// What a peer's keys may sign.
    public enum Permission: String, Sendable, CaseIterable {
        /// Bundles of images.
        case bundles
        /// Trust capsules.
        case capsules
        /// Receipts for what this site sent.
        case receipts
    }

    /// An operator's word that nothing of a site counts any more.
    public struct Suspension: Sendable, Equatable {
        /// When it was said.
        public let since: Timestamp
        /// Why, in the operator's words.
        public let reason: String

        /// A suspension at `since` for `reason`.
        public init(since: Timestamp, reason: String) {
            self.since = since
            self.reason = reason
        }
    }

    /// The site's name.
    public let name: SiteName
    /// The authorities that vouch for its keys.
    public let anchors: TrustedCertificates
    /// Whose signatures count, among those that the anchors vouch for, where nobody else is named
    /// for what is signed.
    public let identities: TrustedIdentities
    /// Whose signatures count on trust capsules; nil for the same as on bundles.
    public let capsuleIdentities: TrustedIdentities?
    /// Whose signatures count on receipts; nil for the same as on bundles.
    public let receiptIdentities: TrustedIdentities?
    /// The repositories for which the site may speak.
    public let repositories: [RepositoryPrefix]
    /// What its keys may sign.
    public let permissions: Set<Permission>
    /// Since when and why nothing of it counts; nil where it does.
    public let suspension: Suspension?

    /// A peer's entry.
    ///
    /// - Throws: `PeerError` when there is nothing for which the entry could serve, and for
    ///   identities that nothing could match.
    public init(
        name: SiteName, anchors: TrustedCertificates, identities: TrustedIdentities,
        capsuleIdentities: TrustedIdentities? = nil, receiptIdentities: TrustedIdentities? = nil,
        repositories: [RepositoryPrefix], permissions: Set<Permission>,
        suspension: Suspension? = nil
    ) throws(PeerError) {
        guard !repositories.isEmpty else { throw .noRepositories }
        var known = Set<RepositoryPrefix>()
        for prefix in repositories where !known.insert(prefix).inserted {
            throw .repository(prefix.text)
        }
        guard !permissions.isEmpty else { throw .noPermissions }
        for case .listed(let listed)? in [identities, capsuleIdentities, receiptIdentities] {
            for identity in listed {
                guard case .subject = identity.meaning else {
                    throw .foreignIdentity(identity.text)
                }
            }
        }
        // Whoever is named for something that nobody may sign was meant to sign it.
        guard capsuleIdentities == nil || permissions.contains(.capsules) else {
            throw .idleIdentities(.capsules)
        }
        guard receiptIdentities == nil || permissions.contains(.receipts) else {
            throw .idleIdentities(.receipts)
        }
        self.name = name
        self.anchors = anchors
        self.identities = identities
        self.capsuleIdentities = capsuleIdentities
        self.receiptIdentities = receiptIdentities
        self.repositories = repositories
        self.permissions = permissions
        self.suspension = suspension
    }

    /// Whether the peer may speak for `repository`: it is one of its prefixes, or inside one, by
    /// whole components.
    public func maySpeak(for repository: RegistryScope) -> Bool {
        repositories.contains(where: repository.isInside)
    }

    /// Whose signatures count on what needs `permission`.
    public func identities(for permission: Permission) -> TrustedIdentities {
        switch permission {
        case .bundles: identities
        case .capsules: capsuleIdentities ?? identities
        case .receipts: receiptIdentities ?? identities
        }
    }

    /// Whether nothing of it counts.
    public var isSuspended: Bool { suspension != nil }

    /// Whether the peer may sign this now: never while it is suspended.
    public func may(_ permission: Permission) -> Bool {
        !isSuspended && permissions.contains(permission)
    }

    /// The same entry, suspended.
    public func suspended(_ suspension: Suspension) -> Peer {
        Peer(self, suspension)
    }

    private init(_ peer: Peer, _ suspension: Suspension) {
        name = peer.name
        anchors = peer.anchors
        identities = peer.identities
        capsuleIdentities = peer.capsuleIdentities
        receiptIdentities = peer.receiptIdentities
        repositories = peer.repositories
        permissions = peer.permissions
        self.suspension = suspension
    }
}

extension Peer: Equatable {
    /// Whether the two would be written alike; anchors are what their fingerprints say.
    public static func == (one: Peer, other: Peer) -> Bool {
        PeerFile.document(of: one) == PeerFile.document(of: other)
    }
}

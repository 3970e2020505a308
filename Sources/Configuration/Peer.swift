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

    /// The site's name.
    public let name: SiteName
    /// The authorities that vouch for its keys.
    public let anchors: TrustedCertificates
    /// Whose signatures count, among those that the anchors vouch for.
    public let identities: TrustedIdentities
    /// The repositories for which the site may speak.
    public let repositories: [RepositoryPrefix]
    /// What its keys may sign.
    public let permissions: Set<Permission>
    /// Whether an operator has suspended it.
    public let isSuspended: Bool

    /// A peer's entry.
    ///
    /// - Throws: `PeerError` when there is nothing for which the entry could serve, and for
    ///   identities that nothing could match.
    public init(
        name: SiteName, anchors: TrustedCertificates, identities: TrustedIdentities,
        repositories: [RepositoryPrefix], permissions: Set<Permission>, isSuspended: Bool = false
    ) throws(PeerError) {
        guard !repositories.isEmpty else { throw .noRepositories }
        var known = Set<RepositoryPrefix>()
        for prefix in repositories where !known.insert(prefix).inserted {
            throw .repository(prefix.text)
        }
        guard !permissions.isEmpty else { throw .noPermissions }
        if case .listed(let listed) = identities {
            for identity in listed {
                guard case .subject = identity.meaning else {
                    throw .foreignIdentity(identity.text)
                }
            }
        }
        self.name = name
        self.anchors = anchors
        self.identities = identities
        self.repositories = repositories
        self.permissions = permissions
        self.isSuspended = isSuspended
    }

    /// Whether the peer may speak for `repository`: it is one of its prefixes, or inside one, by
    /// whole components.
    public func maySpeak(for repository: RegistryScope) -> Bool {
        repositories.contains(where: repository.isInside)
    }

    /// Whether the peer may sign this now: never while it is suspended.
    public func may(_ permission: Permission) -> Bool {
        !isSuspended && permissions.contains(permission)
    }

    /// The same entry, suspended or not.
    public func suspended(_ isSuspended: Bool = true) -> Peer {
        Peer(self, isSuspended: isSuspended)
    }

    private init(_ peer: Peer, isSuspended: Bool) {
        name = peer.name
        anchors = peer.anchors
        identities = peer.identities
        repositories = peer.repositories
        permissions = peer.permissions
        self.isSuspended = isSuspended
    }
}

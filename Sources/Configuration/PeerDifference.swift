import Trust
import X509

/// What another enrolment of a peer changes.
public struct PeerDifference: Sendable, Equatable {
    /// A list of a peer's entry, by its name in the file.
    public enum List: String, Sendable, CaseIterable {
        /// Anchors, by their SHA-256 fingerprints.
        case anchors
        /// Identities.
        case identities
        /// Those for trust capsules.
        case capsuleIdentities
        /// Those for receipts.
        case receiptIdentities
        /// Repositories, or what they begin with.
        case repositories
        /// What its keys may sign.
        case may
    }

    /// What one list gains and loses.
    public struct Change: Sendable, Equatable {
        /// The list.
        public let list: List
        /// What it gains.
        public let added: [String]
        /// What it loses.
        public let removed: [String]
    }

    /// Every list that is another, as it was said at the enrolment.
    public let changes: [Change]
    /// The suspension that ends; nil where there is none, or where it stays.
    public let lifted: Peer.Suspension?

    /// What is different in `new`; everything in it where there was no `old` one.
    public init(from old: Peer?, to new: Peer) {
        changes = List.allCases.compactMap { list in
            let before = old?.texts(list) ?? []
            let after = new.texts(list)
            let added = after.filter { text in
                !before.contains { $0.utf8.elementsEqual(text.utf8) }
            }
            let removed = before.filter { text in
                !after.contains { $0.utf8.elementsEqual(text.utf8) }
            }
            return added.isEmpty && removed.isEmpty
                ? nil : Change(list: list, added: added, removed: removed)
        }
        lifted = new.isSuspended ? nil : old?.suspension
    }

    /// Whether nothing is different.
    public var isEmpty: Bool { changes.isEmpty && lifted == nil }
}

extension Peer {
    fileprivate func texts(_ list: PeerDifference.List) -> [String] {
        switch list {
        case .anchors: anchors.certificates.map(\.sha256Fingerprint)
        case .identities: identities.texts
        case .capsuleIdentities: capsuleIdentities?.texts ?? []
        case .receiptIdentities: receiptIdentities?.texts ?? []
        case .repositories: repositories.map(\.text)
        case .may:
            Permission.allCases.filter(permissions.contains).map(\.rawValue)
        }
    }
}

public import X509

/// What is different between what a site trusts and what it would trust, and which of it weakens its
/// trust: something would pass that is refused now, or is not judged.
public struct TrustDifference: Sendable {
    /// A policy file that comes, goes or changes.
    public struct Policy: Sendable {
        /// What becomes of the file.
        public enum Fate: String, Sendable {
            /// There was none.
            case added
            /// There is none any more.
            case removed
            /// It says something else, or the same in other words.
            case changed
        }

        /// The file.
        public let file: TrustPolicyFile
        /// What becomes of it.
        public let fate: Fate
        /// The statements that come, go and change.
        public let changes: [TrustPolicyDifference.Change]
    }

    /// A trust store that comes, goes or changes.
    public struct Store: Sendable {
        /// The store.
        public let name: TrustStoreName
        /// Certificates that it did not hold.
        public let added: [Certificate]
        /// Certificates that it does not hold any more.
        public let removed: [Certificate]
        /// Whether there was none.
        public let isNew: Bool
        /// Whether there is none any more.
        public let isGone: Bool
    }

    /// Policy files, by name.
    public let policies: [Policy]
    /// Stores, by name.
    public let stores: [Store]
    /// What weakens trust: that of the policies first, then that of the stores.
    public let weaknesses: [TrustWeakness]

    /// Whether there is no difference at all.
    public var isEmpty: Bool { policies.isEmpty && stores.isEmpty }

    /// What makes `new` of `old` at a site that asks for `settings` besides.
    public init(
        from old: TrustState, to new: TrustState, under settings: VerificationSettings = .none
    ) {
        policies = TrustPolicyFile.allCases.compactMap { file in
            Policy(file, from: old.policies[file], to: new.policies[file])
        }
        let names = Set(old.stores.keys).union(new.stores.keys).sorted()
        let stores = names.compactMap { name in
            Store(name, from: old.stores[name], to: new.stores[name])
        }
        self.stores = stores
        weaknesses =
            PolicyComparison.weaknesses(from: old, to: new, under: settings)
            + stores.flatMap { store in
                store.added.map { .anchor(store.name, $0) }
            }
    }
}

extension TrustDifference.Policy {
    fileprivate init?(
        _ file: TrustPolicyFile, from old: TrustPolicyDocument?, to new: TrustPolicyDocument?
    ) {
        guard old?.bytes != new?.bytes else { return nil }
        self.file = file
        switch (old, new) {
        case (_, let new?):
            fate = old == nil ? .added : .changed
            changes = TrustPolicyDifference(from: old, to: new).changes
        case (let old, nil):
            fate = .removed
            changes = old?.statements.map { .removed(name: $0.name) } ?? []
        }
    }
}

extension TrustDifference.Store {
    fileprivate init?(
        _ name: TrustStoreName, from old: TrustedCertificates?, to new: TrustedCertificates?
    ) {
        let before = old?.certificates ?? []
        let after = new?.certificates ?? []
        guard before != after else { return nil }
        self.name = name
        added = after.filter { !before.contains($0) }
        removed = before.filter { !after.contains($0) }
        isNew = old == nil
        isGone = new == nil
    }
}

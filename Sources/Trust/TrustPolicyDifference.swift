/// What is different between two policies, statement by statement.
public struct TrustPolicyDifference: Sendable, Equatable {
    /// One difference.
    public enum Change: Sendable, Equatable {
        /// A statement that only the second has.
        case added(name: String)
        /// A statement that only the first has.
        case removed(name: String)
        /// A member of a statement that both have, as either puts it.
        case changed(name: String, member: String, from: String, to: String)
    }

    /// The changes in the order of the first policy, and then of the second.
    public let changes: [Change]

    /// What makes `new` of `old`; `old` is nil where there was no policy.
    public init(from old: TrustPolicyDocument?, to new: TrustPolicyDocument) {
        var changes: [Change] = []
        for statement in old?.statements ?? [] {
            guard let successor = new.statements.first(where: statement.isNamesake) else {
                changes.append(.removed(name: statement.name))
                continue
            }
            for (first, second) in zip(statement.words, successor.words)
            where !first.value.utf8.elementsEqual(second.value.utf8) {
                changes.append(
                    .changed(
                        name: statement.name, member: first.member, from: first.value,
                        to: second.value))
            }
        }
        for statement in new.statements
        where old?.statements.contains(where: statement.isNamesake) != true {
            changes.append(.added(name: statement.name))
        }
        self.changes = changes
    }
}

extension TrustPolicyStatement {
    fileprivate func isNamesake(of other: TrustPolicyStatement) -> Bool {
        name.utf8.elementsEqual(other.name.utf8)
    }

    /// The statement's members with their values as text, defaults spelled out; without its name.
    public var words: [(member: String, value: String)] {
        let (member, value) =
            switch reach {
            case .repositories(let scopes):
                ("registryScopes", scopes.map(\.text).joined(separator: ", "))
            case .everyRepository: ("registryScopes", "*")
            case .blobs(let isGlobal): ("globalPolicy", "\(isGlobal)")
            }
        let actions = Validation.allCases.filter { $0 != .payload && $0 != .metadata }.map {
            "\($0.rawValue) \(verification.actions[$0].rawValue)"
        }
        return [
            (member, value), ("level", verification.level.rawValue),
            ("actions", actions.joined(separator: ", ")),
            ("verifyTimestamp", verification.verifyTimestamp.rawValue),
            ("trustStores", trustStores.map(\.description).joined(separator: ", ")),
            ("trustedIdentities", (trustedIdentities?.texts ?? []).joined(separator: " | ")),
        ]
    }
}

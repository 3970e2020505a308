public import X509

/// One way in which new trust is weaker than old.
public enum TrustWeakness: Sendable, Equatable {
    /// A certificate is trusted that was not, in this store.
    case anchor(TrustStoreName, Certificate)
    /// What a policy asks for some artifacts is less than was asked for them.
    case policy(TrustPolicyFile, statement: String, of: [Artifacts], Loss)

    /// For what a policy speaks.
    public enum Artifacts: Sendable, Hashable {
        /// Images of one repository.
        case repository(RegistryScope)
        /// Images of every repository that no statement names.
        case otherRepositories
        /// Blobs for which a statement is asked by its name.
        case blobs(statement: String)
        /// Blobs for which no statement is named.
        case otherBlobs
    }

    /// What is lost.
    public enum Loss: Sendable, Equatable {
        /// No policy spoke for these, so nothing of them passed.
        case newlyJudged
        /// They pass unverified: level skip.
        case unverified
        /// What failed is reported only, or not looked at.
        case action(Validation, from: ValidationAction, to: ValidationAction)
        /// A store vouches for signers that it did not vouch for.
        case store(TrustStoreName)
        /// Signatures count that did not: those of this identity.
        case identity(String)
        /// No time stamp is asked for any more.
        case timestampNotAsked
        /// A time stamp is asked for less often.
        case timestampAskedLess
        /// This site's settings ask for several signatures under the old statement's name, and not
        /// under the new one's.
        case requiredSignatures(statement: String)
    }
}

/// Compares what two policies ask for the same artifacts, whatever their statements are called.
enum PolicyComparison {
    typealias Artifacts = TrustWeakness.Artifacts
    typealias Loss = TrustWeakness.Loss

    /// What is weaker at a site that asks for `settings` besides.
    static func weaknesses(
        from old: TrustState, to new: TrustState, under settings: VerificationSettings
    ) -> [TrustWeakness] {
        var weaknesses: [TrustWeakness] = []
        if let policy = new.imagePolicy {
            let file: TrustPolicyFile = new.policies[.images] == nil ? .imagesVersion1 : .images
            weaknesses += images(old.imagePolicy, policy, in: file, under: settings)
        }
        // Notation 1 reads this one, whatever stands beside it.
        let hadBoth = old.policies[.images] != nil && old.policies[.imagesVersion1] != nil
        if let policy = new.policies[.imagesVersion1], hadBoth || new.policies[.images] != nil {
            let more = images(
                old.policies[.imagesVersion1] ?? old.imagePolicy, policy, in: .imagesVersion1,
                under: .none)
            weaknesses += more.filter { !weaknesses.contains($0) }
        }
        if let policy = new.policies[.blobs] {
            weaknesses += blobs(old.policies[.blobs], policy)
        }
        return weaknesses
    }

    private static func images(
        _ old: TrustPolicyDocument?, _ new: TrustPolicyDocument, in file: TrustPolicyFile,
        under settings: VerificationSettings
    ) -> [TrustWeakness] {
        let named = (old?.scopes ?? []) + new.scopes
        var seen = Set<RegistryScope>()
        let scopes = named.filter { seen.insert($0).inserted }
        var pairs = Pairs()
        for scope in scopes {
            guard let after = new.statement(for: scope) else { continue }
            pairs.add(.repository(scope), old?.statement(for: scope), after)
        }
        if let after = new.wildcard { pairs.add(.otherRepositories, old?.wildcard, after) }
        return pairs.weaknesses(in: file, under: settings)
    }

    private static func blobs(_ old: TrustPolicyDocument?, _ new: TrustPolicyDocument)
        -> [TrustWeakness]
    {
        var pairs = Pairs()
        for statement in new.statements {
            let name = statement.name
            pairs.add(.blobs(statement: name), old?.blobStatement(named: name), statement)
        }
        if let after = new.blobStatement(named: nil) {
            pairs.add(.otherBlobs, old?.blobStatement(named: nil), after)
        }
        return pairs.weaknesses(in: .blobs, under: .none)
    }

    /// Artifacts by the two statements that speak for them: what is lost is told once for all.
    private struct Pairs {
        private var pairs: [(old: TrustPolicyStatement?, new: TrustPolicyStatement, [Artifacts])] =
            []

        mutating func add(
            _ artifacts: Artifacts, _ old: TrustPolicyStatement?, _ new: TrustPolicyStatement
        ) {
            let place = pairs.firstIndex {
                $0.old.map { Array($0.name.utf8) } == old.map { Array($0.name.utf8) }
                    && $0.new.name.utf8.elementsEqual(new.name.utf8)
            }
            if let place {
                pairs[place].2.append(artifacts)
            } else {
                pairs.append((old, new, [artifacts]))
            }
        }

        func weaknesses(in file: TrustPolicyFile, under settings: VerificationSettings)
            -> [TrustWeakness]
        {
            pairs.flatMap { old, new, artifacts in
                PolicyComparison.losses(from: old, to: new, under: settings).map {
                    .policy(file, statement: new.name, of: artifacts, $0)
                }
            }
        }
    }

    // MARK: Two statements

    private static func losses(
        from old: TrustPolicyStatement?, to new: TrustPolicyStatement,
        under settings: VerificationSettings
    ) -> [Loss] {
        guard let old else { return [.newlyJudged] }
        // Whatever follows level skip asks for more.
        guard old.verification.level != .skip else { return [] }
        guard new.verification.level != .skip else { return [.unverified] }
        return actions(old, new) + signers(old, new, settings) + timestamps(old, new)
            + required(old, new, settings)
    }

    private static func required(
        _ old: TrustPolicyStatement, _ new: TrustPolicyStatement, _ settings: VerificationSettings
    ) -> [Loss] {
        guard let required = settings.requiredSignatures(of: old.name) else { return [] }
        let isKept = required.policies.contains { $0.utf8.elementsEqual(new.name.utf8) }
        return isKept ? [] : [.requiredSignatures(statement: old.name)]
    }

    private static func actions(_ old: TrustPolicyStatement, _ new: TrustPolicyStatement)
        -> [Loss]
    {
        Validation.allCases.filter { $0 != .payload && $0 != .metadata }.compactMap { validation in
            let (from, to) = (
                old.verification.actions[validation], new.verification.actions[validation]
            )
            return to.strength < from.strength
                ? .action(validation, from: from, to: to) : nil
        }
    }

    private static func signers(
        _ old: TrustPolicyStatement, _ new: TrustPolicyStatement, _ settings: VerificationSettings
    ) -> [Loss] {
        // Where a stranger's signature passed, with a remark, nobody is new, unless signers are
        // counted. Authorities for time stamps are asked for whatever the policy makes of signers.
        let isAsked =
            old.verification.actions[.authenticity] == .enforce
            || settings.requiredSignatures(of: old.name) != nil
        let stores = new.trustStores.filter {
            !old.trustStores.contains($0) && (isAsked || $0.type == .tsa)
        }
        guard isAsked else { return stores.map { .store($0) } }
        let known = old.trustedIdentities
        let identities: [String] =
            switch new.trustedIdentities {
            case nil: []
            case .everyone?: known?.isEveryone == true ? [] : ["*"]
            case .listed(let listed)?:
                listed.filter { known?.covers($0) != true }.map(\.text)
            }
        return stores.map { .store($0) } + identities.map { .identity($0) }
    }

    private static func timestamps(_ old: TrustPolicyStatement, _ new: TrustPolicyStatement)
        -> [Loss]
    {
        guard old.trustStores.contains(where: { $0.type == .tsa }) else { return [] }
        guard new.trustStores.contains(where: { $0.type == .tsa }) else {
            return [.timestampNotAsked]
        }
        let (from, to) = (old.verification.verifyTimestamp, new.verification.verifyTimestamp)
        return from == .always && to == .afterCertExpiry ? [.timestampAskedLess] : []
    }
}

extension TrustPolicyDocument {
    /// Every repository that a statement names.
    fileprivate var scopes: [RegistryScope] {
        statements.flatMap { statement -> [RegistryScope] in
            guard case .repositories(let scopes) = statement.reach else { return [] }
            return scopes
        }
    }

    /// The statement for every repository that no other names.
    fileprivate var wildcard: TrustPolicyStatement? {
        statements.first { $0.reach == .everyRepository }
    }
}

extension ValidationAction {
    /// How much a failure matters.
    fileprivate var strength: Int {
        switch self {
        case .skip: 0
        case .log: 1
        case .enforce: 2
        }
    }
}

extension TrustedIdentities {
    fileprivate var isEveryone: Bool {
        if case .everyone = self { true } else { false }
    }

    /// Whether whoever matches `identity` matches one of these.
    fileprivate func covers(_ identity: TrustedIdentity) -> Bool {
        switch (self, identity.meaning) {
        // What only a plugin could understand matches nobody here.
        case (.everyone, _), (_, .foreign): true
        case (.listed(let listed), .subject(let pattern)):
            listed.contains { known in
                guard case .subject(let wider) = known.meaning else { return false }
                return wider.attributes.allSatisfy(pattern.attributes.contains)
            }
        }
    }
}

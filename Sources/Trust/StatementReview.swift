/// One statement held against every rule, member by member.
struct StatementReview {
    /// Everything that is wrong, each with its place within the statement.
    private(set) var faults: [(path: String, fault: TrustPolicyFault)] = []

    init(_ text: StatementText, _ kind: TrustPolicyDocument.Kind) {
        if text.name.isEmpty { add("name", .emptyName) }
        reviewVerification(text)
        let isEverything = reviewReach(text.reach)
        guard !text.level.utf8.elementsEqual(VerificationLevel.skip.rawValue.utf8) else {
            if !text.trustStores.isEmpty { add("trustStores", .trustBesideSkip) }
            if !text.trustedIdentities.isEmpty { add("trustedIdentities", .trustBesideSkip) }
            if isEverything {
                let fault =
                    switch kind {
                    case .oci: TrustPolicyFault.skipOfEverything
                    case .blob: TrustPolicyFault.skipOfEveryBlob
                    }
                add(StatementText.reachMember(kind), fault)
            }
            return
        }
        reviewStores(text.trustStores)
        reviewIdentities(text.trustedIdentities)
    }

    private mutating func add(_ path: String, _ fault: TrustPolicyFault) {
        faults.append((path, fault))
    }

    /// Rules Y1, Y2 and Y3.
    private mutating func reviewVerification(_ text: StatementText) {
        let path = "signatureVerification"
        let level = VerificationLevel(spelled: text.level)
        if level == nil { add("\(path).level", .unknownLevel(text.level)) }
        if level == .skip, !text.overrides.isEmpty { add("\(path).override", .overrideOfSkip) }
        for override in text.overrides {
            if let fault = Self.fault(overrides: [override]) {
                add("\(path).override.\(override.name)", fault)
            }
        }
        if let fault = Self.fault(verifyTimestamp: text.verifyTimestamp) {
            add("\(path).verifyTimestamp", fault)
        }
    }

    private static func fault(
        overrides: [(name: String, value: String)] = [], verifyTimestamp: String? = nil
    ) -> TrustPolicyFault? {
        do throws(TrustPolicyFault) {
            _ = try SignatureVerification(
                level: VerificationLevel.strict.rawValue, overrides: overrides,
                verifyTimestamp: verifyTimestamp)
            return nil
        } catch {
            return error
        }
    }

    /// Rule Y12; tells whether the statement is for everything.
    private mutating func reviewReach(_ reach: StatementText.Reach) -> Bool {
        let scopes: [String]
        switch reach {
        case .blobs(let isGlobal): return isGlobal
        case .scopes(let listed): scopes = listed
        }
        if scopes.isEmpty { add("registryScopes", .noScopes) }
        let isWildcard = scopes.map { $0.utf8.elementsEqual("*".utf8) }
        if isWildcard.contains(true), scopes.count > 1 {
            add("registryScopes", .wildcardBesideOtherScopes)
        }
        for (index, scope) in scopes.enumerated()
        where !isWildcard[index] && (try? RegistryScope(scope)) == nil {
            add("registryScopes[\(index)]", .malformedScope(scope))
        }
        return isWildcard == [true]
    }

    /// Rules Y4 and Y5.
    private mutating func reviewStores(_ stores: [String]) {
        if stores.isEmpty { add("trustStores", .noTrustStores) }
        for (index, store) in stores.enumerated() where TrustStoreName(store) == nil {
            add("trustStores[\(index)]", .malformedTrustStore(store))
        }
    }

    /// Rules Y4 and Y6 to Y9.
    private mutating func reviewIdentities(_ texts: [String]) {
        let path = "trustedIdentities"
        if texts.isEmpty { add(path, .identities(.none)) }
        guard texts.count <= TrustedIdentities.countMax else {
            return add(path, .identities(.tooMany(limit: TrustedIdentities.countMax)))
        }
        let isWildcard = texts.map { $0.utf8.elementsEqual("*".utf8) }
        if isWildcard.contains(true), texts.count > 1 {
            add(path, .identities(.wildcardBesideOthers))
        }
        var identities: [TrustedIdentity] = []
        for (index, text) in texts.enumerated() where !isWildcard[index] {
            do throws(TrustedIdentityError) {
                let identity = try TrustedIdentity(text)
                if let other = identities.first(where: identity.overlaps) {
                    throw .overlap(other.text, text)
                }
                identities.append(identity)
            } catch {
                add("\(path)[\(index)]", .identities(error))
            }
        }
    }
}

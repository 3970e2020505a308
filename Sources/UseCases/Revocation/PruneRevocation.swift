internal import Configuration
public import Encodings
internal import Files
internal import Trust
public import X509

/// What was, or would be, removed of the evidence about revocation.
public struct RevocationPruning: Sendable {
    /// Lists that a newer one of the same issuer and scope replaces.
    public let lists: [RevocationList]
    /// Responses whose time is over.
    public let responses: [OCSPResponse]
}

extension Site {
    /// Removes lists that newer ones replace, and responses that no longer count.
    ///
    /// A list goes only where the one that replaces it is of the same authority, one of a trust store
    /// or of `paths`, counts now, and revokes for good whatever the old one did. A response that says
    /// revoked stays. So no verdict changes, and nothing unproven pushes anything out.
    ///
    /// - Parameters:
    ///   - paths: chains and layouts whose issuers are taken at their word, too.
    ///   - rehearsing: whether nothing is to be removed.
    /// - Returns: what went, or would go.
    /// - Throws: where the record or the home refuses, or the clock is behind its floor.
    public func pruneRevocation(for paths: [String], rehearsing: Bool) throws -> RevocationPruning {
        try checkClock()
        let subjects = try revocationSubjects(of: paths)
        let evidence = try knownRevocation()
        var authorities = try trustedCertificates()
        authorities += subjects.flatMap { Array($0.chain.authorities) }
        let rules = try revocationRules()
        let now = clock.now
        let successors = evidence.lists.filter { new in
            new.counts(at: now, by: rules) && authorities.contains { $0.hasIssued(new.list) }
        }
        let lists = evidence.lists.filter { old in
            successors.contains { new in
                new.replaces(old)
                    && authorities.contains { $0.hasIssued(old.list) && $0.hasIssued(new.list) }
            }
        }.map(\.list)
        let responses = evidence.responses.filter { response in
            response.answers.allSatisfy { answer in
                if case .revoked = answer.status { return false }
                return answer.nextUpdate.map { $0 < now.wholeSeconds } ?? true
            }
        }
        let pruning = RevocationPruning(lists: lists, responses: responses)
        if !rehearsing, files.kind(at: homePath) == .folder { try carryOut(pruning) }
        return pruning
    }

    private func carryOut(_ pruning: RevocationPruning) throws {
        let writer = try HomeWriter(home(), patience: patience)
        let lists = pruning.lists.map(\.digest)
        let responses = pruning.responses.map(\.digest)
        guard !lists.isEmpty || !responses.isEmpty else { return try writer.settleRevocation() }
        try recordedInPortions(
            "revocation-remove", "evidence", lists + responses,
            json: { .string($0.description) },
            change: { try writer.removeRevocation(Set($0)) })
    }
}

/// A digest of nothing that the home keeps.
public struct UnknownEvidence: Error, Equatable {
    /// The digest.
    public let digest: Digest
}

extension Site {
    /// Removes lists and responses whatever they say, after their record with `reason`.
    ///
    /// - Returns: what went.
    /// - Throws: `UnknownEvidence` where one is not there; then nothing goes.
    public func removeRevocation(_ digests: [Digest], reason: String) throws -> RevocationPruning {
        let evidence = try home().revocationStore().evidence
        let known = Set(evidence.lists.map(\.list.digest) + evidence.responses.map(\.digest))
        if let digest = digests.first(where: { !known.contains($0) }) {
            throw UnknownEvidence(digest: digest)
        }
        let wanted = Set(digests)
        let writer = try HomeWriter(home(), patience: patience)
        let details: JSONObject = [
            "evidence": .array(wanted.sorted().map { .string($0.description) }),
            "reason": .string(reason),
        ]
        try recorded("revocation-remove", details) { try writer.removeRevocation(wanted) }
        return RevocationPruning(
            lists: evidence.lists.map(\.list).filter { wanted.contains($0.digest) },
            responses: evidence.responses.filter { wanted.contains($0.digest) })
    }
}

extension RevocationEvidence.List {
    /// Whether the list can be read in full, and is current.
    fileprivate func counts(at now: Timestamp, by rules: RevocationRules) -> Bool {
        guard list.unknownCriticalExtensions.isEmpty, list.unknownCriticalEntryExtensions.isEmpty
        else { return false }
        let currency = RevocationCurrency(
            made: list.thisUpdate, due: list.nextUpdate, now: now, maxAge: rules.maxCRLAge,
            tolerance: rules.clockTolerance, soon: 0)
        return currency == .current
    }

    /// Whether this list stands for all that `old` stood for, and is newer. A delta stands for none:
    /// which complete list it will go with nobody knows.
    fileprivate func replaces(_ old: RevocationEvidence.List) -> Bool {
        list.issuer == old.list.issuer && !list.isDelta
            && list.scopeFingerprint == old.list.scopeFingerprint
            && RevocationFloors.Floor(old.list).isBelow(RevocationFloors.Floor(list))
            && (old.list.isDelta ? list.number != nil && old.list.number != nil : true)
            && (urls.isEmpty || !old.urls.isEmpty && old.urls.isSubset(of: urls))
            && list.revokes(allOf: old.list)
    }
}

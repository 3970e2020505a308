internal import Configuration
internal import Encodings
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
    /// A list goes only where it and the one that replaces it are signed by the same authority of a
    /// trust store or of `paths`: nothing unproven pushes anything out.
    ///
    /// - Parameters:
    ///   - paths: chains and layouts whose issuers are taken at their word, too.
    ///   - rehearsing: whether nothing is to be removed.
    /// - Returns: what went, or would go.
    /// - Throws: where the record or the home refuses.
    public func pruneRevocation(for paths: [String], rehearsing: Bool) throws -> RevocationPruning {
        let subjects = try revocationSubjects(of: paths)
        let evidence = try knownRevocation()
        var authorities = try trustedCertificates()
        authorities += subjects.flatMap { Array($0.chain.authorities) }
        let now = clock.now
        let latest = now.adding(seconds: try clockTolerance())
        let lists = evidence.lists.filter { old in
            guard let issuer = authorities.first(where: { $0.hasIssued(old.list) }) else {
                return false
            }
            return evidence.lists.contains { new in
                new.replaces(old) && new.list.thisUpdate <= latest && issuer.hasIssued(new.list)
            }
        }.map(\.list)
        let responses = evidence.responses.filter { response in
            response.answers.allSatisfy { answer in
                answer.nextUpdate.map { $0 < now.wholeSeconds } ?? true
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
        let details: JSONObject = [
            "evidence": .array((lists + responses).map { .string($0.description) })
        ]
        try recorded("revocation-remove", details) {
            try writer.removeRevocation(lists: Set(lists), responses: Set(responses))
        }
    }
}

extension RevocationEvidence.List {
    /// Whether this list stands for all that `old` stood for, and is newer.
    fileprivate func replaces(_ old: RevocationEvidence.List) -> Bool {
        list.issuer == old.list.issuer && list.isDelta == old.list.isDelta
            && list.scopeFingerprint == old.list.scopeFingerprint
            && old.list.floor.isBelow(list.floor)
            && (urls.isEmpty || !old.urls.isEmpty && old.urls.isSubset(of: urls))
    }
}

public import Encodings
public import X509

/// What may stand for one distribution point where a reader takes everything at its word, as stock
/// notation does with its cache.
public enum CacheableLists: Sendable {
    /// A complete list, and its delta where there is one. What they say of the certificate is what all
    /// the evidence says of it.
    case lists(base: RevocationList, delta: RevocationList?)
    /// The certificate is revoked, and no list that counts at this point says so: nothing there may
    /// say that it is good.
    case revoked(RevokedCertificate)
    /// No list counts. What would most help to know comes first; never empty.
    case nothing([RevocationGap])
}

extension RevocationCheck {
    /// The lists that count at `time` for the distribution point of `certificate` at `url`.
    ///
    /// - SeeAlso: section 11 of the conformance list: notation looks at no scope, reasons, floor or
    ///   age, so all of these are judged here.
    public func cacheableLists(
        for certificate: Certificate, issuedBy issuer: Certificate, at url: String,
        time: Timestamp
    ) -> CacheableLists {
        let question = RevocationQuestion(
            certificate: certificate, issuer: issuer, time: time, reference: nil,
            clockTolerance: rules.clockTolerance)
        let points = (certificate.distributionPoints ?? []).filter { $0.urls.contains(url) }
        let choice = RevocationListInquiry(question, points: points, of: self).cacheableLists()
        guard case .revoked(let revoked)? = finding(question).decision else { return choice }
        if case .lists(let base, let delta) = choice,
            [base, delta].contains(where: { $0?.digest == revoked.source.digest })
        {
            return choice
        }
        return .revoked(revoked)
    }
}

extension RevocationListInquiry {
    /// The newest complete list that counts and speaks of every reason, with its delta.
    fileprivate func cacheableLists() -> CacheableLists {
        var finding = RevocationFinding()
        let lists = fittingLists(&finding)
        let generations = ListGenerations(lists)
        for base in lists where !base.list.isDelta && generations.isNewest(base) {
            guard let pair = pair(with: base, of: lists, &finding) else { continue }
            let missing = RevocationReason.all.subtracting(base.reasons)
            guard missing.isEmpty else {
                finding.gaps.append(.uncoveredReasons(missing))
                continue
            }
            return .lists(base: base.list, delta: pair.dropFirst().first?.list)
        }
        if finding.gaps.isEmpty || !lists.contains(where: { !$0.list.isDelta }) {
            finding.gaps.append(absence)
        }
        return .nothing(finding.rankedGaps)
    }
}

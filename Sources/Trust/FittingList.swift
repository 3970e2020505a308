import Encodings
import X509

/// A list that verified, has come, and is about the certificate in question: what it says counts,
/// unless it has a flaw.
struct FittingList {
    let list: RevocationList
    let facts: RevocationListFacts
    /// The reasons for which it speaks of the certificate.
    let reasons: Set<RevocationReason>
    /// What it says of the certificate, as far as that can be read.
    let entries: [RevokedEntry]
    /// Why its silence means nothing; nil if it does.
    let flaw: RevocationListFlaw?

    var source: RevocationSource {
        RevocationSource(kind: list.isDelta ? .delta : .base, digest: list.digest)
    }

    /// Whether this is a delta about what `base` is about.
    func isDelta(inScopeOf base: FittingList) -> Bool {
        list.isDelta && list.scopeFingerprint == base.list.scopeFingerprint
    }

    /// Why this delta does not go with `base`; nil if it does.
    ///
    /// - SeeAlso: RFC 5280 section 5.2.4.
    func flaw(asDeltaTo base: FittingList) -> RevocationListFlaw? {
        guard let number = list.number, let start = list.baseNumber, let past = base.list.number
        else { return .unnumbered }
        guard past.isLessNumber(than: number) else { return .notAboveBase(number: past) }
        return past.isLessNumber(than: start) ? .needsNewerBase(number: start) : nil
    }

    /// The first moment at which the list no longer counts; nil where it does not say.
    func end(by rules: RevocationRules) -> Timestamp? {
        guard let nextUpdate = list.nextUpdate else { return nil }
        let limit = rules.maxCRLAge.map { list.thisUpdate.adding(seconds: $0) } ?? nextUpdate
        // The last second counts to its end, as a certificate's does.
        return min(nextUpdate, limit).adding(seconds: 1)
    }
}

extension RevocationListInquiry {
    /// The lists that are about the certificate. Of others by its issuer it is said why not.
    func fittingLists(_ finding: inout RevocationFinding) -> [FittingList] {
        let deltaURLs = deltaURLs
        var lists: [FittingList] = []
        for item in check.evidence.lists {
            guard item.list.issuer == question.certificate.issuer else {
                if !item.urls.isDisjoint(with: points.flatMap(\.urls)) {
                    finding.gaps.append(.list(RevocationListFacts(item), .otherIssuer))
                }
                continue
            }
            if let flaw = flaw(of: item) {
                finding.gaps.append(.list(RevocationListFacts(item), flaw))
                continue
            }
            let places = places(of: item, deltaURLs)
            guard !places.isEmpty else {
                finding.gaps.append(.list(RevocationListFacts(item), .otherDistributionPoint))
                continue
            }
            finding.proofs.append(RevocationProof(item.list, by: question.issuer))
            lists.append(fittingList(item, at: places))
        }
        return lists
    }

    /// What keeps a list by the issuer's name from speaking of the certificate at all, whatever it
    /// says and however old it is.
    private func flaw(of item: RevocationEvidence.List) -> RevocationListFlaw? {
        let list = item.list
        if let flaw = check.memory.flaw(of: list, by: question.issuer) { return flaw }
        if let scope = list.issuingDistributionPoint {
            guard !scope.isIndirect else { return .indirect }
            guard scope.isAboutKind(of: question.certificate) else { return .otherKind }
        }
        return question.isAhead(list.thisUpdate) ? .fromFuture : nil
    }

    /// The distribution points of the certificate at which the list is: by its own word, else by the
    /// operator's, else any.
    private func places(of item: RevocationEvidence.List, _ deltaURLs: Set<String>)
        -> [DistributionPoint]
    {
        if let name = item.list.issuingDistributionPoint?.name {
            let names = Set(name.names(under: item.list.issuer))
            return points.filter { point in
                !names.isDisjoint(with: point.names(under: question.certificate.issuer))
            }
        }
        guard !item.urls.isEmpty else { return points }
        if item.list.isDelta, !item.urls.isDisjoint(with: deltaURLs) { return points }
        return points.filter { !item.urls.isDisjoint(with: $0.urls) }
    }

    /// Where deltas may be from, by the certificate and by complete lists that its issuer has signed:
    /// what anybody else says sets nobody's place.
    private var deltaURLs: Set<String> {
        let lists = check.evidence.lists.lazy.map(\.list).filter { list in
            list.freshestPoints != nil && list.issuer == question.certificate.issuer
                && check.memory.flaw(of: list, by: question.issuer) == nil
        }
        let freshest = lists.flatMap { $0.freshestPoints ?? [] }
        return Set(((question.certificate.freshestPoints ?? []) + freshest).flatMap(\.urls))
    }

    private func fittingList(_ item: RevocationEvidence.List, at places: [DistributionPoint])
        -> FittingList
    {
        let list = item.list
        let asked = places.reduce(into: Set<RevocationReason>()) { reasons, place in
            reasons.formUnion(place.reasons ?? RevocationReason.all)
        }
        let told = list.issuingDistributionPoint?.reasons ?? RevocationReason.all
        var found = FoundEntries()
        var flaw = readingFlaw(of: list)
        // Neither what it says nor its silence counts, and no older one takes its place.
        if flaw == nil {
            found = list.entries(for: question.certificate.serialNumber)
            flaw =
                found.error.map { RevocationListFlaw.unreadableEntry($0) } ?? currencyFlaw(of: list)
        }
        return FittingList(
            list: list, facts: RevocationListFacts(item), reasons: asked.intersection(told),
            entries: found.entries, flaw: flaw)
    }

    /// Why nobody here can tell what the list says; nil if it can be told.
    ///
    /// - SeeAlso: RFC 5280 sections 5.2 and 5.3.
    private func readingFlaw(of list: RevocationList) -> RevocationListFlaw? {
        guard list.unknownCriticalExtensions.isEmpty else {
            return .unknownCriticalExtensions(list.unknownCriticalExtensions)
        }
        guard list.unknownCriticalEntryExtensions.isEmpty else {
            return .unknownCriticalEntryExtensions(list.unknownCriticalEntryExtensions)
        }
        return nil
    }

    /// Why the list is no longer, or not reliably, the latest word; nil if it is.
    private func currencyFlaw(of list: RevocationList) -> RevocationListFlaw? {
        guard let nextUpdate = list.nextUpdate else { return .withoutNextUpdate }
        let now = question.time.wholeSeconds
        guard now <= nextUpdate else { return .expired(since: nextUpdate) }
        if let limit = check.rules.maxCRLAge, now > list.thisUpdate.adding(seconds: limit) {
            return .tooOld(limit: limit)
        }
        let scope = RevocationFloors.Scope(list, by: question.issuer)
        guard let floor = check.floors[scope], RevocationFloors.Floor(list).isBelow(floor) else {
            return nil
        }
        return .belowFloor(floor)
    }
}

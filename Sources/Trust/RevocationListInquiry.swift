import Encodings
import X509

/// Asks the lists at hand about one certificate.
///
/// - SeeAlso: RFC 5280 section 6.3.3; section 11 of the conformance list.
struct RevocationListInquiry {
    let question: RevocationQuestion
    let check: RevocationCheck
    /// The points whose lists the issuer itself issues.
    let points: [DistributionPoint]
    private let hasIndirectPoints: Bool

    /// An inquiry about a certificate with these distribution points.
    init(_ question: RevocationQuestion, points: [DistributionPoint], of check: RevocationCheck) {
        self.question = question
        self.check = check
        self.points = points.filter(\.listIssuer.isEmpty)
        hasIndirectPoints = self.points.count < points.count
    }

    /// What all the lists say together.
    ///
    /// A list that says that the certificate is revoked is believed though it has expired, or a newer
    /// one is silent: only a hold is ever undone. That it is not revoked takes lists that count, and
    /// that together are about every reason.
    func finding() -> RevocationFinding {
        var finding = RevocationFinding()
        let lists = fittingLists(&finding)
        if let revoked = firstRevocation(in: lists) {
            finding.decision = .revoked(revoked)
            return finding
        }
        var covers: [Cover] = []
        let generations = ListGenerations(lists)
        for base in lists where !base.list.isDelta && generations.isNewest(base) {
            guard let pair = pair(with: base, of: lists, &finding) else { continue }
            if let held = hold(in: pair) {
                finding.decision = .revoked(held)
                return finding
            }
            let ends = pair.compactMap { $0.end(by: check.rules) }
            covers.append(
                Cover(source: base.source, reasons: base.reasons, end: ends.min() ?? question.time))
        }
        decide(covers, &finding)
        let hasBase = lists.contains { !$0.list.isDelta }
        if !hasBase || finding.gaps.isEmpty { finding.gaps.append(absence) }
        return finding
    }

    /// What is missing where no list at hand is about the certificate.
    var absence: RevocationGap {
        let issuer = question.certificate.issuer
        guard points.isEmpty, hasIndirectPoints else {
            return .noList(issuer: issuer, urls: points.flatMap(\.urls))
        }
        return .indirectListsOnly(issuer: issuer)
    }
}

// What lists say that the certificate is revoked.
extension RevocationListInquiry {
    /// The earliest revocation that nothing undoes; nil if there is none.
    private func firstRevocation(in lists: [FittingList]) -> RevokedCertificate? {
        let revocations = lists.flatMap { list in
            list.entries.filter { entry in
                entry.reason != .certificateHold && entry.reason != .removeFromCRL
                    && !question.isExcused(by: entry.invalidityDate)
            }.map { RevokedCertificate($0, by: list.source) }
        }
        return revocations.min { $0.since < $1.since }
    }

    /// The hold that a list and its delta leave; nil if the certificate is not on hold.
    ///
    /// The latest by its date decides; a hold is not undone by something of the same second.
    private func hold(in pair: [FittingList]) -> RevokedCertificate? {
        var latest: RevokedCertificate?
        for list in pair {
            for entry in list.entries {
                let isHold = entry.reason == .certificateHold
                guard isHold || entry.reason == .removeFromCRL else { continue }
                if isHold, question.isExcused(by: entry.invalidityDate) { continue }
                if let since = latest?.since {
                    guard isHold ? entry.revocationDate >= since : entry.revocationDate > since
                    else { continue }
                }
                latest = RevokedCertificate(entry, by: list.source)
            }
        }
        return latest?.reason == .certificateHold ? latest : nil
    }
}

// What lists say that it is not.
extension RevocationListInquiry {
    /// A list that counts, with its delta, and does not list the certificate.
    private struct Cover {
        let source: RevocationSource
        let reasons: Set<RevocationReason>
        /// The first moment at which it no longer counts.
        let end: Timestamp
    }

    /// `base` with its delta, if it has one; nil where it does not count, its delta is missing, or a
    /// delta at hand is of a time that neither knows.
    func pair(
        with base: FittingList, of lists: [FittingList], _ finding: inout RevocationFinding
    ) -> [FittingList]? {
        if let flaw = base.flaw {
            finding.gaps.append(.list(base.facts, flaw))
            return nil
        }
        let freshest = [base.list.freshestPoints, question.certificate.freshestPoints]
        let isNeeded = freshest.contains { $0 != nil }
        var gaps: [RevocationGap] = []
        let siblings = lists.filter { $0.isDelta(inScopeOf: base) }
        let generations = ListGenerations(siblings)
        for delta in siblings where generations.isNewest(delta) {
            switch delta.flaw(asDeltaTo: base) {
            case nil:
                guard let flaw = delta.flaw else { return [base, delta] }
                gaps.append(.list(delta.facts, flaw))
            // What has happened since is in a list that is not here.
            case .needsNewerBase(let number)?:
                finding.gaps.append(.list(delta.facts, .needsNewerBase(number: number)))
                return nil
            case let flaw?: gaps.append(.list(delta.facts, flaw))
            }
        }
        guard isNeeded else { return [base] }
        let urls = freshest.flatMap { $0 ?? [] }.flatMap(\.urls)
        finding.gaps += gaps + [.list(base.facts, .withoutDelta(urls: urls))]
        return nil
    }

    /// Good, if together the lists are about every reason; good as long as the lists that this needs
    /// count.
    private func decide(_ covers: [Cover], _ finding: inout RevocationFinding) {
        var missing = RevocationReason.all
        for cover in covers.sorted(by: { $0.end > $1.end }) {
            missing.subtract(cover.reasons)
            guard missing.isEmpty else { continue }
            finding.decision = .good(by: cover.source, until: cover.end)
            return
        }
        if !covers.isEmpty { finding.gaps.append(.uncoveredReasons(missing)) }
    }
}

extension RevokedCertificate {
    /// What an entry of a list says.
    fileprivate init(_ entry: RevokedEntry, by source: RevocationSource) {
        since = entry.revocationDate
        reason = entry.reason
        invalidityDate = entry.invalidityDate
        self.source = source
    }
}

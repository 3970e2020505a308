public import Encodings
public import X509

/// Tells from what is at hand whether the certificates of a chain are revoked.
///
/// One check serves a whole run: it remembers what it verified, and asks no network, disk or clock.
///
/// - SeeAlso: section 11 of the conformance list, O1 to O6 and section 17.
public final class RevocationCheck: Sendable {
    let evidence: RevocationEvidence
    let rules: RevocationRules
    let floors: RevocationFloors
    let memory = RevocationMemory()
    private let impliesPoints: Bool
    /// A check by what was here before, in which nothing is undone.
    private let own: RevocationCheck?

    /// A check by `rules` of what `evidence` says, as far as `floors` let it.
    public convenience init(
        evidence: RevocationEvidence, rules: RevocationRules, floors: RevocationFloors
    ) {
        self.init(evidence: evidence, rules: rules, floors: floors, impliesPoints: false)
    }

    /// A check of what `own` asks and of what was brought besides: it may tell what was not known,
    /// and never that a certificate is good which is revoked without it.
    public convenience init(_ own: RevocationCheck, besides brought: RevocationEvidence) {
        self.init(
            evidence: RevocationEvidence(
                lists: own.evidence.lists + brought.lists,
                responses: own.evidence.responses + brought.responses),
            rules: own.rules, floors: own.floors, impliesPoints: own.impliesPoints, own: own)
    }

    /// The same; `impliesPoints` says whether every certificate is asked about in any list of its
    /// issuer, though it names none. That is RFC 5280 section 6.3.3 to the letter, and not what the
    /// specification of the Notary Project has for images, where such a certificate cannot be revoked.
    init(
        evidence: RevocationEvidence, rules: RevocationRules, floors: RevocationFloors,
        impliesPoints: Bool, own: RevocationCheck? = nil
    ) {
        self.evidence = evidence
        self.rules = rules
        self.floors = floors
        self.impliesPoints = impliesPoints
        self.own = own
    }

    /// What is known at `time` of each certificate of `chain` but the root.
    ///
    /// Each certificate of `chain` must be issued by the next, of which the caller has made sure.
    /// `reference` is when the signature was made, as far as that is proven: a certificate that is
    /// known to be no good only since later counts as not revoked. It is nil where nothing proves it.
    public func status(
        of chain: CertificateChain, at time: Timestamp, reference: Timestamp?
    ) -> RevocationStatus {
        let key = RevocationMemory.Key(chain: chain, time: time, reference: reference)
        return memory.status(for: key) {
            var certificates: [CertificateRevocation] = []
            var proofs: [RevocationProof] = []
            var known: Set<RevocationProof> = []
            for (certificate, issuer) in zip(chain.certificates, chain.authorities) {
                let question = RevocationQuestion(
                    certificate: certificate, issuer: issuer, time: time, reference: reference,
                    clockTolerance: rules.clockTolerance)
                let finding = finding(question)
                certificates.append(finding.decision ?? .unknown(finding.rankedGaps))
                proofs += finding.proofs.filter { known.insert($0).inserted }
            }
            return RevocationStatus(certificates: certificates, proofs: proofs)
        }
    }

    /// What responses say, and where they say nothing definite, lists.
    func finding(_ question: RevocationQuestion) -> RevocationFinding {
        if let own {
            let before = own.finding(question)
            if case .revoked? = before.decision { return before }
        }
        var finding = RevocationFinding()
        let hasResponder = question.certificate.namesOCSP
        if hasResponder { finding = RevocationResponseInquiry(question, of: self).finding() }
        guard finding.decision == nil else { return finding }
        if let lists = listFinding(question) {
            finding.add(lists)
        } else if !hasResponder {
            finding.decision = rules.requiresInformation ? .unknown([.noSource]) : .withoutSource
        }
        return finding
    }

    /// What lists say; nil for a certificate that names none.
    func listFinding(_ question: RevocationQuestion) -> RevocationFinding? {
        var points = question.certificate.distributionPoints
        if impliesPoints {
            points = (points ?? []) + [.implied(by: question.certificate.issuer)]
        }
        guard let points else { return nil }
        return RevocationListInquiry(question, points: points, of: self).finding()
    }
}

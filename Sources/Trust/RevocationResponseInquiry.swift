import Encodings
import X509

/// Asks the OCSP responses at hand about one certificate.
///
/// - SeeAlso: RFC 6960 section 3.2; sections 11 and 17 of the conformance list.
struct RevocationResponseInquiry {
    private let question: RevocationQuestion
    private let check: RevocationCheck

    /// What one response says of the certificate.
    private struct Claim {
        let response: OCSPResponse
        let answer: OCSPAnswer
        /// The first moment at which the responder's own certificate is no longer known to be good.
        let responderEnd: Timestamp?

        var source: RevocationSource { RevocationSource(kind: .ocsp, digest: response.digest) }
    }

    init(_ question: RevocationQuestion, of check: RevocationCheck) {
        self.question = question
        self.check = check
    }

    /// What all the responses say together.
    ///
    /// One that says that the certificate is revoked is believed though it has expired, or a newer one
    /// says otherwise: only a hold is ever undone. For the rest the newest decides.
    func finding() -> RevocationFinding {
        var finding = RevocationFinding()
        let claims = provenClaims(&finding)
        let revocations = claims.compactMap { revocation(in: $0) }
        let lasting = revocations.filter { $0.reason != .certificateHold }
        if let revoked = lasting.min(by: { $0.since < $1.since }) {
            finding.decision = .revoked(revoked)
            return finding
        }
        let newest = claims.map(\.answer.thisUpdate).max()
        for claim in claims where claim.answer.thisUpdate == newest {
            let decision = decision(by: claim, &finding)
            // Of several with the same date, one that holds goes before one that does not.
            if case .revoked? = decision {
                finding.decision = decision
            } else {
                finding.decision = finding.decision ?? decision
            }
        }
        if claims.isEmpty, finding.gaps.isEmpty {
            let certificate = question.certificate
            finding.gaps.append(
                .noResponse(issuer: certificate.issuer, urls: certificate.ocspLocations ?? []))
        }
        return finding
    }

    /// What `claim` says if it counts; nil where it decides nothing.
    private func decision(by claim: Claim, _ finding: inout RevocationFinding)
        -> CertificateRevocation?
    {
        let facts = OCSPResponseFacts(claim.response, claim.answer)
        guard let nextUpdate = claim.answer.nextUpdate else {
            finding.gaps.append(.response(facts, .withoutNextUpdate))
            return nil
        }
        guard question.time.wholeSeconds <= nextUpdate else {
            finding.gaps.append(.response(facts, .expired(since: nextUpdate)))
            return nil
        }
        let end = nextUpdate.adding(seconds: 1)
        let good = CertificateRevocation.good(
            by: claim.source, until: min(end, claim.responderEnd ?? end))
        switch claim.answer.status {
        case .good: return good
        case .revoked: return revocation(in: claim).map { .revoked($0) } ?? good
        case .unknown:
            finding.gaps.append(.response(facts, .doesNotKnow))
            return nil
        }
    }

    /// The revocation of which `claim` speaks; nil if it speaks of none that concerns the signature.
    private func revocation(in claim: Claim) -> RevokedCertificate? {
        guard case .revoked(let since, let reason) = claim.answer.status,
            !question.isExcused(by: claim.answer.invalidityDate)
        else { return nil }
        return RevokedCertificate(
            since: since, reason: reason, invalidityDate: claim.answer.invalidityDate,
            source: claim.source)
    }

    /// What the responses say of the certificate that somebody signed who may.
    private func provenClaims(_ finding: inout RevocationFinding) -> [Claim] {
        var claims: [Claim] = []
        for response in check.evidence.responses {
            for answer in response.answers(for: question.certificate, issuedBy: question.issuer) {
                let facts = OCSPResponseFacts(response, answer)
                switch responder(of: response, &finding) {
                case .refused(let flaw): finding.gaps.append(.response(facts, flaw))
                case .proven(let end):
                    let unknown =
                        response.unknownCriticalExtensions + answer.unknownCriticalExtensions
                    guard unknown.isEmpty else {
                        finding.gaps.append(.response(facts, .unknownCriticalExtensions(unknown)))
                        continue
                    }
                    guard !question.isAhead(max(response.producedAt, answer.thisUpdate)) else {
                        finding.gaps.append(.response(facts, .fromFuture))
                        continue
                    }
                    finding.proofs.append(RevocationProof(response, answer, by: question.issuer))
                    claims.append(Claim(response: response, answer: answer, responderEnd: end))
                }
            }
        }
        return claims
    }

    private enum Responder {
        /// Who signed may; nothing says so any longer from the moment on, if there is one.
        case proven(until: Timestamp?)
        case refused(OCSPResponseFlaw)
    }

    /// Whether who signed the response may speak for the issuer, as far as is known now.
    private func responder(of response: OCSPResponse, _ finding: inout RevocationFinding)
        -> Responder
    {
        switch check.memory.signature(of: response, under: question.issuer) {
        case .issuer: return .proven(until: nil)
        case .refused(let flaw): return .refused(.unproven(flaw))
        case .delegate(let delegate):
            guard !delegate.isResponderUnchecked else { return .proven(until: nil) }
            // The specification asks lists alone: a responder is not its own witness.
            let lists = check.listFinding(
                RevocationQuestion(
                    certificate: delegate, issuer: question.issuer, time: question.time,
                    reference: nil, clockTolerance: question.clockTolerance))
            finding.proofs += lists?.proofs ?? []
            switch lists?.decision {
            case .good(_, let until): return .proven(until: until)
            case .revoked(let revoked): return .refused(.responderRevoked(revoked))
            case .withoutSource, .unknown, nil:
                return .refused(.responderUnknown(lists?.rankedGaps ?? [.responderWithoutSource]))
            }
        }
    }
}

import Encodings
import Notary
import Trust
import X509

/// Judges when a signature was made, as far as anybody but its signer vouches for that.
///
/// - SeeAlso: Notary Project, trust-store-trust-policy.md, "Authentic timestamp"; section 7 of the
///   conformance list, `verifyTimestamp`; decisions 22 and 25.
struct TimestampJudge {
    let criteria: SignatureCriteria
    let time: Timestamp
    /// What tells of revocation, and keeps what was proven.
    let witnesses: Witnesses

    /// Under a signing authority every certificate was valid at its time, which has come (rule
    /// S-time); else at the time of a time stamp where the policy lists authorities for those, and
    /// otherwise now.
    func judge(_ envelope: VerifiedEnvelope) -> TimestampJudgement {
        if let authentic = envelope.attributes.authenticSigningTime {
            guard hasCome(authentic) else { return TimestampJudgement(.signedInFuture(authentic)) }
            return TimestampJudgement(validity(of: envelope.chain, at: authentic))
        }
        guard wantsToken(envelope.chain) else {
            return TimestampJudgement(validity(of: envelope.chain, at: time))
        }
        guard let token = envelope.envelope.timestampSignature else {
            return TimestampJudgement(.timestampMissing)
        }
        return judge(token, over: envelope)
    }

    /// Whether the policy lists authorities for time stamps, and wants to know now what they say.
    private func wantsToken(_ chain: CertificateChain) -> Bool {
        guard !criteria.stores(of: .tsa).isEmpty else { return false }
        switch criteria.verifyTimestamp {
        case .always: return true
        case .afterCertExpiry:
            return chain.certificates.contains { $0.notAfter < time.wholeSeconds }
        }
    }

    private func judge(_ bytes: [UInt8], over envelope: VerifiedEnvelope) -> TimestampJudgement {
        do throws(TimestampTokenError) {
            let unverified = try UnverifiedTimestampToken(
                bytes, over: envelope.envelope.signature)
            var roots: [Certificate] = []
            for (name, store) in criteria.stores(of: .tsa) {
                switch store {
                // Even where another store would do: what the policy lists must be sound.
                case .unusable(let fault):
                    return TimestampJudgement(.unusableTrustStore(name, fault))
                case .usable(let trusted, _): roots += trusted.certificates
                }
            }
            let token = try TimestampToken(verifying: unverified, roots: roots)
            let finding = finding(token, envelope.chain)
            guard finding.result == .pass else { return TimestampJudgement(finding) }
            // Asked whatever the policy says of the signer's own certificates (rule T26).
            let revocation = witnesses.revocation(
                of: token.chain, at: time, reference: nil, isAuthentic: true)
            guard revocation.result == .pass else { return TimestampJudgement(revocation) }
            witnesses.keep(token)
            return TimestampJudgement(finding, token, end: revocation.end)
        } catch {
            return TimestampJudgement(.timestampRefused(error))
        }
    }

    /// What a token that an authority made says of the chain of a signer.
    private func finding(_ token: TimestampToken, _ chain: CertificateChain) -> Finding {
        let info = token.info
        guard hasCome(info.generationTime) else { return .timestampInFuture(info.generationTime) }
        // Rule T24: valid during all of the time that the token may speak of, to the very second.
        let invalid = chain.certificates.first {
            info.lowerBound < $0.notBefore || $0.notAfter < info.upperBound
        }
        if let invalid {
            return .timestampOutsideValidity(
                from: info.lowerBound, to: info.upperBound, subject: invalid.subject.description,
                notBefore: invalid.notBefore, notAfter: invalid.notAfter)
        }
        return .timestamped(from: info.lowerBound, to: info.upperBound)
    }

    private func hasCome(_ moment: Timestamp) -> Bool {
        moment <= time.adding(seconds: criteria.clockTolerance)
    }

    private func validity(of chain: CertificateChain, at time: Timestamp) -> Finding {
        let invalid = chain.certificates.first { !$0.isValid(at: time) }
        guard let invalid else { return .validAt(time) }
        return .invalidAt(
            time, subject: invalid.subject.description, notBefore: invalid.notBefore,
            notAfter: invalid.notAfter)
    }
}

/// What was found of the time of a signature, and who said it.
struct TimestampJudgement {
    let finding: Finding
    /// The time stamp that was verified; nil where none was looked at, or it does not pass.
    let token: TimestampToken?
    /// The first moment at which it no longer counts, as far as that is known.
    let end: Timestamp?

    init(_ finding: Finding, _ token: TimestampToken? = nil, end: Timestamp? = nil) {
        self.finding = finding
        self.token = token
        self.end = end
    }
}

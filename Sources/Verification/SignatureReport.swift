import Encodings
public import Notary
public import OCI
import Trust
public import X509

/// What was found of one signature.
public struct SignatureReport: Sendable {
    /// The signature manifest.
    public let manifest: Descriptor
    /// The format of the envelope; nil when that is not known.
    public let format: SignatureFormat?
    /// The envelope; nil unless its integrity is proven, so that nothing is told of a signer whom
    /// nobody has authenticated in the least.
    public let envelope: VerifiedEnvelope?
    /// The validations in the order in which they were made. Those after the first that makes the
    /// signature fail were not made (rule V1).
    public let validations: [ValidationOutcome]
    /// The time stamp that vouches for the time of signing; nil where none was asked for, or what
    /// it says does not help.
    public let timestamp: TimestampToken?
    private let timestampEnd: Timestamp?

    init(
        _ manifest: Descriptor, format: SignatureFormat?, _ judgement: SignatureJudgement,
        of envelope: VerifiedEnvelope? = nil
    ) {
        self.manifest = manifest
        self.format = format
        self.envelope = envelope
        validations = judgement.validations
        timestamp = judgement.timestamp
        timestampEnd = judgement.timestampEnd
    }

    /// Verified if nothing that is enforced fails or is unknown.
    public var verdict: Verdict {
        if validations.contains(where: \.isRefusal) { return .refused }
        return validations.contains(where: \.isUndecided) ? .undecided : .verified
    }

    /// The last moment before which a verified signature still passes, as far as time decides; nil
    /// if it never lapses.
    var validUntil: Timestamp? {
        guard let envelope else { return nil }
        var limits: [Timestamp] = []
        if isEnforced(.expiry), let expiry = envelope.attributes.expiry { limits.append(expiry) }
        // Under a signing authority, and by a time stamp, the validity of certificates was settled
        // at another time. A time stamp that the policy wants only later promises nothing yet.
        let isSettled = envelope.attributes.authenticSigningTime != nil || timestamp != nil
        if isEnforced(.authenticTimestamp), !isSettled {
            // A certificate is valid to the end of the second of its notAfter.
            limits += envelope.chain.certificates.map { $0.notAfter.adding(seconds: 1) }
        }
        if isEnforced(.authenticTimestamp), let timestampEnd { limits.append(timestampEnd) }
        limits += validations.filter { $0.action == .enforce }.compactMap(\.finding.end)
        return limits.min()
    }

    /// Whether a trust store vouches for the chain, and the policy names the signer.
    var isAuthentic: Bool {
        validations.contains { $0.validation == .authenticity && $0.finding.result == .pass }
    }

    private func isEnforced(_ validation: Validation) -> Bool {
        validations.contains { $0.validation == validation && $0.action == .enforce }
    }
}

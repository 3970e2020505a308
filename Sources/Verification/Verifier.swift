import Cryptography
import Encodings
import Notary
import OCI
public import OCILayout
public import Trust

/// Judges artifacts: signatures by criteria, content by its digests.
///
/// - SeeAlso: section 10 of the conformance list.
public struct Verifier: Sendable {
    private let time: VerificationTime
    private let options: VerificationOptions

    /// A verifier that judges as of `time`.
    public init(at time: VerificationTime, options: VerificationOptions = VerificationOptions()) {
        self.time = time
        self.options = options
    }

    /// Judges `artifact` by the statement that `trust` has for `scope`.
    ///
    /// - Throws: where nothing could be decided; `.noApplicableStatement` above all.
    public func verify(
        _ artifact: ArtifactInLayout<some LayoutContent>, as scope: RegistryScope,
        trust: TrustConfiguration
    ) throws(VerificationError) -> VerificationOutcome {
        guard let statement = trust.policy.statement(for: scope) else {
            throw .noApplicableStatement(scope)
        }
        let basis = try VerificationError.hashing { () throws(CryptographyError) in
            PolicyBasis(
                scope: scope, policy: statement.name, policyDigest: try trust.policy.digest(),
                trustDigest: try trust.storesDigest())
        }
        return try verify(artifact, by: SignatureCriteria(statement, in: trust), basis)
    }

    /// Judges `artifact` at level strict with `anchors` as the only authorities, for signatures of
    /// `identities`: no policy takes part.
    public func verify(
        _ artifact: ArtifactInLayout<some LayoutContent>, anchors: TrustedCertificates,
        identities: TrustedIdentities
    ) throws(VerificationError) -> VerificationOutcome {
        let criteria = SignatureCriteria(anchors: anchors, identities: identities)
        return try verify(artifact, by: criteria, .none(nil))
    }

    /// `criteria` is nil where no signature is asked for.
    private func verify(
        _ artifact: ArtifactInLayout<some LayoutContent>, by criteria: SignatureCriteria?,
        _ basis: PolicyBasis
    ) throws(VerificationError) -> VerificationOutcome {
        var examined = Examined()
        if let criteria { examined = try examine(artifact, by: criteria) }
        let content: ContentReport =
            options.signaturesOnly ? .unchecked : try ContentReport(checking: artifact)
        let verdict = Self.verdict(isAsked: criteria != nil, examined, content)
        let passing = examined.reports.compactMap(VerifiedSignature.init)
        let limits = examined.reports.filter { $0.verdict == .verified }.map(\.validUntil)
        let report = VerificationReport(
            reference: artifact.reference, target: artifact.target, basis: basis,
            verdict: verdict, time: time,
            validUntil: verdict == .verified ? Self.latest(limits) : nil, content: content,
            signatures: examined.reports,
            refusals: verdict == .refused
                ? refusals(isAsked: criteria != nil, examined, content) : [])
        let passes: VerifiedArtifact.Basis? =
            switch verdict {
            case .verified: .signatures(passing)
            case .skipped: .policySkips
            case .refused, .undecided: nil
            }
        return VerificationOutcome(
            report: report,
            artifact: passes.map { passes in
                VerifiedArtifact(
                    target: artifact.target, basis: passes, isContentChecked: content.isChecked)
            })
    }

    // MARK: Signatures

    private struct Examined {
        var reports: [SignatureReport] = []
        /// Whether there are more signatures than may be examined.
        var isLimited = false
    }

    /// Examines every signature, bad ones too: they are told, and hide no good one (rule V5).
    private func examine(
        _ artifact: ArtifactInLayout<some LayoutContent>, by criteria: SignatureCriteria
    ) throws(VerificationError) -> Examined {
        let judge = SignatureJudge(
            criteria: criteria, time: time.value, metadata: options.metadata)
        let reader = SignatureReader(content: artifact.content)
        var examined = Examined()
        for referrer in artifact.graph.referrers(of: artifact.target) {
            let reading = try reader.read(referrer)
            if case .notASignature = reading { continue }
            guard examined.reports.count < options.signatureCountMax else {
                examined.isLimited = true
                break
            }
            examined.reports.append(
                Self.report(on: referrer.descriptor, reading, by: judge, artifact.target))
        }
        return examined
    }

    private static func report(
        on manifest: Descriptor, _ reading: SignatureReading, by judge: SignatureJudge,
        _ target: Descriptor
    ) -> SignatureReport {
        switch reading {
        case .notASignature:
            SignatureReport(manifest: manifest, format: nil, envelope: nil, validations: [])
        case .failed(let format, let finding):
            SignatureReport(
                manifest: manifest, format: format, envelope: nil,
                validations: judge.validations(failingAt: finding))
        case .verified(let envelope):
            SignatureReport(
                manifest: manifest, format: envelope.envelope.format, envelope: envelope,
                validations: judge.validations(of: envelope, about: target))
        }
    }

    // MARK: Verdict

    private static func verdict(isAsked: Bool, _ examined: Examined, _ content: ContentReport)
        -> Verdict
    {
        guard content.failures.isEmpty else { return .refused }
        guard isAsked else { return .skipped }
        let verdicts = examined.reports.map(\.verdict)
        if verdicts.contains(.verified) { return .verified }
        return verdicts.contains(.undecided) ? .undecided : .refused
    }

    private func refusals(isAsked: Bool, _ examined: Examined, _ content: ContentReport)
        -> [VerificationReport.Refusal]
    {
        var refusals: [VerificationReport.Refusal] = []
        if isAsked, !examined.reports.contains(where: { $0.verdict == .verified }) {
            if examined.reports.isEmpty {
                refusals.append(.noSignature)
            } else {
                refusals.append(
                    examined.isLimited
                        ? .signatureLimit(options.signatureCountMax) : .noSignaturePasses)
            }
        }
        if !content.failures.isEmpty { refusals.append(.content) }
        return refusals
    }

    /// The latest of the moments at which passing signatures lapse: one is enough. Nil if one
    /// never does.
    private static func latest(_ limits: [Timestamp?]) -> Timestamp? {
        var latest: Timestamp?
        for limit in limits {
            guard let limit else { return nil }
            latest = max(latest ?? limit, limit)
        }
        return latest
    }
}

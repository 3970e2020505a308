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
    /// One signer's chain is read once, however many images it signed.
    private let chains = ChainMemory()
    private let witnesses: Witnesses

    /// A verifier that judges as of `time`, and knows of revocation what `revocation` does.
    public init(
        at time: VerificationTime, options: VerificationOptions = VerificationOptions(),
        revocation: RevocationCheck = .nothingAtHand
    ) {
        self.time = time
        self.options = options
        witnesses = Witnesses(revocation)
    }

    /// What was proven so far by somebody whom an installed anchor vouches for: it may move floors.
    public var testimony: Testimony { witnesses.testimony }

    /// Judges `artifact` by the statement that `trust` has for `scope`, and what it lists as far as
    /// the options want.
    ///
    /// - Throws: where nothing could be decided; `.noApplicableStatement` above all.
    public func verify(
        _ artifact: ArtifactInLayout<some LayoutContent>, as scope: RegistryScope,
        trust: TrustConfiguration
    ) throws(VerificationError) -> VerificationOutcome {
        guard let statement = trust.policy.statement(for: scope) else {
            throw .noApplicableStatement(scope)
        }
        let basis = PolicyBasis(
            scope: scope, policy: statement.name, policyDigest: trust.policyDigest,
            trustDigest: trust.storesDigest, settingsDigest: trust.settingsDigest,
            revocationDigest: trust.evidenceDigest)
        let criteria = SignatureCriteria(statement, in: trust)
        var listed: [VerificationReport] = []
        let manifests = try VerificationError.layout { () throws(LayoutError) in
            try artifact.content.manifests(in: artifact.target, options.recursion)
        }
        for manifest in manifests {
            let sibling = artifact.sibling(
                manifest, reference: "\(artifact.content.path)@\(manifest.digest)")
            listed.append(try verify(sibling, by: criteria, basis).report)
        }
        return try verify(artifact, by: criteria, basis, listed)
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

    /// - Parameters:
    ///   - artifact: what is judged.
    ///   - criteria: nil where no signature is asked for.
    ///   - basis: what of the policy the report names.
    ///   - listed: what was concluded of the manifests that the artifact lists.
    /// - Returns: the conclusion; the artifact passes only with everything that was judged in it.
    /// - Throws: where nothing could be decided.
    private func verify(
        _ artifact: ArtifactInLayout<some LayoutContent>, by criteria: SignatureCriteria?,
        _ basis: PolicyBasis, _ listed: [VerificationReport] = []
    ) throws(VerificationError) -> VerificationOutcome {
        var examination = SignatureExamination()
        if let criteria {
            examination = try SignatureExamination(
                artifact, by: criteria, at: time.value, options, chains, witnesses)
        }
        let content: ContentReport =
            options.signaturesOnly ? .unchecked : try ContentReport(checking: artifact)
        let tally = criteria.map {
            SignatureTally(examination.reports, by: $0.requirement)
        }
        let refusals = refusals(tally, examination, content, listed)
        let verdict = Self.verdict(tally, refusals, listed)
        let report = VerificationReport(
            reference: artifact.reference, target: artifact.target, basis: basis,
            verdict: verdict, time: time,
            validUntil: verdict == .verified
                ? ([tally?.validUntil] + listed.map(\.validUntil)).compactMap(\.self).min() : nil,
            content: content, signatures: examination.reports,
            requiredSignatures: tally?.requiredSignatures, manifests: listed, refusals: refusals)
        let passing = examination.reports.compactMap(VerifiedSignature.init)
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

    // MARK: Verdict

    /// `tally` is nil where no signature is asked for.
    private static func verdict(
        _ tally: SignatureTally?, _ refusals: [VerificationReport.Refusal],
        _ listed: [VerificationReport]
    ) -> Verdict {
        guard refusals.isEmpty else { return .refused }
        guard let tally else { return .skipped }
        return listed.contains { $0.verdict == .undecided } ? .undecided : tally.verdict
    }

    private func refusals(
        _ tally: SignatureTally?, _ examination: SignatureExamination, _ content: ContentReport,
        _ listed: [VerificationReport]
    ) -> [VerificationReport.Refusal] {
        var refusals: [VerificationReport.Refusal] = []
        if let tally, tally.verdict == .refused {
            refusals.append(refusal(tally, examination))
        }
        if !content.failures.isEmpty { refusals.append(.content) }
        let count = listed.count { $0.verdict == .refused }
        if count > 0 { refusals.append(.manifests(refused: count, of: listed.count)) }
        return refusals
    }

    private func refusal(_ tally: SignatureTally, _ examination: SignatureExamination)
        -> VerificationReport.Refusal
    {
        if examination.reports.isEmpty { return .noSignature }
        if examination.isLimited { return .signatureLimit(options.signatureCountMax) }
        if let required = tally.requiredSignatures,
            examination.reports.contains(where: { $0.verdict == .verified })
        {
            return .requiredSignatures(count: required.count, threshold: required.threshold)
        }
        return .noSignaturePasses
    }
}

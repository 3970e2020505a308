import Cryptography
import Encodings
import Notary
import OCI
import OCILayout

/// The signatures of one artifact, each held against the criteria. Bad ones are told, and hide no
/// good one (rule V5).
struct SignatureExamination {
    /// What was found of each, in the order of the layout.
    private(set) var reports: [SignatureReport] = []
    /// Whether there are more signatures than may be examined.
    private(set) var isLimited = false

    /// No signature is asked for.
    init() {}

    init(
        _ artifact: ArtifactInLayout<some LayoutContent>, by criteria: SignatureCriteria,
        at time: Timestamp, _ options: VerificationOptions, _ chains: ChainMemory,
        _ witnesses: Witnesses
    ) throws(VerificationError) {
        let judge = SignatureJudge(
            criteria: criteria, time: time, witnesses: witnesses, metadata: options.metadata)
        let reader = SignatureReader(content: artifact.content, chains: chains)
        for referrer in artifact.graph.referrers(of: artifact.target) {
            let reading = try reader.read(referrer.descriptor)
            if case .notASignature = reading { continue }
            guard reports.count < options.signatureCountMax else {
                isLimited = true
                return
            }
            reports.append(
                Self.report(on: referrer.descriptor, reading, by: judge, artifact.target))
            if options.stopsAtFirst,
                SignatureTally(reports, by: criteria.requirement).verdict == .verified
            {
                return
            }
        }
        // Last, so that they use up no place that a good one may need (rule V5).
        for (manifest, problem) in artifact.graph.unreadableReferrers(of: artifact.target) {
            guard let reading = try reader.readFailed(manifest, problem) else { continue }
            guard reports.count < options.signatureCountMax else {
                isLimited = true
                return
            }
            reports.append(Self.report(on: manifest, reading, by: judge, artifact.target))
        }
    }

    private static func report(
        on manifest: Descriptor, _ reading: SignatureReading, by judge: SignatureJudge,
        _ target: Descriptor
    ) -> SignatureReport {
        switch reading {
        case .notASignature:
            SignatureReport(manifest, format: nil, SignatureJudgement([]))
        case .failed(let format, let finding):
            SignatureReport(manifest, format: format, judge.judge(failingAt: finding))
        case .verified(let envelope):
            SignatureReport(
                manifest, format: envelope.envelope.format, judge.judge(envelope, about: target),
                of: envelope)
        }
    }
}

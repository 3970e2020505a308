import Notary
import Trust
import Verification

/// What came out of a case: the verdict in the language of the vectors, and what it rests on.
struct VectorOutcome: Sendable {
    let verdict: VectorVerdict
    /// The validation that refuses; unlike the verdict's, also where the shared vectors count the
    /// reason under none.
    let validation: String?
    /// The rule that is named.
    let rule: String?
    /// The fact as it describes itself.
    let reason: String

    private init(
        _ verdict: VectorVerdict, validation: String? = nil, rule: String?, reason: String
    ) {
        self.verdict = verdict
        self.validation = validation
        self.rule = rule
        self.reason = reason
    }

    /// A verdict that no signature's validations led to.
    init(_ verdict: String, rule: String?, reason: String) {
        self.init(VectorVerdict(verdict: verdict), rule: rule, reason: reason)
    }

    /// As the vectors tell it: skipped is verified, and undecided refused. What a signature
    /// manifest, the number of signatures or a missing plugin decides falls under no validation.
    init(_ outcome: VerificationOutcome) {
        let report = outcome.report
        switch report.verdict {
        case .skipped: self.init("verified", rule: nil, reason: "skipped")
        case .verified:
            let passing = report.signatures.first { $0.verdict == .verified }
            let warnings = passing?.validations.filter(\.isWarning).map(\.validation.rawValue)
            self.init(
                VectorVerdict(verdict: "verified", warnings: Set(warnings ?? [])), rule: nil,
                reason: "verified")
        case .refused, .undecided:
            let decisive = report.refusals.first { $0 != .noSignaturePasses }
            let failing = report.signatures.flatMap(\.validations)
                .first { $0.isRefusal || $0.isUndecided }
            guard decisive == nil, let failing else {
                self.init(
                    "refused", rule: decisive == .noSignature ? "V3" : nil,
                    reason: decisive.map { "\($0)" } ?? "")
                return
            }
            let validation = failing.validation.rawValue
            self.init(
                VectorVerdict(
                    verdict: "refused",
                    failing: failing.finding.isOutsideValidations ? nil : validation),
                validation: validation, rule: failing.finding.rule, reason: "\(failing.finding)")
        }
    }
}

extension Finding {
    fileprivate var isOutsideValidations: Bool {
        switch self {
        case .malformedManifest, .unreadable, .pluginMissing: true
        case .broken(let failure): ["B7", "F2"].contains(failure.rule)
        default: false
        }
    }
}

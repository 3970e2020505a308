import Encodings
import Notary
import OCI
import OCILayout
import Trust
import Verification
import X509

extension VerificationReport {
    /// The verdict, then a line for everything that speaks against a signature or the content.
    var lines: [String] {
        var lines = ["\(verdict.rawValue): \(ForeignText(reference))\(targetText)\(basisText)"]
        lines += refusals.map { "  \($0.words)" }
        if let requiredSignatures { lines += requiredSignatures.lines }
        lines += content.failures.map { failure in
            "  content: \(failure.descriptor.digest) \(failure.reason.words)"
        }
        if verdict == .verified || verdict == .skipped {
            lines.append(
                content.isChecked
                    ? "  content: \(content.blobCount) blobs, \(content.byteCount) bytes, whole"
                    : "  content: not read")
        }
        lines += content.absentForeignLayers.map { LayoutCheck.Note.absentForeignLayer($0) }
            .map { "  content: \($0.sentence.text)" }
        for signature in signatures { lines += signature.lines }
        for manifest in manifests { lines += manifest.lines.map { "  \($0)" } }
        return lines
    }

    private var targetText: String { target.map { " \($0.digest)" } ?? "" }

    private var basisText: String {
        let policy = policy.map { " by policy \"\(ForeignText($0))\"" } ?? ""
        return time.source == .replay ? "\(policy), replayed at \(time.value)" : policy
    }
}

extension RequiredSignaturesReport {
    fileprivate var lines: [String] {
        ["  required: \(threshold) of \(signers.count) signers, \(count) have signed"]
            + signers.map { signer in
                let signature = signer.signature.map { "signature \($0)" } ?? "no signature"
                return "    \(ForeignText(signer.name)): \(signature)"
            }
    }
}

extension SignatureReport {
    fileprivate var lines: [String] {
        let signer =
            envelope.map {
                ", signed by \(ForeignText(escaped: $0.chain.leaf.subject.description))"
            } ?? ""
        let time = envelope?.attributes.statedTime.map { ", \($0)" } ?? ""
        var lines = ["  signature \(manifest.digest): \(verdict.rawValue)\(signer)\(time)"]
        if let timestamp {
            lines.append(
                "    time-stamped: \(timestamp.info.generationTime.preciseDescription), by "
                    + "\(ForeignText(escaped: timestamp.chain.leaf.subject.description))")
        }
        for outcome in validations where outcome.finding.result != .pass {
            let kind =
                outcome.action == .enforce ? outcome.finding.result.rawValue : "warning"
            guard outcome.action != .skip else { continue }
            lines.append(
                "    \(outcome.validation.rawValue): \(kind): \(outcome.finding.sentence.text)"
            )
        }
        return lines
    }
}

extension VerificationReport.Refusal {
    var words: String {
        switch self {
        case .noSignature: "it has no signature"
        case .noSignaturePasses: "none of its signatures passes"
        case .signatureLimit(let limit):
            "none of its first \(limit) signatures passes, and there are more"
        case .requiredSignatures(let count, let threshold):
            "\(count) of the \(threshold) signers that this site requires have signed"
        case .content: "its content is not whole"
        case .manifests(let refused, let count):
            "\(refused) of the \(count) manifests that it lists are refused"
        }
    }
}

import BundleFormat
import Encodings
import OCI
import Receiving
import State
import Verification

/// What receive and release say of a bundle.
struct ReceiveAnswer {
    let outcome: ReceiveOutcome
    /// The layout as it was named.
    let layout: String
    /// Whether it only would have been so.
    let isRehearsal: Bool

    /// Says it, to people or to programs.
    func give(asJSON: Bool) -> ExitStatus {
        if asJSON { Terminal.answer(json) }
        switch outcome {
        case .released(let report), .held(let report):
            if !asJSON { lines(report).forEach { Terminal.answer($0) } }
            notes(report)
            return .yes
        case .rejected(let rejected):
            if !asJSON {
                let bundle = "bundle \(rejected.sequence) from \(rejected.origin)"
                Terminal.answer(
                    (isRehearsal ? "\(bundle) would be rejected" : "rejected \(bundle)")
                        + ": \(ForeignText(rejected.reason))")
                Terminal.answer("  bundle \(rejected.bundle)")
            }
            return .yes
        case .refused(let refusal, _):
            if !asJSON { refusal.judged.forEach { Terminal.answer($0) } }
            Terminal.complain(refusal.sentence.after("bundle refused (\(refusal.code))"))
            return .refused
        case .undecided(let doubt, _):
            if !asJSON { doubt.judged.forEach { Terminal.answer($0) } }
            Terminal.complain(doubt.sentence)
            return .undecided
        }
    }

    private func notes(_ report: ReceiveReport) {
        if !report.isEvidenceKept {
            Terminal.say(
                "note: the CRLs and OCSP responses that came along could not be kept in the home, so "
                    + "verify will not know of them")
        }
        let withheld = report.roots.filter(\.isWithheld)
        if !withheld.isEmpty {
            Terminal.say(
                "note: \(withheld.count) of \(report.roots.count) images "
                    + "\(isRehearsal ? "would stay" : "stay") in quarantine until prune --rejected; "
                    + "the sender has to send them again")
        }
        guard isRehearsal else { return }
        Terminal.say(
            "note: nothing was changed; whether the disk has room, and the layout can be written, only "
                + "a real run finds out")
        if report.isScanMissing {
            Terminal.say(
                "note: the scanner was not asked: it needs files, which a dry run does not make")
        }
    }

    // MARK: Lines

    private func lines(_ report: ReceiveReport) -> [String] {
        let bundle = report.bundle
        var lines = [
            deed("bundle \(bundle.sequence) from \(bundle.origin)") + " \(ForeignText(layout))",
            "  bundle \(bundle.bundle)",
            "  \(report.blobCount) blobs, \(report.byteCount) bytes, \(report.referrerCount) "
                + "signatures and other referrers",
        ]
        if !report.lifted.isEmpty {
            let options = ChainOverride.allCases.filter(report.lifted.contains).map(\.option)
            lines.append("  lifted: \(options.joined(separator: ", "))")
        }
        for judged in report.roots {
            let name = judged.root.name.map { "\(ForeignText($0))" } ?? "(untagged)"
            let mark = judged.isWithheld ? "withheld, " : ""
            lines.append(
                "  \(mark)\(judged.report.verdict.rawValue) \(judged.root.descriptor.digest)  "
                    + "\(name)  for \(judged.root.repository)")
            if judged.isWithheld {
                lines += judged.judged.map { "  \($0)" }
            }
        }
        return lines
    }

    /// What became of the bundle, or would have.
    private func deed(_ bundle: String) -> String {
        switch outcome {
        case .held:
            isRehearsal
                ? "\(bundle) would be held in the quarantine of"
                : "held \(bundle) in the quarantine of"
        default: isRehearsal ? "\(bundle) would be released into" : "released \(bundle) into"
        }
    }

    // MARK: JSON

    private var json: JSON {
        switch outcome {
        case .released(let report): json("released", report)
        case .held(let report): json("held", report)
        case .rejected(let rejected):
            json(
                "rejected", code: nil, reason: rejected.reason, rejected.json, images: [],
                signature: nil, lifted: rejected.lifted)
        case .refused(let refusal, let bundle):
            json(
                "refused", code: refusal.code, reason: refusal.sentence.text,
                bundle?.json ?? .null, images: refusal.images, signature: refusal.signature)
        case .undecided(let doubt, let bundle):
            json(
                "undecided", code: nil, reason: doubt.sentence.text, bundle?.json ?? .null,
                images: doubt.images, signature: doubt.signature)
        }
    }

    private func json(_ verdict: String, _ report: ReceiveReport) -> JSON {
        json(
            verdict, code: nil, reason: nil, report.bundle.json, images: report.roots,
            signature: report.signature, lifted: report.lifted, isScanMissing: report.isScanMissing)
    }

    private func json(
        _ verdict: String, code: String?, reason: String?, _ bundle: JSON, images: [JudgedRoot],
        signature: VerificationReport?, lifted: Set<ChainOverride> = [],
        isScanMissing: Bool = false
    ) -> JSON {
        [
            "verdict": .string(verdict), "dryRun": .boolean(isRehearsal),
            "code": code.map { .string($0) } ?? .null,
            "reason": reason.map { .string($0) } ?? .null, "bundle": bundle,
            "accepted": .array(
                ChainOverride.allCases.filter(lifted.contains).map { .string($0.rawValue) }),
            "scannerNotAsked": .boolean(isScanMissing),
            "signature": signature?.json(in: .sentences) ?? .null,
            "images": .array(
                images.map { image in
                    [
                        "image": image.root.summary,
                        "released": .boolean(verdict == "released" && !image.isWithheld),
                        "verification": image.report.json(in: .sentences),
                        "scan": image.scan?.json() ?? .null,
                    ]
                }),
        ]
    }
}

extension ReceivedBundle {
    var json: JSON {
        [
            "digest": .string(bundle.description), "origin": .string(origin.text),
            "destination": .string(destination.text), "stream": .string(stream.text),
            "sequence": .integer(sequence), "created": .string(created.description),
            "useBy": .string(useBy.description),
        ]
    }
}

extension RejectedBundle {
    fileprivate var json: JSON {
        [
            "digest": .string(bundle.description), "origin": .string(origin.text),
            "stream": .string(stream.text), "sequence": .integer(sequence),
        ]
    }
}

extension JudgedRoot {
    /// What was found, for people.
    fileprivate var judged: [String] { report.lines + (scan?.lines ?? []) }
}

extension ReceiveRefusal {
    fileprivate var images: [JudgedRoot] {
        switch self {
        case .image(let roots), .scan(let roots): roots
        default: []
        }
    }

    fileprivate var signature: VerificationReport? {
        if case .bundleSignature(let report) = self { return report }
        return nil
    }

    /// The verdicts that led to it, for people.
    fileprivate var judged: [String] { images.flatMap(\.judged) + (signature?.lines ?? []) }
}

extension ReceiveDoubt {
    fileprivate var images: [JudgedRoot] {
        switch self {
        case .images(let roots), .scan(let roots): roots
        case .bundleSignature: []
        }
    }

    fileprivate var signature: VerificationReport? {
        if case .bundleSignature(let report) = self { return report }
        return nil
    }

    fileprivate var judged: [String] { images.flatMap(\.judged) + (signature?.lines ?? []) }
}

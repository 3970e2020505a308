import ArgumentParser
import BundleFormat
import Encodings
import OCI
import Receiving
import UseCases
import Verification

struct ReceiveCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "receive",
        abstract: "Take a bundle in, if all of it is in order.",
        discussion: """
            The bundle's signature, destination, dates and place in its stream are judged first, by \
            what this site knows of the origin; then every byte is hashed into quarantine, and every \
            image judged by this site's own trust policy. Only when all of it passes do the images \
            appear in the layout. Nothing that the bundle carries chooses how it is checked.

            Example:
              airseal receive /media/bundle.tar --into layout
            """)

    @Argument(
        help: ArgumentHelp("A bundle: a tar or a folder.", valueName: "bundle"), completion: .file()
    )
    var bundle: String

    @Option(
        help: ArgumentHelp("The layout, made when missing.", valueName: "layout"),
        completion: .directory)
    var into: String

    @Flag(help: "Let names point to the received images where they stand for others.")
    var replace = false

    @OptionGroup var home: HomeOption
    @OptionGroup var state: StateOption
    @OptionGroup var wait: WaitOption
    @OptionGroup var output: JSONFlag

    func perform() throws -> ExitStatus {
        let site = try Site.recovered(
            home: home.home, state: state.state, patience: wait.patience,
            progress: Progress("receiving", of: [bundle]))
        let outcome = try site.receive(
            bundle, into: into, replace: replace, patience: wait.patience)
        if output.json { Terminal.answer(outcome.json) }
        switch outcome {
        case .released(let report):
            if !output.json { report.lines(into: into).forEach { Terminal.answer($0) } }
            if !report.isEvidenceKept {
                Terminal.say(
                    "note: the CRLs and OCSP responses that came along could not be kept in the "
                        + "home, so verify will not know of them")
            }
            return .yes
        case .refused(let refusal, _):
            if !output.json { refusal.judged.forEach { Terminal.answer($0) } }
            Terminal.complain(refusal.sentence.after("bundle refused (\(refusal.code))"))
            return .refused
        case .undecided(let doubt, _):
            if !output.json { doubt.judged.forEach { Terminal.answer($0) } }
            Terminal.complain(doubt.sentence)
            return .undecided
        }
    }
}

extension ReceiveReport {
    fileprivate func lines(into layout: String) -> [String] {
        var lines = [
            "released bundle \(bundle.sequence) from \(bundle.origin) into \(ForeignText(layout))",
            "  bundle \(bundle.bundle)",
            "  \(blobCount) blobs, \(byteCount) bytes, \(referrerCount) signatures and other "
                + "referrers",
        ]
        for judged in roots {
            let name = judged.root.name.map { "\(ForeignText($0))" } ?? "(untagged)"
            lines.append(
                "  \(judged.report.verdict.rawValue) \(judged.root.descriptor.digest)  \(name)  "
                    + "for \(judged.root.repository)")
        }
        return lines
    }
}

extension ReceiveOutcome {
    fileprivate var json: JSON {
        switch self {
        case .released(let report):
            Self.json(
                "released", code: nil, reason: nil, report.bundle, images: report.roots,
                signature: report.signature)
        case .refused(let refusal, let bundle):
            Self.json(
                "refused", code: refusal.code, reason: refusal.sentence.text, bundle,
                images: refusal.images, signature: refusal.signature)
        case .undecided(let doubt, let bundle):
            Self.json(
                "undecided", code: nil, reason: doubt.sentence.text, bundle, images: doubt.images,
                signature: doubt.signature)
        }
    }

    private static func json(
        _ verdict: String, code: String?, reason: String?, _ bundle: ReceivedBundle?,
        images: [JudgedRoot], signature: VerificationReport?
    ) -> JSON {
        [
            "verdict": .string(verdict), "code": code.map { .string($0) } ?? .null,
            "reason": reason.map { .string($0) } ?? .null, "bundle": bundle?.json ?? .null,
            "signature": signature?.json(in: .sentences) ?? .null,
            "images": .array(
                images.map {
                    ["image": $0.root.summary, "verification": $0.report.json(in: .sentences)]
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

extension ReceiveRefusal {
    fileprivate var images: [JudgedRoot] {
        if case .image(let roots) = self { return roots }
        return []
    }

    fileprivate var signature: VerificationReport? {
        if case .bundleSignature(let report) = self { return report }
        return nil
    }

    /// The verdicts that led to it, for people.
    fileprivate var judged: [String] {
        images.flatMap(\.report.lines) + (signature?.lines ?? [])
    }
}

extension ReceiveDoubt {
    fileprivate var images: [JudgedRoot] {
        if case .images(let roots) = self { return roots }
        return []
    }

    fileprivate var signature: VerificationReport? {
        if case .bundleSignature(let report) = self { return report }
        return nil
    }

    fileprivate var judged: [String] {
        images.flatMap(\.report.lines) + (signature?.lines ?? [])
    }
}

import ArgumentParser
import Encodings
import OCI
import OCILayout
import Trust
import UseCases
import Verification

struct VerifyCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Judge images by the trust policy of this site.",
        discussion: """
            The statement of the policy that names the repository decides which authorities and \
            identities count and which checks are enforced. Every signature is examined, and every \
            blob of the image is hashed. Nothing that the medium says chooses how it is checked.

            One signature that passes is enough, unless verification.json in the home requires those \
            of several signers. With --recursive an index passes only if every image in it does, too.

            Where a certificate names a source of revocation data, it is judged by the CRLs and OCSP \
            responses that revocation add has put into the home. Where none of them tells, the \
            verdict is undecided under a policy that enforces revocation. What was proven moves up \
            the floors in the state.

            Verdicts: verified (0), refused (1), undecided (2), skipped where the policy says so (0).

            Examples:
              airseal verify layout:v1 --scope site.example/app
              airseal verify bundle.tar:v1 --scope site.example/app --home /etc/airseal --json
              airseal verify layout --all --recursive --scope site.example/app
              airseal verify layout:v1 --scope site.example/app --metadata build=42
            """)

    @Argument(
        help: ArgumentHelp("LAYOUT or ARCHIVE with :TAG or @DIGEST.", valueName: "reference"),
        completion: .file())
    var references: [String]

    @Option(
        help: ArgumentHelp(
            "For which repository the images are judged, as a registry scope of the policy.",
            valueName: "repository"))
    var scope: String

    @Flag(help: "Judge every named image of the layouts, except signatures and bundles.")
    var all = false

    @Flag(help: "Stop at the first signature that passes, and leave the rest unexamined.")
    var first = false

    @OptionGroup var recursion: RecursionOptions

    @Option(
        help: ArgumentHelp(
            "What a signature must have signed as metadata, byte for byte. Repeat for more.",
            valueName: "name=value"))
    var metadata: [SignedMetadata] = []

    @Option(
        help: ArgumentHelp(
            "How many signatures of one image are examined at most.", valueName: "number"))
    var maxSignatures = Limits.signatureCountMax

    @Flag(help: "Leave layers and configurations unread.")
    var signaturesOnly = false

    @Option(
        help: ArgumentHelp(
            "Judge as if it were another time: a replay, marked as such in the verdict.",
            valueName: "RFC 3339 time"))
    var at: Timestamp?

    @OptionGroup var home: HomeOption
    @OptionGroup var state: StateOption
    @OptionGroup var output: JSONFlag

    func validate() throws {
        guard maxSignatures > 0 else {
            throw ValidationError("--max-signatures takes a number above zero")
        }
        try metadata.checkDistinct()
    }

    func perform() throws -> ExitStatus {
        var request = VerifyRequest(references: references, scope: try parsedScope())
        request.all = all
        request.options = VerificationOptions(
            signaturesOnly: signaturesOnly, signatureCountMax: maxSignatures, stopsAtFirst: first,
            recursion: recursion.recursion, metadata: metadata.map { ($0.name, $0.value) })
        request.at = at
        let progress = Progress("verifying", ofArchives: references)
        let report = Site.here(home: home.home, state: state.state, progress: progress).verify(
            request)
        let conclusions = report.conclusions
        if output.json {
            Terminal.answer(
                VerificationReport.json(of: conclusions.map(\.report), in: .sentences))
        }
        var status = ExitStatus.yes
        for conclusion in conclusions {
            if let obstacle = conclusion.obstacle {
                let reference = ForeignText(conclusion.report.reference)
                Terminal.complain(Sentence(about: obstacle).after("\(reference)"))
            }
            if !output.json { conclusion.report.lines.forEach { Terminal.answer($0) } }
            status = status.joined(conclusion.report.verdict.exitStatus)
        }
        report.leftOut.notes.forEach { Terminal.say("note: \($0)") }
        if let obstacle = report.floorObstacle {
            Terminal.say(
                "note: the verdicts stand, but the floors could not be moved up: "
                    + Sentence(about: obstacle).text)
        }
        return status
    }
}

extension VerifyCommand {
    private func parsedScope() throws -> RegistryScope {
        do { return try RegistryScope(scope) } catch {
            throw ValidationError("--scope: \(error.sentence.text)")
        }
    }
}

extension [NamedArtifact] {
    /// What `--all` left out, a sentence for each kind.
    var notes: [String] {
        NamedArtifact.Kind.allCases.compactMap { kind in
            let references = filter { $0.kind == kind }.map { "\(ForeignText($0.reference))" }
            guard !references.isEmpty else { return nil }
            let words =
                switch kind {
                case .bundle: "bundles are left out, which only receive judges"
                case .signature: "signatures are left out"
                case .fallbackIndex: "lists of what refers to images are left out"
                }
            return "\(words): \(Listing(references))"
        }
    }
}

extension Verdict {
    var exitStatus: ExitStatus {
        switch self {
        case .verified, .skipped: .yes
        case .refused: .refused
        case .undecided: .undecided
        }
    }
}

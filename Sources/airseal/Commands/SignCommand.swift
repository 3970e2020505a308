import ArgumentParser
import Encodings
import Files
import Notary
import OCILayout
import UseCases

struct SignCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "sign",
        abstract: "Sign images in a layout, with a key on a token or, for development, in a file.",
        discussion: """
            Each image gets a Notary Project signature, listed in the layout as a referrer so that \
            notation, oras and regctl find it. The key stays on the token; each signature is checked \
            against the chain before anything is written, and each leaves a line in the audit record \
            before it becomes visible.

            The PIN is read from the file that the URI names with pin-source=file:PATH (a regular file, \
            readable by its owner only), from --pin-fd or --pin-credential; else from the systemd \
            credential airseal-pin, where there is one; else it is asked at the terminal. A pin-pad asks \
            by itself. The PIN is tried once.

            A token that is lost is opened again once, if it is the same one. One that does not answer a \
            call within --token-timeout ends the run.

            A key in a file is for development: whoever reads the file has the key. Output, JSON and the \
            record call it so. --key, --key-file, --key-name and --default-key exclude each other.

            Many images take one login. Signatures become visible in portions of up to 1,000. An image \
            that is damaged keeps no other from being signed; a token or a disk that fails ends the \
            run, and the same command goes on where it ended, within 30 days, signing nothing twice.

            Examples:
              airseal sign layout:v1 --key 'pkcs11:token=site;object=signer' --chain chain.pem
              airseal sign layout --all --key 'pkcs11:token=site;object=signer?pin-source=file:pin' \
            --chain chain.pem --format cose --expiry 90d
              airseal sign layout:v1 --key 'pkcs11:token=site;object=signer' --chain chain.pem \
            --pin-fd 3 3<pin
              airseal sign layout:v1 --recursive --key 'pkcs11:token=site;object=signer' --chain chain.pem
              airseal sign layout:v1 --key-file developer.p12 --passphrase-file words
              airseal sign --from list.json --skip-if-signed --renew-before 30d --dry-run \
            --key 'pkcs11:token=site;object=signer' --chain chain.pem
            """)

    @Argument(
        help: ArgumentHelp("LAYOUT:TAG or LAYOUT@DIGEST.", valueName: "reference"),
        completion: .file())
    var references: [String] = []

    @Flag(help: "Sign every named image of the layouts, except signatures and bundles.")
    var all = false

    @Option(
        help: ArgumentHelp(
            "Sign the images of a list in JSON, too; - for standard input. "
                + "docs/formats/signing-list.md describes it.",
            valueName: "file"),
        completion: .file(extensions: ["json"]))
    var from: String?

    @OptionGroup var recursion: RecursionOptions
    @OptionGroup var key: SigningKeyOptions

    @Option(help: "When the signatures cease to count: a number with s, m, h or d, such as 90d.")
    var expiry: Lifetime?

    @Option(
        help: ArgumentHelp(
            "The form of the signature manifest: legacy, oci1.1 or both. Notation up to 1.3.2 "
                + "finds only legacy in a layout."))
    var manifestForm = ManifestForm.legacy

    @Option(
        help: ArgumentHelp(
            "What the signatures say besides, where verify can ask for it. Repeat for more.",
            valueName: "name=value"))
    var metadata: [SignedMetadata] = []

    @OptionGroup(title: "Many images") var batch: BatchOptions
    @OptionGroup var state: StateOption
    @OptionGroup var wait: WaitOption
    @OptionGroup var output: JSONFlag

    func validate() throws {
        try metadata.checkDistinct()
        if let renewal = batch.renewBefore, let expiry, renewal.seconds >= expiry.seconds {
            throw ValidationError(
                "--renew-before takes less than --expiry: each run would sign everything again")
        }
        guard !references.isEmpty || from != nil else {
            throw ValidationError("name an image or a layout, or a list with --from")
        }
        guard from != "-" || key.token.pinFd != 0 else {
            throw ValidationError("the list and the PIN cannot both come from standard input")
        }
    }

    func perform() throws -> ExitStatus {
        let site = try Site.recovered(
            state: state.state, patience: wait.patience, rehearsing: batch.dryRun)
        let json = output.json
        let report = try site.sign(
            try request(), { image in if !json { image.tell() } },
            deliver: { report in if json { Terminal.answer(report.json) } })
        return report.conclude(tellsFailures: json)
    }

    private func request() throws -> SignRequest {
        var request = SignRequest(references: references, key: try key.choice)
        request.all = all
        request.list = try list()
        request.recursion = recursion.recursion
        request.metadata = metadata.map { ($0.name, $0.value) }
        request.chainPath = key.chain
        request.format = key.format
        request.forms = manifestForm.forms
        request.lifetimeSeconds = expiry?.seconds
        request.skips = batch.skips
        request.isAllOrNothing = batch.allOrNothing
        request.isRehearsal = batch.dryRun
        request.patience = wait.patience
        return request
    }

    private func list() throws -> SigningList? {
        guard let from else { return nil }
        let file =
            from == "-"
            ? try FileSystem.real.stream(descriptor: 0, name: "standard input")
            : try FileSystem.real.file(at: from)
        return try SigningList(parsing: file.readAll(limit: SigningList.byteCountMax))
    }
}

/// How many images are signed together.
struct BatchOptions: ParsableArguments {
    @Flag(
        help: ArgumentHelp(
            "Leave images alone that have a signature by this certificate, over the same metadata, "
                + "that verifies and has not expired."))
    var skipIfSigned = false

    @Option(
        help: ArgumentHelp(
            "With --skip-if-signed: sign again where the signature expires "
                + "within this time, such as 30d.",
            valueName: "time"))
    var renewBefore: Lifetime?

    @Flag(help: "Let nothing become visible unless every image can be signed.")
    var allOrNothing = false

    @Flag(help: "Say what would be signed and skipped, and why; use no key and ask for no PIN.")
    var dryRun = false

    func validate() throws {
        guard skipIfSigned || renewBefore == nil else {
            throw ValidationError("--renew-before belongs to --skip-if-signed")
        }
    }

    /// Which images are left alone.
    var skips: SignRequest.SkipRule? {
        skipIfSigned
            ? SignRequest.SkipRule(remainingSeconds: renewBefore?.seconds ?? 0) : nil
    }
}

/// The forms that `--manifest-form` names.
enum ManifestForm: String, ExpressibleByArgument, CaseIterable {
    case legacy
    case oci11 = "oci1.1"
    case both

    var forms: [SignatureManifest.WrittenForm] {
        switch self {
        case .legacy: [.legacy]
        case .oci11: [.oci11]
        case .both: [.legacy, .oci11]
        }
    }
}

import ArgumentParser
import Encodings
import Notary
import OCI
import UseCases
import X509

struct SignCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "sign",
        abstract: "Sign images in a layout with a key on a token.",
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

            Examples:
              airseal sign layout:v1 --key 'pkcs11:token=site;object=signer' --chain chain.pem
              airseal sign layout --all --key 'pkcs11:token=site;object=signer?pin-source=file:pin' \
            --chain chain.pem --format cose --expiry 90d
              airseal sign layout:v1 --key 'pkcs11:token=site;object=signer' --chain chain.pem \
            --pin-fd 3 3<pin
              airseal sign layout:v1 --recursive --key 'pkcs11:token=site;object=signer' --chain chain.pem
            """)

    @Argument(
        help: ArgumentHelp("LAYOUT:TAG or LAYOUT@DIGEST.", valueName: "reference"),
        completion: .file())
    var references: [String]

    @Flag(help: "Sign every named image of the layouts, except signatures and bundles.")
    var all = false

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

    @OptionGroup var state: StateOption
    @OptionGroup var wait: WaitOption
    @OptionGroup var output: JSONFlag

    func validate() throws { try metadata.checkDistinct() }

    func perform() throws -> ExitStatus {
        let site = try Site.recovered(state: state.state, patience: wait.patience)
        var request = SignRequest(references: references, key: try key.access)
        request.all = all
        request.recursion = recursion.recursion
        request.metadata = metadata.map { ($0.name, $0.value) }
        request.chainPath = key.chain
        request.format = key.format
        request.forms = manifestForm.forms
        request.lifetimeSeconds = expiry?.seconds
        request.patience = wait.patience
        switch try site.sign(request) {
        case .signed(let signatures):
            tell(signatures)
            if signatures.isEmpty { Terminal.say("there is no named image to sign") }
            return .yes
        case .stopped(let signatures, let error):
            tell(signatures)
            Terminal.complain(Sentence(about: error).after("the rest was not signed"))
            return error.isDamage ? .refused : .undecided
        case .refused(let refusal, let chain, let time):
            Terminal.complain(
                refusal.sentence(of: chain, at: time).after("nothing was signed"))
            return .refused
        case .refusedBundle(let reference):
            Terminal.complain(
                Sentence(
                    "\(ForeignText(reference)) is a bundle, which only export signs"))
            return .refused
        }
    }

    private func tell(_ signatures: [ImageSignature]) {
        if output.json {
            Terminal.answer(.array(signatures.map(\.json)))
        } else {
            signatures.forEach { Terminal.answer($0.line) }
        }
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

extension ImageSignature {
    fileprivate var line: String {
        let digests = manifests.map(\.digest.description).joined(separator: " ")
        return "signed \(ForeignText(reference)) \(target.digest) with \(digests)"
    }

    fileprivate var json: JSON {
        let attributes = envelope.attributes
        return [
            "reference": .string(reference), "digest": .string(target.digest.description),
            "mediaType": .string(target.mediaType),
            "signatures": .array(manifests.map { .string($0.digest.description) }),
            "format": .string(envelope.envelope.format.rawValue),
            "signer": .string(envelope.chain.leaf.subject.description),
            "signingTime": attributes.signingTime.map { .string($0.description) } ?? .null,
            "expiry": attributes.expiry.map { .string($0.description) } ?? .null,
        ]
    }
}

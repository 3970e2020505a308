import ArgumentParser
import BundleFormat
import Encodings
import Notary
import OCI
import Sending
import Trust
import UseCases
import X509

struct ExportCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a signed bundle for another site.",
        discussion: """
            A bundle holds every image of the layout with its signatures, an inventory, and this \
            site's policies and trust stores for the far side to look at. Bundles to one destination \
            are numbered, and the far side takes them in order, once each.

            A run that was interrupted is finished by the same command, with the same bytes. If it \
            cannot be, --void gives its number up; the far side learns the reason.

            Examples:
              airseal export layout --to bundle.tar --destination high-side \
            --scope site.example/app --key 'pkcs11:token=site;object=bundles' --chain bundles.pem
              airseal export --void 7 --destination high-side --reason 'the disc broke'
            """)

    @Argument(
        help: ArgumentHelp(
            "A layout; with :TAG or @DIGEST one image of it.", valueName: "layout"),
        completion: .directory)
    var layout: String?

    @Option(
        help: ArgumentHelp(
            "Where the bundle goes: one file if it ends in .tar, else a folder. Nothing may stand "
                + "there.", valueName: "path"), completion: .file())
    var to: String?

    @Option(help: "The name of the site that the bundle is for.")
    var destination: String

    @Option(
        help: ArgumentHelp("The key that signs the bundle.", valueName: "uri"),
        completion: .list(["pkcs11:"]))
    var key: String?

    @Option(
        help: ArgumentHelp("Its certificates, leaf to root, in PEM.", valueName: "file"),
        completion: .file())
    var chain: String?

    @Option(help: "The envelope of the bundle's signature: jws or cose.")
    var format = SignatureFormat.jws

    @Option(
        help: ArgumentHelp(
            "The repository of images whose names are no full image names.",
            valueName: "repository"))
    var scope: String?

    @Option(help: "How long it may be received: a number with s, m, h or d. Default 30d.")
    var useBy: Lifetime?

    @Option(
        name: .customLong("void"),
        help: ArgumentHelp(
            "Give up the unfinished export with this number instead of writing one.",
            valueName: "number"))
    var voided: Int64?

    @Option(help: "Why the number is given up; the far side is told.")
    var reason: String?

    @OptionGroup var home: HomeOption
    @OptionGroup var token: TokenOptions
    @OptionGroup var state: StateOption
    @OptionGroup var wait: WaitOption
    @OptionGroup var output: JSONFlag

    func validate() throws {
        if voided != nil {
            guard let reason, !reason.isEmpty, reason.utf8.count <= 1000 else {
                throw ValidationError("--void wants a --reason of at most 1000 bytes")
            }
            guard layout == nil, to == nil, key == nil else {
                throw ValidationError("--void takes no layout, --to or --key")
            }
        } else {
            guard layout != nil, to != nil, key != nil else {
                throw ValidationError("a layout, --to and --key are wanted")
            }
            guard reason == nil else { throw ValidationError("--reason goes with --void") }
        }
    }

    func perform() throws -> ExitStatus {
        var site = Site.here(
            home: home.home, state: state.state, progress: Progress("exporting"))
        site.patience = wait.patience
        let destination = try SiteName(destination)
        if let voided, let reason {
            if let path = try site.voidExport(voided, to: destination, reason: reason) {
                Terminal.say(
                    "warning: the record says that this bundle was written for \(ForeignText(path)); "
                        + "destroy it, for a far side that takes it refuses all later ones")
            }
            Terminal.answer("number \(voided) to \(destination) is void")
            return .yes
        }
        guard let layout, let to, let key else { return .undecided }
        var request = ExportBundleRequest(
            reference: layout, target: to, destination: destination,
            key: try token.access(to: key))
        request.chainPath = chain
        request.format = format
        request.scope = try scope.map { try RegistryScope($0) }
        if let useBy { request.useBySeconds = useBy.seconds }
        request.patience = wait.patience
        switch try site.export(request) {
        case .exported(let report):
            if output.json {
                Terminal.answer(report.json)
            } else {
                report.lines.forEach { Terminal.answer($0) }
            }
            return .yes
        case .refused(let refusal):
            Terminal.complain(refusal.sentence)
            return .refused
        }
    }
}

extension ExportReport {
    fileprivate var lines: [String] {
        var lines = [
            "\(isResumed ? "finished" : "wrote") \(ForeignText(path)): "
                + "bundle \(sequence) from \(origin) to \(destination)",
            "  bundle \(bundle)",
            "  \(blobCount) blobs, \(byteCount) bytes, to be received by \(useBy)",
        ]
        for root in roots {
            let name = root.name.map { "\(ForeignText($0))" } ?? "(untagged)"
            lines.append("  \(root.descriptor.digest)  \(name)  for \(root.repository)")
        }
        if capsuleIsEmpty {
            lines.append("  the trust capsule is empty: this home has no policy and no trust store")
        }
        return lines
    }

    fileprivate var json: JSON {
        [
            "path": .string(path), "origin": .string(origin.text),
            "destination": .string(destination.text), "stream": .string(stream.text),
            "sequence": .integer(sequence), "bundle": .string(bundle.description),
            "blobs": .integer(Int64(blobCount)), "bytes": .integer(byteCount),
            "useBy": .string(useBy.description), "resumed": .boolean(isResumed),
            "capsuleIsEmpty": .boolean(capsuleIsEmpty), "images": .array(roots.map(\.summary)),
        ]
    }
}

extension Inventory.Root {
    var summary: JSON {
        [
            "name": name.map { .string($0) } ?? .null,
            "digest": .string(descriptor.digest.description),
            "mediaType": .string(descriptor.mediaType), "repository": .string(repository),
        ]
    }
}

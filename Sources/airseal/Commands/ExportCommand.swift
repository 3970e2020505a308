import ArgumentParser
import BundleFormat
import Encodings
import Files
import Notary
import OCI
import Sending
import Trust
import UseCases

struct ExportCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a signed bundle for another site.",
        discussion: """
            A bundle holds images of one layout with their signatures and whatever else refers to \
            them, an inventory, and this site's policies and trust stores for the far side to look \
            at. Bundles to one destination are numbered, and the far side takes them in order, once \
            each.

            Every image goes along unless images are named: with LAYOUT:TAG or LAYOUT@DIGEST, by \
            --only, or in a list. In a pattern * and ? stand for anything but a slash, ** for \
            anything.

            Each image claims a repository: that of its full name, else the one of the list, of \
            --scope-map, of --scope, in this order. An image without one is refused.

            --key can be repeated, each with its --chain in the same order: the far side is content \
            with any one of the signatures, so keys can be changed without a gap.

            A run that was interrupted is finished by the same command, with the same bytes. If it \
            cannot be, --void gives its number up; the far side learns the reason.

            Examples:
              airseal export layout --to bundle.tar --destination high-side \
            --scope site.example/app --key 'pkcs11:token=site;object=bundles' --chain bundles.pem
              airseal export layout --only 'site.example/team/**' --dry-run --destination high-side
              airseal export layout:v1 layout:v2 --to /media/disc/bundle --destination high-side \
            --scope-map scopes.json --key 'pkcs11:token=site;object=old' --chain old.pem \
            --key 'pkcs11:token=site;object=new' --chain new.pem
              airseal export --void 7 --destination high-side --reason 'the disc broke'
            """)

    @Argument(
        help: ArgumentHelp(
            "A layout; with :TAG or @DIGEST one image of it.", valueName: "reference"),
        completion: .directory)
    var references: [String] = []

    @OptionGroup(title: "Which images, and whose") var choice: ExportChoice

    @Option(
        help: ArgumentHelp(
            "Where the bundle goes: one file if it ends in .tar, else a folder. Nothing may stand "
                + "there.", valueName: "path"), completion: .file())
    var to: String?

    @Option(help: "The name of the site that the bundle is for.")
    var destination: String

    @Option(
        help: ArgumentHelp(
            "A key that signs the bundle. Repeat for more signatures.", valueName: "uri"),
        completion: .list(["pkcs11:"]))
    var key: [String] = []

    @Option(
        help: ArgumentHelp(
            "Its certificates, leaf to root, in PEM: one file for each key, in the same order. Else "
                + "those that stand on the tokens.", valueName: "file"),
        completion: .file())
    var chain: [String] = []

    @Option(help: "The envelope of the bundle's signatures: jws or cose.")
    var format = SignatureFormat.jws

    @Option(
        help: ArgumentHelp(
            "How long it may be received: a number with s, m, h or d. Default 30d.",
            valueName: "time"))
    var useBy: Lifetime?

    @Flag(
        help: "Say what would go along, and what is refused; sign nothing, use no number.")
    var dryRun = false

    @Option(
        name: .customLong("void"),
        help: ArgumentHelp(
            "Give up the unfinished export with this number instead of writing one.",
            valueName: "number"))
    var voided: Int64?

    @Option(
        help: ArgumentHelp(
            "Why the number is given up, in at most 1000 bytes; the far side is told.",
            valueName: "text"))
    var reason: OperatorReason?

    @OptionGroup var home: HomeOption
    @OptionGroup var token: TokenOptions
    @OptionGroup var state: StateOption
    @OptionGroup var wait: WaitOption
    @OptionGroup var output: JSONFlag

    func validate() throws {
        guard voided == nil else {
            guard reason != nil else { throw ValidationError("--void wants a --reason") }
            guard references.isEmpty, choice.isEmpty, to == nil, key.isEmpty, !dryRun else {
                throw ValidationError("--void takes no layout, --to or --key")
            }
            return
        }
        guard reason == nil else { throw ValidationError("--reason goes with --void") }
        guard !references.isEmpty || choice.from != nil else {
            throw ValidationError("name a layout or images of it, or a list with --from")
        }
        guard !references.isEmpty || choice.only.isEmpty else {
            throw ValidationError("--only goes with a layout")
        }
        guard choice.from != "-" || token.pinFd != 0 else {
            throw ValidationError("the list and the PIN cannot both come from standard input")
        }
        guard dryRun || (to != nil && !key.isEmpty) else {
            throw ValidationError("--to and --key are wanted")
        }
        guard chain.isEmpty || chain.count == key.count else {
            throw ValidationError("give one --chain for each --key, in the same order")
        }
        guard key.count <= Limits.signatureCountMax else {
            throw ValidationError("a bundle has at most \(Limits.signatureCountMax) signatures")
        }
    }

    func perform() throws -> ExitStatus {
        let progress = Progress("exporting")
        let site = Site.here(
            home: home.home, state: state.state, patience: wait.patience, progress: progress)
        let destination = try SiteName(destination)
        if let voided, let reason {
            return try void(voided, to: destination, reason.text, at: site)
        }
        let request = try request(to: destination)
        if dryRun { return try rehearse(request, at: site) }
        switch try site.export(request, announce: { progress?.expect($0) }) {
        case .exported(let report):
            if output.json {
                Terminal.answer(report.json)
            } else {
                report.lines.forEach { Terminal.answer($0) }
            }
            return .yes
        case .refused(let refusal): return refuse(refusal.code, refusal.sentence)
        }
    }

    private func request(to destination: SiteName) throws -> ExportBundleRequest {
        var request = ExportBundleRequest(
            references: references, target: to, destination: destination)
        request.patterns = choice.only
        request.list = try choice.list()
        request.scope = try choice.scope.map { try RegistryScope($0) }
        request.scopeMap = try choice.map()
        // A rehearsal asks for no PIN, and so looks for none.
        if !dryRun {
            request.keys = try token.accesses(to: key).enumerated().map { place, access in
                ExportBundleRequest.Key(access, chainPath: chain.isEmpty ? nil : chain[place])
            }
        }
        request.format = format
        if let useBy { request.useBySeconds = useBy.seconds }
        request.patience = wait.patience
        return request
    }

    private func rehearse(_ request: ExportBundleRequest, at site: Site) throws -> ExitStatus {
        switch try site.rehearse(request) {
        case .fit(let rehearsal):
            if output.json {
                Terminal.answer(rehearsal.json)
            } else {
                rehearsal.lines.forEach { Terminal.answer($0) }
            }
            if rehearsal.isTargetTaken == true, !rehearsal.finishesPending {
                Terminal.complain(
                    Sentence("\(ForeignText(to ?? "")) exists and is not overwritten"))
                return .undecided
            }
            return .yes
        case .refused(let refusal): return refuse(refusal.code, refusal.sentence)
        }
    }

    private func void(
        _ number: Int64, to destination: SiteName, _ reason: String, at site: Site
    ) throws -> ExitStatus {
        switch try site.voidExport(number, to: destination, reason: reason) {
        case .voided(let path):
            if let path {
                Terminal.say(
                    "warning: the record says that this bundle was written for \(ForeignText(path)); "
                        + "destroy it, for a far side that takes it refuses all later ones")
            }
            if output.json {
                Terminal.answer([
                    "destination": .string(destination.text), "void": .integer(number),
                    "writtenTo": path.map { .string($0) } ?? .null,
                ])
            } else {
                Terminal.answer("number \(number) to \(destination) is void")
            }
            return .yes
        case .refused(let refusal):
            return refuse(refusal.code, refusal.sentence(of: number, to: destination))
        }
    }

    private func refuse(_ code: String, _ sentence: Sentence) -> ExitStatus {
        Terminal.complain(sentence)
        if output.json {
            Terminal.answer([
                "verdict": "refused", "code": .string(code), "reason": .string(sentence.text),
            ])
        }
        return .refused
    }
}

/// Which images of a layout go along, and to which repositories they belong.
struct ExportChoice: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Of the whole layout only images whose names fit this pattern. Repeat for more.",
            valueName: "pattern"))
    var only: [NamePattern] = []

    @Option(
        help: ArgumentHelp(
            "The images of a list in JSON, too; - for standard input. "
                + "docs/formats/export-list.md describes it.",
            valueName: "file"),
        completion: .file(extensions: ["json"]))
    var from: String?

    @Option(
        help: ArgumentHelp(
            "The repository of images whose names are no full image names.",
            valueName: "repository"))
    var scope: String?

    @Option(
        help: ArgumentHelp(
            "The repositories of such images by name, pattern or digest, in JSON. "
                + "docs/formats/scope-map.md describes it.",
            valueName: "file"),
        completion: .file(extensions: ["json"]))
    var scopeMap: String?

    var isEmpty: Bool { only.isEmpty && from == nil && scope == nil && scopeMap == nil }

    func list() throws -> ExportList? {
        guard let from else { return nil }
        let file =
            from == "-"
            ? try FileSystem.real.stream(descriptor: 0, name: "standard input")
            : try FileSystem.real.file(at: from)
        return try ExportList(parsing: file.readAll(limit: ExportList.byteCountMax))
    }

    func map() throws -> ScopeMap? {
        try scopeMap.map { path in
            let file = try FileSystem.real.file(at: path)
            return try ScopeMap(parsing: file.readAll(limit: ScopeMap.byteCountMax))
        }
    }
}

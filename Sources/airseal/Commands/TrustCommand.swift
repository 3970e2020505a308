import ArgumentParser
import Configuration
import Encodings
import Trust
import UseCases
import X509

struct TrustCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trust", abstract: "Say which authorities this site trusts.",
        discussion: """
            Trust stores are folders of certificates in the home, laid out as notation lays out its \
            own. A store alone confers no trust: a policy must name it.

            Example:
              airseal trust add --type ca --store site root.pem
              airseal trust check
            """,
        subcommands: [
            TrustAddCommand.self, TrustListCommand.self, TrustShowCommand.self,
            TrustRemoveCommand.self, TrustCheckCommand.self, TrustExportCommand.self,
            TrustApplyCommand.self, TrustRestoreCommand.self,
        ])
}

struct TrustAddCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Put certificates into a trust store.",
        discussion: """
            A store of type ca or signingAuthority takes authorities and self-signed certificates, \
            one of type tsa only self-signed authorities. Files keep their names, which end in .pem, \
            .crt or .cer; another file of the same name is never replaced. What is there already is \
            said, and nothing is written.

            The audit record has the change before anyone can see it. Compare the fingerprints with \
            the owner of the certificates.

            Examples:
              airseal trust add --type ca --store site root.pem
              airseal trust add --type tsa --store times tsa-root.pem other-root.crt
            """)

    @Argument(
        help: ArgumentHelp("Certificates, PEM or DER.", valueName: "file"), completion: .file())
    var files: [String]

    @OptionGroup var target: TrustStoreOptions
    @OptionGroup var home: HomeOption
    @OptionGroup var state: StateOption
    @OptionGroup var wait: WaitOption
    @OptionGroup var output: JSONFlag

    func perform() throws -> ExitStatus {
        let site = Site.here(
            home: home.home, state: state.state, patience: wait.patience)
        switch try site.addTrust(files, to: target.name()) {
        case .refused(let refusal):
            Terminal.complain(refusal.sentence)
            if output.json {
                Terminal.answer([
                    "store": .string(try target.name().description), "added": [], "present": [],
                    "refused": .string(refusal.sentence.text),
                ])
            }
            return .refused
        case .added(let addition), .present(let addition):
            if output.json {
                Terminal.answer(addition.json)
            } else {
                addition.lines.forEach { Terminal.answer($0) }
            }
            return .yes
        }
    }
}

extension TrustStoreAddition {
    fileprivate var lines: [String] {
        files.flatMap { file in
            ["added \(ForeignText(file.name)) to \(store)"] + file.fingerprintLines
        } + present.map { "\(ForeignText($0.name)): everything in it is in \(store) already" }
    }

    fileprivate var json: JSON {
        [
            "store": .string(store.description), "added": .array(files.map(\.json)),
            "present": .array(present.map(\.json)), "refused": .null,
        ]
    }
}

extension TrustStoreContent.File {
    fileprivate var fingerprintLines: [String] {
        certificates.map {
            "  \($0.sha256Fingerprint) \(ForeignText($0.subject.description))"
        }
    }

    fileprivate var json: JSON {
        ["file": .string(name), "certificates": .array(certificates.map(\.json))]
    }
}

struct TrustListCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the trust stores of the home.",
        discussion: """
            One line for each store: its name as a policy has it, how many certificates it holds or \
            why it cannot be used, and the policy statements that name it.

            Examples:
              airseal trust list
              airseal trust list --type tsa --json
            """)

    @Option(help: "Only stores of this type: ca, signingAuthority or tsa.")
    var type: TrustStoreType?

    @OptionGroup var home: HomeOption
    @OptionGroup var output: JSONFlag

    func perform() throws -> ExitStatus {
        let stores = try Site.here(home: home.home).trustStores(of: type)
        if output.json {
            Terminal.answer(JSON.array(stores.map(\.json)))
        } else {
            stores.forEach { Terminal.answer($0.line) }
        }
        return .yes
    }
}

extension TrustStoreSummary {
    fileprivate var line: String {
        let named =
            namedBy.isEmpty
            ? "named by no policy" : "named by \(Listing(namedBy.map { "\"\(ForeignText($0))\"" }))"
        switch store {
        case .usable(let trusted, _):
            return "\(name): certificates: \(trusted.certificates.count), \(named)"
        case .unusable(let fault):
            return "\(name): cannot be used: \(fault.sentence.text), \(named)"
        }
    }

    fileprivate var json: JSON {
        let (count, ignored, reason): (JSON, [String], JSON) =
            switch store {
            case .usable(let trusted, let ignored):
                (.integer(Int64(trusted.certificates.count)), ignored, .null)
            case .unusable(let fault): (.null, [], .string(fault.sentence.text))
            }
        return [
            "store": .string(name.description), "certificates": count, "unusable": reason,
            "ignored": .array(ignored.map { .string($0) }),
            "namedBy": .array(namedBy.map { .string($0) }),
        ]
    }
}

struct TrustShowCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the certificates of a trust store, or of one file in it.",
        discussion: """
            Example:
              airseal trust show --type ca --store site root.pem
            """)

    @Argument(help: ArgumentHelp("The name of a file in the store.", valueName: "name"))
    var file: String?

    @OptionGroup var target: TrustStoreOptions
    @OptionGroup var home: HomeOption
    @OptionGroup var output: JSONFlag

    func perform() throws -> ExitStatus {
        let files = try Site.here(home: home.home).trustStoreFiles(
            of: target.name(), named: file)
        if output.json {
            Terminal.answer(JSON.array(files.map(\.json)))
            return .yes
        }
        for file in files {
            for certificate in file.certificates {
                Terminal.answer("\(ForeignText(file.name))")
                certificate.lines.forEach { Terminal.answer("  \($0)") }
            }
        }
        return .yes
    }
}

struct TrustRemoveCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Take files out of a trust store, or the whole store away.",
        discussion: """
            The last file takes the store with it. The audit record has the change before it is made.

            Examples:
              airseal trust remove --type ca --store site root.pem
              airseal trust remove --type tsa --store times --all
            """)

    @Argument(help: ArgumentHelp("Names of files in the store.", valueName: "name"))
    var files: [String] = []

    @Flag(help: "Remove the store with everything in it.")
    var all = false

    @OptionGroup var target: TrustStoreOptions
    @OptionGroup var home: HomeOption
    @OptionGroup var state: StateOption
    @OptionGroup var wait: WaitOption
    @OptionGroup var output: JSONFlag

    func validate() throws {
        guard files.isEmpty == all else {
            throw ValidationError("name the files to remove, or say --all")
        }
    }

    func perform() throws -> ExitStatus {
        let site = Site.here(
            home: home.home, state: state.state, patience: wait.patience)
        let removal = try site.removeTrust(all ? nil : files, from: target.name())
        if removal.isStoreGone, !removal.namedBy.isEmpty {
            Terminal.say(
                "note: the policy still names \(removal.store): "
                    + "\(Listing(removal.namedBy.map { "\"\(ForeignText($0))\"" })) "
                    + "can trust no signature by it")
        }
        if output.json {
            Terminal.answer(removal.json)
        } else {
            removal.files.forEach {
                Terminal.answer("removed \(ForeignText($0)) from \(removal.store)")
            }
            if removal.isStoreGone { Terminal.answer("removed the store \(removal.store)") }
        }
        return .yes
    }
}

extension TrustStoreRemoval {
    fileprivate var json: JSON {
        [
            "store": .string(store.description),
            "removed": .array(files.map { .string($0) }), "storeGone": .boolean(isStoreGone),
            "namedBy": .array(namedBy.map { .string($0) }),
        ]
    }
}

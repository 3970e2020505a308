import ArgumentParser
import Encodings
import Trust
import UseCases

/// What every verb that writes a policy takes.
struct PolicyEditOptions: ParsableArguments {
    @Flag(help: "Take the place of another policy.")
    var replace = false

    @Flag(
        name: .customLong("for-notation-1"),
        help: "Write trustpolicy.json too, the only name that notation 1 knows.")
    var forNotation1 = false

    @OptionGroup var home: HomeOption
    @OptionGroup var state: StateOption
    @OptionGroup var wait: WaitOption
    @OptionGroup var output: JSONFlag

    /// Makes `policy` the one of this site, and says what that changes.
    func apply(_ policy: TrustPolicyDocument, as kind: String, dryRun: Bool = false) throws
        -> ExitStatus
    {
        guard policy.kind == .oci || !forNotation1 else {
            throw ValidationError("--for-notation-1 is for the policy for images")
        }
        var edit = PolicyEdit(policy, kind: kind)
        edit.replacing = replace
        edit.forNotation1 = forNotation1
        edit.dryRun = dryRun
        let site = Site.here(
            home: home.home, state: state.state, patience: wait.patience)
        let report = try site.setPolicy(edit)
        if output.json {
            Terminal.answer(report.json)
        } else {
            report.lines.forEach { Terminal.answer($0) }
        }
        report.notes.forEach { Terminal.say("note: \($0)") }
        guard case .inTheWay = report.outcome else { return .yes }
        let file = report.others.first
        let isInForce = file == report.previous?.file
        Terminal.complain(
            Sentence(
                "another policy \(isInForce ? "is in force" : "stands") in \(file?.rawValue ?? "")",
                hint: "if this one shall take its place, say --replace"))
        return .refused
    }
}

struct PolicyInitCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a policy of one statement.",
        discussion: """
            Level strict unless --level says otherwise. The audit record has the change before anyone \
            can see it.

            Examples:
              airseal policy init --store ca:site --identity 'x509.subject: C=US, ST=WA, O=Example' \
            --scope site.example/app
              airseal policy init --blob --global --store ca:site --identity '*'
            """)

    @Option(help: ArgumentHelp("What the statement is called.", valueName: "name"))
    var name = "default"

    @Option(help: ArgumentHelp("Whom to trust: a trust store.", valueName: "type:name"))
    var store: [String] = []

    @Option(
        help: ArgumentHelp(
            "Whose signatures count: '*' or 'x509.subject: C=…, ST=…, O=…'.",
            valueName: "identity"))
    var identity: [String] = []

    @Option(help: ArgumentHelp("For which repositories; '*' for all.", valueName: "repository"))
    var scope: [String] = []

    @Option(help: "How strictly: strict, permissive, audit or skip.")
    var level = VerificationLevel.strict

    @Flag(help: "With --blob: the statement for blobs that no other is named for.")
    var global = false

    @OptionGroup var kind: PolicyKindFlag
    @OptionGroup var edit: PolicyEditOptions

    func validate() throws {
        guard kind.blob || !scope.isEmpty else {
            throw ValidationError("--scope is missing: for which repositories is the policy?")
        }
        guard !kind.blob || scope.isEmpty else {
            throw ValidationError("--scope is for the policy for images")
        }
        guard kind.blob || !global else { throw ValidationError("--global goes with --blob") }
        guard level == .skip || !(store.isEmpty || identity.isEmpty) else {
            throw ValidationError("--store and --identity are missing: whom to trust?")
        }
    }

    func perform() throws -> ExitStatus {
        let policy = try TrustPolicyDocument(
            parsing: document.serialized(.indented), as: kind.kind)
        return try edit.apply(policy, as: "policy-init")
    }

    private var document: JSON {
        var statement: JSONObject = ["name": .string(name)]
        if kind.blob {
            if global { statement["globalPolicy"] = true }
        } else {
            statement["registryScopes"] = .array(scope.map { .string($0) })
        }
        statement["signatureVerification"] = ["level": .string(level.rawValue)]
        if !store.isEmpty { statement["trustStores"] = .array(store.map { .string($0) }) }
        if !identity.isEmpty {
            statement["trustedIdentities"] = .array(identity.map { .string($0) })
        }
        return ["version": "1.0", "trustPolicies": [.object(statement)]]
    }
}

struct PolicyImportCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make a policy from a file the one of this site.",
        discussion: """
            The file is held against every rule first. What changes is shown, statement by statement; \
            another policy that is in force is replaced only with --replace. A policy for images goes \
            to trustpolicy.oci.json, after which trustpolicy.json is not read any more. The audit \
            record has the change before anyone can see it.

            Examples:
              airseal policy import draft.json --dry-run
              airseal policy import draft.json --replace
            """)

    @Argument(help: ArgumentHelp("The policy.", valueName: "file"), completion: .file())
    var file: String

    @Flag(help: "Say what would change, and change nothing.")
    var dryRun = false

    @OptionGroup var kind: PolicyKindFlag
    @OptionGroup var edit: PolicyEditOptions

    func perform() throws -> ExitStatus {
        let isBlob = kind.blob || file.hasSuffix(TrustPolicyFile.blobs.rawValue)
        let review = try Site.here(home: edit.home.home).reviewPolicy(
            at: file, as: isBlob ? .blob : .oci
        ).review
        guard let policy = review.policy else {
            for finding in review.findings {
                Terminal.complain(
                    Sentence("\(ForeignText(file)): \(finding.words) (rule \(finding.error.rule))"))
            }
            if edit.output.json {
                Terminal.answer([
                    "outcome": "refused", "files": [], "previous": .null, "changes": [],
                    "leavesVersion1": false, "unusableStores": [], "settingsFault": .null,
                    "findings": .array(review.findings.map(\.json)),
                ])
            }
            return .refused
        }
        return try edit.apply(policy, as: "policy-import", dryRun: dryRun)
    }
}

extension PolicyEditReport {
    fileprivate var lines: [String] {
        let names = written.map(\.rawValue).joined(separator: " and ")
        let changes = difference.changes.map { "  \($0.words)" }
        switch outcome {
        case .written: return ["wrote \(names)"] + changes
        case .rehearsed: return ["would write \(names)"] + changes
        case .inTheWay: return ["would change"] + changes
        case .present: return ["this policy is in force already"]
        }
    }

    fileprivate var notes: [String] {
        var notes: [String] = []
        if let previous, !previous.isAcceptable {
            notes.append("the policy in \(previous.file.rawValue) is not acceptable")
        }
        if leavesVersion1, case .written = outcome {
            notes.append(
                "trustpolicy.json is not read any more by airseal, and notation 1 reads no other")
        }
        if let settingsFault {
            notes.append(
                "with this policy no image is verified: \(settingsFault.sentence.text)")
        }
        return notes
            + unusableStores.map { "the home has no usable trust store \($0) yet" }
    }

    fileprivate var json: JSON {
        let word =
            switch outcome {
            case .written: "written"
            case .rehearsed: "rehearsed"
            case .present: "present"
            case .inTheWay: "refused"
            }
        return [
            "outcome": .string(word), "files": .array(written.map { .string($0.rawValue) }),
            "previous": previous.map { .string($0.file.rawValue) } ?? .null,
            "changes": .array(difference.changes.map(\.json)),
            "leavesVersion1": .boolean(leavesVersion1),
            "unusableStores": .array(unusableStores.map { .string($0.description) }),
            "settingsFault": settingsFault.map { .string($0.sentence.text) } ?? .null,
            "findings": [],
        ]
    }
}

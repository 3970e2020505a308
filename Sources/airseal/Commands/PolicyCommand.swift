import ArgumentParser
import Encodings
import Trust
import UseCases
import Verification

struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Say whose signatures are asked for, and how strictly.",
        discussion: """
            The policy for images is trustpolicy.oci.json in the home, or trustpolicy.json where that \
            is missing; the one for blobs is trustpolicy.blob.json.

            Example:
              airseal policy init --store ca:site --identity '*' --scope site.example/app
              airseal policy show --scope site.example/app
            """,
        subcommands: [
            PolicyInitCommand.self, PolicyShowCommand.self, PolicyCheckCommand.self,
            PolicyImportCommand.self,
        ])
}

/// Which of the two kinds of policy is meant.
struct PolicyKindFlag: ParsableArguments {
    @Flag(help: "The policy for blobs, not the one for images.")
    var blob = false

    var kind: TrustPolicyDocument.Kind { blob ? .blob : .oci }
}

struct PolicyShowCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the policy in force, or the statement that applies.",
        discussion: """
            With --scope, only the statement that verify would apply to images of the repository: the \
            one that names it, else the one for every repository. With --blob, --name does the same \
            for blobs, and without a name the global statement applies.

            Examples:
              airseal policy show
              airseal policy show --scope site.example/app
              airseal policy show --blob --name releases --json
            """)

    @Option(help: ArgumentHelp("Which statement applies to it.", valueName: "repository"))
    var scope: String?

    @Option(help: ArgumentHelp("The statement of the policy for blobs.", valueName: "name"))
    var name: String?

    @OptionGroup var kind: PolicyKindFlag
    @OptionGroup var home: HomeOption
    @OptionGroup var output: JSONFlag

    func validate() throws {
        guard scope == nil || !kind.blob else {
            throw ValidationError("--scope is for the policy for images")
        }
        guard name == nil || kind.blob else { throw ValidationError("--name goes with --blob") }
    }

    func perform() throws -> ExitStatus {
        let (file, policy) = try Site.here(home: home.home).policy(for: kind.kind)
        let statements = try chosen(from: policy)
        if output.json {
            Terminal.answer([
                "file": .string(file.rawValue), "digest": .string(try policy.digest().description),
                "statements": .array(statements.map(\.json)),
            ])
        } else {
            Terminal.answer("\(file.rawValue) \(try policy.digest())")
            statements.flatMap(\.lines).forEach { Terminal.answer($0) }
        }
        return .yes
    }

    private func chosen(from policy: TrustPolicyDocument) throws -> [TrustPolicyStatement] {
        if let scope {
            let repository: RegistryScope
            do { repository = try RegistryScope(scope) } catch {
                throw ValidationError("--scope: \(error.sentence.text)")
            }
            guard let statement = policy.statement(for: repository) else {
                throw VerificationError.noApplicableStatement(repository)
            }
            return [statement]
        }
        guard let name else { return policy.statements }
        guard let statement = policy.blobStatement(named: name) else {
            throw NoSuchStatement(name: name)
        }
        return [statement]
    }
}

/// The policy has no statement of the name.
struct NoSuchStatement: Speakable {
    let name: String

    var sentence: Sentence {
        Sentence("the trust policy has no statement called \"\(ForeignText(name))\"")
    }
}

extension TrustPolicyStatement {
    fileprivate var lines: [String] {
        ["statement \"\(ForeignText(name))\""]
            + words.filter { !$0.value.isEmpty }.map { "  \($0.member): \(ForeignText($0.value))" }
    }

    fileprivate var json: JSON {
        var object: JSONObject = ["name": .string(name)]
        switch reach {
        case .repositories(let scopes):
            object["registryScopes"] = .array(scopes.map { .string($0.text) })
        case .everyRepository: object["registryScopes"] = ["*"]
        case .blobs(let isGlobal): object["globalPolicy"] = .boolean(isGlobal)
        }
        object["level"] = .string(verification.level.rawValue)
        var actions = JSONObject()
        for validation in Validation.allCases
        where validation != .payload && validation != .metadata {
            actions[validation.rawValue] = .string(verification.actions[validation].rawValue)
        }
        object["actions"] = .object(actions)
        object["verifyTimestamp"] = .string(verification.verifyTimestamp.rawValue)
        object["trustStores"] = .array(trustStores.map { .string($0.description) })
        object["trustedIdentities"] = .array(
            (trustedIdentities?.texts ?? []).map { .string($0) })
        return .object(object)
    }
}

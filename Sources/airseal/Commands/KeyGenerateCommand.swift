import ArgumentParser
import Encodings
import PKCS11
import UseCases

struct KeyGenerateCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Make a key on a token: it stays there and only signs.",
        discussion: """
            The key is sensitive, not extractable, and for signing only. Each attribute is read back; \
            where the token made the key otherwise, that is told and the key is removed again. The \
            audit record has the key before it is told.

            A label or id that is on the token already is refused. Without id= the id is random.

            Examples:
              airseal key generate --key 'pkcs11:token=site;object=signer' --type p256
              airseal key generate --key 'pkcs11:token=site;object=signer;id=%01' --type rsa3072 --json
            """)

    @Option(
        help: ArgumentHelp(
            "The token, with object= the label of the new key, and with id= its id.",
            valueName: "uri"), completion: .list(["pkcs11:"]))
    var key: String

    @Option(help: "The kind of key: p256, p384, p521, rsa2048, rsa3072 or rsa4096.")
    var type: KeyType

    @OptionGroup var token: TokenOptions
    @OptionGroup var state: StateOption
    @OptionGroup var output: JSONFlag

    func perform() throws -> ExitStatus {
        let access = try token.access(to: key)
        let report = try Site.here(state: state.state).generateKey(type, access)
        if output.json {
            Terminal.answer(report.json)
        } else {
            report.lines.forEach { Terminal.answer($0) }
        }
        return .yes
    }
}

extension GeneratedKeyReport {
    fileprivate var lines: [String] {
        [
            "made the key \(key.words), \(key.type?.rawValue ?? ""), on the token \(token.words)",
            "uri: \(ForeignText(uri))",
            "read back: "
                + KeyAttribute.words(of: attributes.mapValues { $0 }).joined(separator: ", "),
        ]
    }

    fileprivate var json: JSON {
        [
            "token": token.json, "key": key.json, "uri": .string(uri),
            "attributes": attributes.json, "publicKey": .string(Base64.encode(publicKey)),
        ]
    }
}

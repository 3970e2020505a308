import ArgumentParser
import Encodings
import PKCS11
import UseCases
import X509

struct GenerateTestCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "generate-test",
        abstract: "Make a throwaway key and chain on a token, for trying things out.",
        discussion: """
            The key is made on the token and cannot leave it. Its certificates come from a root whose \
            key existed in memory only and is gone; their names say TEST ONLY. Nothing that is signed \
            with it should ever be trusted.

            Example:
              airseal key generate-test --key 'pkcs11:token=trial;object=signer' --chain-out chain.pem
            """)

    @Option(
        help: ArgumentHelp(
            "The token, and with object= the label of the new key.", valueName: "uri"),
        completion: .list(["pkcs11:"]))
    var key: String

    @Option(help: "The kind of key: p256, p384, p521, rsa2048, rsa3072 or rsa4096.")
    var type = KeyType.p256

    @Option(
        help: ArgumentHelp("Where the chain goes: a new file.", valueName: "file"),
        completion: .file())
    var chainOut: String

    @Option(help: "How long the certificates are valid, in days.")
    var days = 30

    @OptionGroup var token: TokenOptions
    @OptionGroup var state: StateOption
    @OptionGroup var output: JSONFlag

    func validate() throws {
        guard (1...3650).contains(days) else {
            throw ValidationError("--days takes a number from 1 to 3650")
        }
    }

    func perform() throws -> ExitStatus {
        let access = try token.access(to: key)
        let report = try Site.here(state: state.state).generateTestKey(
            type, access, chainPath: chainOut, days: days)
        if output.json {
            Terminal.answer(report.json)
        } else {
            Terminal.answer(
                "made the TEST ONLY key \(ForeignText(report.key.label)) (\(type.rawValue)) "
                    + "on the token \(ForeignText(report.token.label))")
            Terminal.answer("chain: \(ForeignText(report.chainPath))")
            Terminal.answer("root fingerprint: \(report.chain.root.sha256Fingerprint)")
        }
        return .yes
    }
}

extension TestKeyReport {
    fileprivate var json: JSON {
        [
            "token": .string(token.label), "serial": .string(token.serial),
            "label": .string(key.label), "id": .string(key.idText),
            "chain": .string(chainPath),
            "rootFingerprint": .string(chain.root.sha256Fingerprint),
        ]
    }
}

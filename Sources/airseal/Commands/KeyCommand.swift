import ArgumentParser
import UseCases

struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Work with keys on tokens.",
        discussion: """
            From an empty token to the first signature:
              airseal key list
              airseal key generate --key 'pkcs11:token=site;object=signer' --type p256
              airseal key probe --key 'pkcs11:token=site;object=signer'
              airseal key request --key 'pkcs11:token=site;object=signer' \
            --subject 'CN=signer,O=Example,ST=Bern,C=CH' --out signer.csr
              airseal key install --key 'pkcs11:token=site;object=signer' --chain chain.pem
              airseal sign layout:v1 --key 'pkcs11:token=site;object=signer'
            """,
        subcommands: [
            KeyListCommand.self, KeyProbeCommand.self, KeyGenerateCommand.self,
            KeyRequestCommand.self, KeyInstallCommand.self, KeyDeleteCommand.self,
            GenerateTestCommand.self,
        ])
}

/// The one key on a token that a verb is about.
struct KeyOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The key on its token, as RFC 7512 writes it: "
                + "'pkcs11:token=site;object=signer?pin-source=file:/run/pin'.",
            valueName: "uri"), completion: .list(["pkcs11:"]))
    var key: String

    @OptionGroup var token: TokenOptions

    /// The key, and where its PIN comes from.
    var access: KeyAccess {
        get throws { try token.access(to: key) }
    }
}

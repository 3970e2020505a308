import ArgumentParser

struct RevocationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revocation", abstract: "Keep CRLs and OCSP responses, which are files here.",
        discussion: """
            Without a network, what authorities have revoked comes on a medium. CRLs, deltas and OCSP \
            responses are put into the home, and believed by verify and receive once they verify: \
            signed by the issuer, current, about the certificate, and no older than what was seen \
            before. What is missing or stale is unknown, and never good.

            Example:
              airseal revocation add leaf.crl --url http://crl.example/leaf.crl
              airseal revocation check layout
            """,
        subcommands: [
            RevocationAddCommand.self, RevocationListCommand.self, RevocationCheckCommand.self,
            RevocationPruneCommand.self, RevocationRemoveCommand.self, RevocationResetCommand.self,
            RevocationExportCommand.self,
        ])
}

/// For which certificates something is done.
struct SubjectOptions: ParsableArguments {
    @Option(
        name: .customLong("for"),
        help: ArgumentHelp(
            "Certificates, leaf to root, or a layout or archive whose signers they are for. Repeat "
                + "for more.",
            valueName: "chain or layout"), completion: .file())
    var subjects: [String] = []
}

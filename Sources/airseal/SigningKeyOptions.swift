import ArgumentParser
import Notary
import UseCases

/// The key that signs, and how.
struct SigningKeyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The key on its token, as RFC 7512 writes it: "
                + "'pkcs11:token=site;object=signer?pin-source=file:/run/pin'.",
            valueName: "uri"), completion: .list(["pkcs11:"]))
    var key: String

    @Option(
        help: ArgumentHelp(
            "The certificates, leaf to root, in PEM.", valueName: "file"), completion: .file())
    var chain: String?

    @Option(help: "The envelope: jws or cose.")
    var format = SignatureFormat.jws

    /// The key, with a person at the terminal for the PIN where the URI names no file.
    var choice: SigningKeyChoice {
        get throws { .token(try KeyAccess(uri: key, prompt: PINPrompt.ask)) }
    }
}

import ArgumentParser
import Notary
import Signing
import UseCases

/// The key that signs, and how.
struct SigningKeyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The key on its token, as RFC 7512 writes it: "
                + "'pkcs11:token=site;object=signer?pin-source=file:/run/pin'.",
            valueName: "uri"), completion: .list(["pkcs11:"]))
    var key: String?

    @Option(
        help: ArgumentHelp(
            "For development: a key in a file of yours with the mode 0600, PKCS#8 (PEM or DER) or "
                + "PKCS#12, encrypted or not.",
            valueName: "file"), completion: .file())
    var keyFile: String?

    @Option(
        help: ArgumentHelp(
            "For development: a key that signingkeys.json names, in --home or in notation's "
                + "configuration folder.",
            valueName: "name"))
    var keyName: String?

    @Flag(help: "For development: the key that signingkeys.json names as its default.")
    var defaultKey = false

    @Option(
        help: ArgumentHelp(
            "The passphrase of the key file: a file of yours with the mode 0600, of one line. Else it is "
                + "asked at the terminal.",
            valueName: "file"), completion: .file())
    var passphraseFile: String?

    @Option(
        help: ArgumentHelp(
            "The certificates, leaf to root, in PEM. Else those that stand with the key, on its token or "
                + "in its file.",
            valueName: "file"), completion: .file())
    var chain: String?

    @Option(help: "The envelope: jws or cose.")
    var format = SignatureFormat.jws

    @OptionGroup var token: TokenOptions
    @OptionGroup var home: HomeOption

    func validate() throws {
        let named = [key != nil, keyFile != nil, keyName != nil, defaultKey].count { $0 }
        guard named == 1 else {
            throw ValidationError(
                "name one key, with --key, --key-file, --key-name or --default-key")
        }
        guard passphraseFile == nil || key == nil else {
            throw ValidationError("--passphrase-file belongs to a key file, and not to --key")
        }
        guard key != nil || !token.namesPIN else {
            throw ValidationError("--pin-fd and --pin-credential belong to --key")
        }
    }

    /// The key, and where its PIN or passphrase comes from.
    var choice: SigningKeyChoice {
        get throws {
            if let key { return .token(try token.access(to: key)) }
            PINPrompt.endOnSignals()
            if let keyFile { return .file(path: keyFile, passphrase) }
            let folders = [Site.here(home: home.home).homePath] + Environment.notationFolders
            return .named(keyName, folders: folders, passphrase)
        }
    }

    private var passphrase: DevelopmentSigner.Passphrase {
        passphraseFile.map { .file(path: $0) } ?? .prompt(PINPrompt.askPassphrase)
    }
}

extension Environment {
    /// Where notation keeps its configuration.
    static var notationFolders: [String] {
        let variables = variables
        if let base = variables["XDG_CONFIG_HOME"], base.hasPrefix("/") {
            return ["\(base)/notation"]
        }
        return variables["HOME"].map { ["\($0)/.config/notation"] } ?? []
    }
}

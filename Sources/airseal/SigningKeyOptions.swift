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
            "The certificates, leaf to root, in PEM. Else those that stand on the token beside the "
                + "key.",
            valueName: "file"), completion: .file())
    var chain: String?

    @Option(help: "The envelope: jws or cose.")
    var format = SignatureFormat.jws

    @OptionGroup var token: TokenOptions

    /// The key, and where its PIN comes from.
    var access: KeyAccess {
        get throws { try token.access(to: key) }
    }
}

/// A length of time as an operator writes it: `90d`, `12h`, `30m`, `45s`.
struct Lifetime: ExpressibleByArgument {
    /// A hundred years: what is longer was mistyped.
    private static let secondsMax: Int64 = 100 * 366 * 86_400

    let seconds: Int64

    init?(argument: String) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = argument.last.flatMap({ units[$0] }),
            argument.dropLast().utf8.allSatisfy({ (48...57).contains($0) }),
            let count = Int64(argument.dropLast()), count > 0, count <= Self.secondsMax / unit
        else { return nil }
        seconds = count * unit
    }
}

import ArgumentParser
import Encodings
import PKCS11
import UseCases
import X509

struct KeyListCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show the tokens, their keys, and a URI for each to copy.",
        discussion: """
            Without --login nobody is asked for a PIN, and most tokens show the public halves of \
            their keys only. A URI that names a PIN file with pin-source, --pin-fd and \
            --pin-credential log in, too; the URI must name one token then, since a PIN is never tried \
            on another.

            For each key: its label, id and type, the URI that names it and nothing else, what the \
            token says of it, the certificates that bear its id, and what keeps it from signing.

            Exit status: 0 everything was read, 2 a token would not answer.

            Examples:
              airseal key list
              airseal key list --key 'pkcs11:token=site' --login --json
            """)

    @Option(
        help: ArgumentHelp(
            "Which tokens and keys: 'pkcs11:token=site'. Else every token of the modules that "
                + "p11-kit knows.",
            valueName: "uri"), completion: .list(["pkcs11:"]))
    var key: String?

    @Flag(help: "Log in, so that private keys are shown.")
    var login = false

    @OptionGroup var token: TokenOptions
    @OptionGroup var state: StateOption
    @OptionGroup var output: JSONFlag

    func perform() throws -> ExitStatus {
        // Any token will do where none is named.
        let named = try token.access(to: key ?? "pkcs11:")
        let results = try Site.here(state: state.state).listKeys(
            named, login: login || token.namesPIN)
        if output.json { Terminal.answer(.array(results.compactMap { try? $0.get().json })) }
        var status = ExitStatus.yes
        for result in results {
            switch result {
            case .success(let listing):
                if !output.json { listing.lines.forEach { Terminal.answer($0) } }
            case .failure(let failure):
                Terminal.complain(
                    Sentence(about: failure.reason).after(failure.place.words))
                status = .undecided
            }
        }
        if results.isEmpty { Terminal.say("there is no token") }
        return status
    }
}

extension TokenListingError.Place {
    fileprivate var words: String {
        switch self {
        case .token(let token): "the token \(token.words)"
        case .module(let name): "the module \"\(ForeignText(name))\""
        }
    }
}

extension TokenListing {
    fileprivate var lines: [String] {
        var lines = [
            "token \(token.words)",
            "  made by: \(ForeignText(token.manufacturer)), \(ForeignText(token.model))",
            "  module: \(ForeignText(token.moduleName))",
            "  PIN: \(token.needsLogin ? token.pinState.words : "not needed")"
                + (token.hasPINPad ? ", typed at its own pin-pad" : ""),
            "  uri: \(ForeignText(uri))",
        ]
        if limits.isWriteProtected { lines.append("  write-protected") }
        for key in keys { lines += key.lines.map { "  \($0)" } }
        for half in halves {
            lines.append(
                "  public half \(half.words), \(half.type?.rawValue ?? "another type")"
                    + (isOpen ? ": no private key with this id is shown" : ""))
        }
        if keys.isEmpty {
            lines.append(
                isOpen
                    ? "  no private key"
                    : "  private keys are shown after a login only: --login")
        }
        return lines
    }

    fileprivate var json: JSON {
        [
            "token": token.json, "uri": .string(uri), "loggedIn": .boolean(isOpen),
            "writeProtected": .boolean(limits.isWriteProtected),
            "keys": .array(keys.map(\.json)),
            "publicHalves": .array(halves.map(\.json)),
        ]
    }
}

extension ListedKey {
    fileprivate var lines: [String] {
        var lines = [
            "key \(description.words), \(description.type?.rawValue ?? "another type")",
            "  uri: \(ForeignText(uri))",
            "  \(Listing(shown.map { attributes.words(of: $0) }))",
        ]
        lines += certificates.map { "  certificate: \($0.short)" }
        if certificates.isEmpty { lines.append("  no certificate bears its id") }
        lines += flaws.map { "  cannot sign: \($0.words)" }
        return lines
    }

    private var shown: [KeyAttribute] {
        [.sensitive, .extractable, .alwaysAuthenticate, .local]
    }

    fileprivate var json: JSON {
        [
            "label": .string(description.label), "id": .string(description.idText),
            "type": description.type.map { .string($0.rawValue) } ?? .null,
            "uri": .string(uri), "attributes": attributes.json,
            "certificates": .array(certificates.map(\.json)),
            "canSign": .boolean(flaws.isEmpty),
            "flaws": .array(flaws.map { .string($0.words) }),
        ]
    }
}

extension [KeyAttribute: Bool] {
    /// `CKA_SENSITIVE yes`.
    fileprivate func words(of attribute: KeyAttribute) -> String {
        "\(attribute.rawValue) \(self[attribute].map { $0 ? "yes" : "no" } ?? "not told")"
    }

    /// Every attribute by its PKCS #11 name; null for what the token does not tell.
    var json: JSON {
        var members: JSONObject = [:]
        for attribute in KeyAttribute.allCases {
            members[attribute.rawValue] = self[attribute].map { .boolean($0) } ?? .null
        }
        return .object(members)
    }
}

extension TokenDescription {
    /// The members that every key verb shows of a token.
    var json: JSON {
        [
            "label": .string(label), "serial": .string(serial),
            "manufacturer": .string(manufacturer), "model": .string(model),
            "module": .string(moduleName), "pin": .string(pinState.name),
            "pinPad": .boolean(hasPINPad), "loginRequired": .boolean(needsLogin),
        ]
    }
}

extension KeyDescription {
    /// The members that every key verb shows of a key.
    var json: JSON {
        [
            "label": .string(label), "id": .string(idText),
            "type": type.map { .string($0.rawValue) } ?? .null,
        ]
    }
}

extension TokenDescription.PINState {
    /// The name in JSON.
    fileprivate var name: String {
        switch self {
        case .normal: "normal"
        case .triesLow: "tries-low"
        case .finalTry: "final-try"
        case .locked: "locked"
        case .expired: "expired"
        case .notInitialised: "not-initialised"
        }
    }

    fileprivate var words: String {
        switch self {
        case .normal: "set"
        case .triesLow: "a wrong one has been tried"
        case .finalTry: "one try left"
        case .locked: "locked"
        case .expired: "must be changed first"
        case .notInitialised: "not set yet"
        }
    }
}

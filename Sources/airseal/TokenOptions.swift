import ArgumentParser
import Files
import Glibc
import PKCS11
import UseCases

/// Where the PIN of a token comes from, and how long the token may take.
struct TokenOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Read the PIN from this open file descriptor, such as 3 with 3<pin; it is closed then.",
            valueName: "number"))
    var pinFd: Int32?

    @Option(
        help: ArgumentHelp(
            "Read the PIN from this systemd credential. Without any source of the PIN, the "
                + "credential \(TokenOptions.credentialName) is taken where there is one, else the PIN is "
                + "asked at the terminal.",
            valueName: "name"))
    var pinCredential: String?

    @Option(
        help: ArgumentHelp(
            "How long one call of the token may take, in seconds, or with m in minutes; off for as "
                + "long as it likes. Pin-pads and keys that want the PIN each time are always "
                + "waited for.",
            valueName: "time"))
    var tokenTimeout = TokenTimeout.standard

    /// Whether a source of the PIN is named here.
    var namesPIN: Bool { pinFd != nil || pinCredential != nil }

    /// The credential that is taken where nothing names a source.
    static let credentialName = "airseal-pin"

    func validate() throws {
        if pinFd != nil, pinCredential != nil {
            throw ValidationError("--pin-fd and --pin-credential are two sources of one PIN")
        }
        if let pinFd, pinFd < 0 || pinFd == 1 || pinFd == 2 {
            throw ValidationError("--pin-fd takes 0 or a number from 3 on")
        }
        if let pinCredential, !Self.isCredentialName(pinCredential) {
            throw ValidationError("--pin-credential takes the name of a credential, not a path")
        }
    }

    /// The key that `uri` names, with its PIN from where the command line says.
    func access(to uri: String) throws -> KeyAccess {
        let named = try KeyURI(uri).pinFile != nil
        if named, namesPIN {
            throw ValidationError(
                "the key URI has a pin-source, so --\(pinFd != nil ? "pin-fd" : "pin-credential") "
                    + "names a second source of one PIN")
        }
        PINPrompt.endOnSignals()
        return try KeyAccess(
            uri: uri, pin: named ? nil : try pin(), timeout: tokenTimeout, tell: Self.tell,
            prompt: PINPrompt.ask)
    }

    /// The keys that `uris` name, each with its own PIN: what the command line says of a PIN belongs
    /// to one token.
    func accesses(to uris: [String]) throws -> [KeyAccess] {
        guard uris.count > 1 else { return try uris.map(access) }
        guard !namesPIN else {
            throw ValidationError(
                "--pin-fd and --pin-credential are of one key; "
                    + "name the PINs of several with pin-source in their URIs")
        }
        PINPrompt.endOnSignals()
        return try uris.map { uri in
            try KeyAccess(
                uri: uri, timeout: tokenTimeout, tell: Self.tell, prompt: PINPrompt.ask)
        }
    }

    private func pin() throws -> KeyAccess.NamedPIN? {
        if let pinFd { return .descriptor(try DescriptorPIN(reading: pinFd, in: .real)) }
        let folder = Environment.credentialsFolder
        if let pinCredential {
            guard let folder else { throw CredentialError.noCredentials(wanted: pinCredential) }
            return .credential(path: "\(folder)/\(pinCredential)")
        }
        guard let folder else { return nil }
        let path = "\(folder)/\(Self.credentialName)"
        return FileSystem.real.kind(at: path) == nil ? nil : .credential(path: path)
    }

    private static func isCredentialName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 255 && name != "." && name != ".."
            && !name.utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 }
    }

    @Sendable private static func tell(_ notice: TokenNotice) {
        switch notice {
        case .pinPad(let token):
            Terminal.say("type the PIN of \(token.words) at the token itself")
        case .pinForEverySignature(let key):
            Terminal.say("the key \(key.words) wants the PIN before every signature")
        case .rejectionNotRemembered(let error):
            Terminal.say(
                "warning: the next run will not know that this PIN was rejected: \(error.sentence.text)"
            )
        }
    }
}

/// Why a credential cannot be read.
enum CredentialError: Error, Equatable {
    /// The program was started without credentials.
    case noCredentials(wanted: String)
}

extension CredentialError: Speakable {
    var sentence: Sentence {
        switch self {
        case .noCredentials(let wanted):
            Sentence(
                "there is no credential \(ForeignText(wanted)): CREDENTIALS_DIRECTORY is not set",
                hint: "give it to the service: LoadCredential=NAME:PATH, or systemd-run -p")
        }
    }
}

extension Environment {
    /// Where the service manager puts credentials.
    static var credentialsFolder: String? {
        guard let value = unsafe getenv("CREDENTIALS_DIRECTORY") else { return nil }
        let folder = unsafe String(cString: value)
        return folder.isEmpty ? nil : folder
    }
}

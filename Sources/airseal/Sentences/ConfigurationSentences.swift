import Configuration
import Encodings
import Trust

extension ConfigurationError: Speakable {
    var sentence: Sentence {
        switch self {
        case .file(let error): error.sentence
        case .noHome(let path):
            Sentence(
                "\(ForeignText(path)): there is no configuration folder",
                hint: "name the one to use with --home")
        case .noPolicy(let home, let names):
            Sentence(
                "\(ForeignText(home)): there is no trust policy; looked for "
                    + "\(Listing(names.map { "\(ForeignText($0))" }))",
                hint: "write a trust policy there that names whom to trust for which repository")
        case .policy(let path, let error): error.sentence.after("\(ForeignText(path))")
        case .trustStoreName(let path):
            Sentence(
                "\(ForeignText(path)): no policy could name a trust store like this",
                hint: "use letters, digits, and the characters _ . - in its name")
        case .trustStore(let name, let fault):
            fault.sentence.after("the trust store \(name) cannot be used")
        case .noTrustStoreFile(let store, let name):
            Sentence(
                "the trust store \(store) has no file \(ForeignText(name))",
                hint: "airseal trust show lists its files")
        case .json(let path, let error): error.sentence.after("\(ForeignText(path))")
        case .shape(let path, let error): error.sentence.after("\(ForeignText(path))")
        case .unsupportedVersion(let path, let version):
            Sentence("\(ForeignText(path)): has the version \(ForeignText(version)), not 1.0")
        case .siteName(let path, let name):
            Sentence(
                "\(ForeignText(path)): \"\(ForeignText(name))\" is not the name of a site "
                    + "that belongs here")
        case .settings(let path, let error): error.sentence.after("\(ForeignText(path))")
        case .scanner(let path, let error): error.sentence.after("\(ForeignText(path))")
        case .cryptography(let error): error.sentence
        case .peer(let path, let error):
            error.sentence.after("\(ForeignText(path))")
        case .noPeer(let name):
            Sentence("there is no peer \(name)", hint: "see airseal peer list")
        case .revocationFile(let path, let fault): fault.sentence.after("\(ForeignText(path))")
        case .noSigningKeys(let paths):
            Sentence(
                "there is no signingkeys.json; looked for "
                    + "\(Listing(paths.map { "\(ForeignText($0))" }))",
                hint: "name the key with --key or --key-file")
        case .noDefaultSigningKey(let path):
            Sentence(
                "\(ForeignText(path)): names no default key", hint: "name one with --key-name")
        case .noSigningKey(let path, let name, let present):
            Sentence(
                "\(ForeignText(path)): has no key called \"\(ForeignText(name))\"; there are "
                    + "\(Listing(present.map { "\(ForeignText($0))" }))")
        }
    }
}

extension PeerError: Speakable {
    var sentence: Sentence {
        switch self {
        case .identities(let error): error.sentence.after("the peer")
        case .foreignIdentity(let text):
            Sentence(
                "no signature would ever match the identity \"\(ForeignText(text))\"",
                hint: "write x509.subject: and what the signer's subject must have")
        case .noRepositories: Sentence("the peer may speak for no repository")
        case .repository(let text):
            Sentence(
                "\"\(ForeignText(text))\" is no registry or repository, or stands there twice")
        case .noPermissions: Sentence("the peer may sign nothing")
        case .idleIdentities(let permission):
            Sentence(
                "identities are named for \(permission.rawValue), which the peer may not sign",
                hint: "say what it may sign with --may")
        case .permission(let text):
            Sentence(
                "the permission \"\(ForeignText(text))\" is not known, or stands there twice",
                hint: "the permissions are "
                    + Peer.Permission.allCases.map(\.rawValue).joined(separator: ", "))
        case .missingAnchor(let fingerprint):
            Sentence(
                "there is no anchor file for the SHA-256 fingerprint \(ForeignText(fingerprint))")
        case .wrongAnchor(let fingerprint):
            Sentence(
                "the anchor file for the SHA-256 fingerprint \(ForeignText(fingerprint)) "
                    + "cannot be read, or holds another certificate")
        case .anchors(let error): error.sentence.after("the peer's anchors")
        }
    }
}

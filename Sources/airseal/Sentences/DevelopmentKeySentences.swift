import Cryptography
import PKCS11
import Signing
import UseCases

extension DevelopmentKeyError: Speakable {
    var sentence: Sentence {
        switch self {
        case .file(let error): error.sentence
        case .exposed(let path, let owner, let mode):
            Sentence(
                "\(ForeignText(path)) is open to others: it belongs to user \(owner) and has the "
                    + "mode 0\(String(mode & 0o7777, radix: 8))",
                hint: "make it yours, with the mode 0600, and consider a new key")
        case .keyFile(let path, let error): error.sentence.after("\(ForeignText(path))")
        case .noPassphrase(let path):
            Sentence(
                "no passphrase was given for \(ForeignText(path))",
                hint: "type it at the prompt, or name a file of yours with --passphrase-file")
        case .passphrase(let path, let error):
            switch error {
            case .pinEmpty: Sentence("\(ForeignText(path)): the passphrase is empty")
            case .pinTooLong(let limit):
                Sentence("\(ForeignText(path)): the passphrase is longer than \(limit) bytes")
            default: error.sentence.after("\(ForeignText(path))")
            }
        case .passphraseLines(let path):
            Sentence(
                "\(ForeignText(path)) has more than one line, and the passphrase is one",
                hint: "leave nothing in the file but the passphrase")
        case .chain(let path, let error):
            error.sentence(of: "its key", in: "\(ForeignText(path))", repair: "")
        case .certificates(let path, let error): error.sentence.after("\(ForeignText(path))")
        case .keyDoesNotMatchChain(let path, let certificate):
            Sentence(
                "the key in \(ForeignText(path)) is not the one of the chain's first certificate "
                    + "(SHA-256 \(ForeignText(certificate)))",
                hint: "name the chain that was issued for this key, its own certificate first")
        }
    }
}

extension KeyFileError: Speakable {
    var sentence: Sentence {
        switch self {
        case .noKey: Sentence("holds no private key in PKCS#8 or PKCS#12")
        case .otherForm(let label):
            Sentence(
                "holds a \(ForeignText(label)), and not PKCS#8",
                hint: "openssl pkcs8 -topk8 rewrites it")
        case .severalKeys: Sentence("holds more than one private key")
        case .wrongPassphrase:
            Sentence("the passphrase does not open it, or it was changed")
        case .unsupportedEncryption:
            Sentence(
                "is encrypted in a way that this OpenSSL does not offer",
                hint:
                    "openssl pkcs8 -provider legacy -provider default opens it where it was made, "
                    + "and openssl pkcs8 -topk8 encrypts it anew")
        case .damaged:
            Sentence(
                "is damaged, or encrypted in a way that this OpenSSL does not offer",
                hint: "old PKCS#12 files: openssl pkcs12 -legacy rewrites them")
        case .unsupportedKey:
            Sentence(
                "holds a key of a kind that may not sign",
                hint: "use RSA of 2048, 3072 or 4096 bits, or EC on P-256, P-384 or P-521")
        case .tooLarge(let limit): Sentence("is longer than \(limit) bytes")
        }
    }
}

extension PluginKeyError: Speakable {
    var sentence: Sentence {
        Sentence(
            "the key \"\(ForeignText(name))\" of \(ForeignText(path)) is one of the plugin "
                + "\"\(ForeignText(plugin))\", and airseal runs no plugins",
            hint: "name a key on a token with --key")
    }
}

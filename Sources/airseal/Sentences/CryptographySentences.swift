import Cryptography

extension CryptographyError: Speakable {
    var sentence: Sentence {
        switch self {
        case .unavailable(let name): Sentence("the OpenSSL of this machine does not offer \(name)")
        case .unreadableKey: Sentence("the public key cannot be read")
        }
    }
}

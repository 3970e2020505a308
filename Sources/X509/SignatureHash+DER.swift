import Cryptography

extension SignatureHash {
    /// The hash that an AlgorithmIdentifier names; nil for any but the three (rule T22).
    init?(objectIdentifier: String) {
        switch objectIdentifier {
        case "2.16.840.1.101.3.4.2.1": self = .sha256
        case "2.16.840.1.101.3.4.2.2": self = .sha384
        case "2.16.840.1.101.3.4.2.3": self = .sha512
        default: return nil
        }
    }
}

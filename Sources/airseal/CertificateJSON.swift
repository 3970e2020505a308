import Cryptography
import Encodings
import X509

extension Certificate {
    /// The members that every verb shows of a certificate.
    var json: JSON {
        [
            "subject": .string(subject.description), "issuer": .string(issuer.description),
            "serial": .string(serial), "notBefore": .string(notBefore.description),
            "notAfter": .string(notAfter.description),
            "sha256Fingerprint": .string(sha256Fingerprint), "key": .string(publicKey.kind.words),
        ]
    }

    /// The same for people, a line for each.
    var lines: [String] {
        [
            "subject: \(ForeignText(subject.description))",
            "issuer: \(ForeignText(issuer.description))", "serial: \(serial)",
            "valid: \(notBefore) to \(notAfter)", "SHA-256 fingerprint: \(sha256Fingerprint)",
            "key: \(publicKey.kind.words)",
        ]
    }
}

import Cryptography
import Encodings
import X509

extension CertificateLint.Question {
    /// What the rule asks for.
    var title: String {
        switch self {
        case .presence: "there is a certificate"
        case .profile(let rule): rule.title
        case .validity: "every certificate is valid at the time"
        case .path: "no critical extension is unknown, and names keep to name constraints"
        }
    }
}

extension CertificateRule {
    /// What the rule asks for.
    var title: String {
        switch self {
        case .singleIsSelfSigned: "a certificate that stands alone is self-signed"
        case .lastIsSelfSigned: "the last certificate is self-signed"
        case .onlyLastIsSelfSigned: "no certificate before the last is self-signed"
        case .eachIsIssuedByNext: "each certificate is issued by the next"
        case .strongSignatures: "no certificate is signed with SHA-1, MD5 or the like"
        case .authorityBasicConstraints: "authorities have critical basicConstraints with cA true"
        case .pathLength: "no authority has more authorities below it than it allows"
        case .authorityKeyUsage: "authorities have critical keyUsage with keyCertSign"
        case .leafBasicConstraints: "the signer's certificate is no authority's"
        case .leafKeyUsage: "the signer's keyUsage is critical and for signatures only"
        case .leafExtendedKeyUsage: "the signer's extendedKeyUsage, if any, is for code only"
        case .timeStampingAuthorityKeyUsage: "authorities have keyUsage with keyCertSign"
        case .timeStampingKeyUsage: "the signer's keyUsage is for signatures only"
        case .timeStampingExtendedKeyUsage:
            "the signer's extendedKeyUsage is critical and for time stamps only"
        case .leafKey: "the signer's key is RSA 2048, 3072, 4096 or P-256, P-384, P-521"
        case .authorityKey: "authorities have RSA keys of 2048 bits or curves of 256 at least"
        }
    }
}

extension CertificateLint.Fault {
    /// What is wrong with `certificate`.
    func words(of certificate: Certificate) -> String {
        switch self {
        case .flaw(let flaw): flaw.words
        case .outsideValidity:
            "is valid from \(certificate.notBefore) to \(certificate.notAfter)"
        case .path(let reason): reason.words
        }
    }
}

extension CertificateFlaw {
    /// What the certificate is like.
    var words: String {
        switch self {
        case .notSelfSigned: "is not self-signed"
        case .selfSigned: "is self-signed"
        case .otherIssuer: "has an issuer whose name is not the next one's"
        case .otherKey: "names the next one as its issuer and is not signed by its key"
        case .weakSignature(let identifier):
            "is signed with \(ForeignText(Self.algorithms[identifier] ?? identifier))"
        case .missing(let missing): "has no \(missing.rawValue)"
        case .notCritical(let lax): "has \(lax.rawValue) that is not critical"
        case .notAnAuthority: "has basicConstraints that does not say cA true"
        case .authority: "has basicConstraints that says cA true"
        case .pathTooLong(let allowed, let actual):
            "allows \(allowed) authorities below it and has \(actual)"
        case .lacksPurpose(let purpose): "has keyUsage without \(purpose.name)"
        case .forbiddenPurposes(let purposes):
            "has keyUsage with \(Listing(purposes.map(\.name)))"
        case .forbiddenUsages(let usages):
            "has extendedKeyUsage with \(Listing(usages.map { Self.usages[$0] ?? $0 }))"
        case .weakKey(let kind): "has a key of the kind \(kind.words)"
        }
    }

    private static let algorithms = [
        "1.2.840.113549.1.1.4": "MD5", "1.2.840.113549.1.1.5": "SHA-1",
        "1.2.840.10045.4.1": "SHA-1", "1.2.840.113549.1.1.10": "RSA-PSS over SHA-1",
        "1.2.840.113549.1.1.14": "SHA-224", "1.2.840.10045.4.3.1": "SHA-224",
    ]

    private static let usages = [
        ExtendedKeyUsage.codeSigning: "codeSigning",
        ExtendedKeyUsage.serverAuth: "serverAuth", ExtendedKeyUsage.clientAuth: "clientAuth",
        ExtendedKeyUsage.emailProtection: "emailProtection",
        ExtendedKeyUsage.timeStamping: "timeStamping",
        ExtendedKeyUsage.ocspSigning: "OCSPSigning", ExtendedKeyUsage.any: "anyExtendedKeyUsage",
    ]
}

extension KeyUsage.Purpose {
    /// The name in RFC 5280.
    fileprivate var name: String {
        switch self {
        case .digitalSignature: "digitalSignature"
        case .contentCommitment: "contentCommitment"
        case .keyEncipherment: "keyEncipherment"
        case .dataEncipherment: "dataEncipherment"
        case .keyAgreement: "keyAgreement"
        case .keyCertSign: "keyCertSign"
        case .crlSign: "cRLSign"
        case .encipherOnly: "encipherOnly"
        case .decipherOnly: "decipherOnly"
        }
    }
}

extension PublicKey.Kind {
    /// `RSA 2048`, `EC prime256v1`.
    var words: String {
        switch self {
        case .rsa(let bitCount): "RSA \(bitCount)"
        case .rsaPSS(let bitCount): "RSA \(bitCount), bound to PSS"
        case .ec(let curve, _): "EC \(ForeignText(curve))"
        case .other(let name): ForeignText(name).description
        }
    }
}

extension IdentityTrap {
    /// Why stock notation matches no identity.
    var words: String {
        switch self {
        case .missing(let type): "its subject lacks \(type)"
        case .repeated(let type): "its subject has \(type) more than once"
        }
    }
}

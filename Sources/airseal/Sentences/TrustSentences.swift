import Encodings
import Trust
import X509

extension TrustedCertificatesError: Speakable {
    var sentence: Sentence {
        switch self {
        case .none: Sentence("there is no certificate")
        case .notAnAuthority(let fingerprint):
            Sentence(
                "the certificate with the SHA-256 fingerprint \(ForeignText(fingerprint)) "
                    + "is neither an authority's nor self-signed")
        case .notARoot(let fingerprint):
            Sentence(
                "the certificate with the SHA-256 fingerprint \(ForeignText(fingerprint)) "
                    + "is not that of a self-signed authority")
        }
    }
}

extension TrustStoreFault: Speakable {
    var sentence: Sentence {
        switch self {
        case .missing: Sentence("it does not exist")
        case .notAFolder: Sentence("it is no folder; links are refused")
        case .foreignEntry(let name):
            Sentence(
                "\"\(ForeignText(name))\" is no file of certificates, and verification.json allows "
                    + "nothing else in a trust store")
        case .notAFile(let name):
            Sentence("\(ForeignText(name)) in it is no regular file; links are refused")
        case .unreadable(let name, let error): error.sentence.after("\(ForeignText(name)) in it")
        case .unfit(let error): error.sentence
        }
    }
}

extension TrustCapsuleError: Speakable {
    var sentence: Sentence {
        switch self {
        case .tooLarge(let limit): Sentence("the trust capsule is larger than \(limit) bytes")
        case .json(let error): error.sentence.after("the trust capsule")
        case .shape(let error): error.sentence.after("the trust capsule")
        case .unsupportedVersion(let version):
            Sentence(
                "the trust capsule has the format version \(ForeignText(version)), not 1.0",
                hint: "the sender runs a newer airseal: update this side")
        case .unknownCriticalMember(let name):
            Sentence(
                "the trust capsule demands that \"\(ForeignText(name))\" be understood, "
                    + "which this airseal does not",
                hint: "the sender runs a newer airseal: update this side")
        case .unexpectedPolicy(let name):
            Sentence(
                "the trust capsule has the policy \(ForeignText(name)) twice, "
                    + "or no home has such a policy")
        case .policy(let name, let error):
            error.sentence.after("in the trust capsule, \(ForeignText(name))")
        case .unexpectedTrustStore(let name):
            Sentence(
                "the trust capsule has the trust store \(ForeignText(name)) twice, "
                    + "or that is no name of one")
        case .certificate(let store, let error):
            error.sentence.after("in the trust capsule, the trust store \(store)")
        case .trustStore(let store, let error):
            error.sentence.after("in the trust capsule, the trust store \(store)")
        case .notCanonical: Sentence("the trust capsule is not in its one spelling")
        }
    }
}

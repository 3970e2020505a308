import Encodings
import Notary
import Signing
import UseCases
import X509

extension SigningError: Speakable {
    var sentence: Sentence {
        switch self {
        case .token(let error): error.sentence
        case .keyDoesNotMatchChain(let key, let certificate):
            Sentence(
                "the key \(key.words) is not the one of the chain's first certificate "
                    + "(SHA-256 \(ForeignText(certificate)))",
                hint: "name the chain that was issued for this key, its own certificate first")
        case .chain(let key, let error): error.sentence(of: key)
        case .certificate(let error): error.sentence
        }
    }
}

extension SigningRefusal {
    /// Why no signature was made with `chain` at `time`.
    func sentence(of chain: CertificateChain, at time: Timestamp) -> Sentence {
        switch self {
        case .profile(let violation): violation.sentence(in: chain)
        case .outsideValidity(let position, let notBefore, let notAfter):
            Sentence(
                "\(chain.words(at: position)) is not valid at \(time): "
                    + "it is valid from \(notBefore) to \(notAfter)",
                hint: time < notBefore
                    ? "check this machine's clock"
                    : "have a new certificate issued, or check this machine's clock")
        case .expiryNotAfterSigningTime:
            Sentence("the signature would expire no later than it is made, at \(time)")
        case .signatureDoesNotMatchCertificate:
            Sentence(
                "the signature that was made is not by the key of \(chain.words(at: 0))",
                hint: "name the chain that was issued for this key, its own certificate first")
        case .integrity(let failure): failure.sentence
        }
    }
}

extension SigningPlanError: Speakable {
    var sentence: Sentence {
        switch self {
        case .severalLayouts(let count):
            Sentence(
                "all or nothing holds for the images of one layout, and these are in \(count)",
                hint: "sign one layout after the other")
        }
    }
}

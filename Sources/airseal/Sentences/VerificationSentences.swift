import Cryptography
import Encodings
import Notary
import OCILayout
import Trust
import UseCases
import Verification

extension VerificationError: Speakable {
    var sentence: Sentence {
        switch self {
        case .noApplicableStatement(let scope):
            Sentence(
                "the trust policy has no statement for \(ForeignText(scope.text))",
                hint: "check --scope, or write a statement that names whom to trust for it")
        case .layout(let error): error.sentence
        case .cryptography(let error): error.sentence
        }
    }
}

extension VerifyError: Speakable {
    var sentence: Sentence {
        switch self {
        case .noNamedImage: Sentence("there is no named image to verify")
        }
    }
}

extension Finding {
    /// The fact for a person's eyes, and for the report's `reason`.
    var sentence: Sentence {
        switch self {
        case .malformedManifest(let failure): failure.sentence
        case .unreadable(_, let error): error.sentence
        case .broken(let failure): failure.sentence
        case .unusableTrustStore(let name, let fault):
            fault.sentence.after("the trust store \(name) cannot be used")
        case .timestampRefused(let error): error.sentence
        case .malformedPayload(let failure): failure.sentence
        default: Sentence(words)
        }
    }

    /// What needs no more than a clause; nothing useful for the cases above.
    private var words: String {
        switch self {
        case .malformedManifest, .unreadable, .broken, .unusableTrustStore, .timestampRefused,
            .malformedPayload:
            ""
        case .intact: "the signature is by the leaf of its chain"
        case .unknownFormat(let mediaType): "the envelope's media type is \(ForeignText(mediaType))"
        case .pluginMissing(let name): "the signature asks for the plugin \(ForeignText(name))"
        case .keySpecNotAllowed(let spec): "this site takes no signatures of \(spec.rawValue) keys"
        case .trusted(let anchor): "trusted by the certificate \(ForeignText(anchor))"
        case .noTrustStore(let type): "the policy lists no trust store of type \(type.rawValue)"
        case .untrustedChain(let root):
            "no trust store holds a certificate of the chain, whose root is \(ForeignText(root))"
        case .noUsableIdentity: "the policy names no signer by x509.subject"
        case .otherIdentity(let subject):
            "the policy does not name the signer \(ForeignText(escaped: subject))"
        case .expiryMissing: "the signature has no expiry, and this site wants one"
        case .withoutExpiry: "the signature has no expiry"
        case .unexpired(let until): "the signature expires at \(until)"
        case .expired(let expiry): "the signature expired at \(expiry)"
        case .validAt(let time): "every certificate is valid at \(time)"
        case .invalidAt(let time, let subject, let notBefore, let notAfter):
            "the certificate of \(ForeignText(escaped: subject)) is not valid at \(time): "
                + "it is valid from \(notBefore) to \(notAfter)"
        case .signedInFuture(let time):
            "the signing authority vouches for \(time), which has not come yet"
        case .timestampMissing: "the policy asks for a timestamp, and there is none"
        case .timestampInFuture(let time):
            "the time-stamping authority vouches for \(time), which has not come yet"
        case .timestampOutsideValidity(let from, let to, let subject, let notBefore, let notAfter):
            "the certificate of \(ForeignText(escaped: subject)) is not valid at all of the "
                + "time-stamped time, \(from.preciseDescription) to \(to.preciseDescription): it is valid from \(notBefore) to "
                + "\(notAfter)"
        case .timestamped(let from, let to):
            "every certificate is valid at the time-stamped time, \(from.preciseDescription) to "
                + "\(to.preciseDescription)"
        case .noRevocationSource: "no certificate names a revocation source"
        case .notRevoked(let until): "no certificate is revoked, as is known until \(until)"
        case .revoked(let subject, let fact):
            "the certificate of \(ForeignText(escaped: subject)) is \(fact.words)"
        case .revocationUnknown(let subject, let gaps):
            "\(gaps.first?.words ?? "nothing tells"); the certificate of "
                + "\(ForeignText(escaped: subject)) may have been revoked"
        case .payloadMatches: "the payload names the artifact"
        case .otherPayload(let mediaType, let digest, let size):
            "the payload names \(digest) (\(ForeignText(mediaType)), \(size) bytes)"
        case .metadataPresent: "the metadata asked for is there"
        case .metadataMissing(let name): "the metadata lacks \(ForeignText(name))"
        case .otherMetadata(let name): "the metadata has another value for \(ForeignText(name))"
        case .otherPurpose: "the signature was made for a bundle, and no image"
        case .notAsked: "the policy skips this validation"
        }
    }
}

extension ContentReport.Reason {
    /// What is wrong, as the end of a sentence about the content.
    var words: String {
        switch self {
        case .blob(let fault): fault.words
        case .document(let error): error.sentence.text
        }
    }
}

extension ReportWords {
    /// The sentences of the program.
    static let sentences = ReportWords(
        finding: { $0.sentence.text }, content: { $0.words })
}

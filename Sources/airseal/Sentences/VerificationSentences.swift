import Notary
import OCILayout
import Trust
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

extension Finding {
    /// The fact for a person's eyes: as the report has it, but with sentences for errors.
    var sentence: Sentence {
        switch self {
        case .malformedManifest(let failure): failure.sentence
        case .unreadable(_, let error): error.sentence
        case .broken(let failure): failure.sentence
        case .unusableTrustStore(let name, let fault):
            fault.sentence.after("the trust store \(name) cannot be used")
        case .malformedPayload(let failure): failure.sentence
        case .invalidAt(let time, let subject, let notBefore, let notAfter):
            Sentence(
                "the certificate of \(ForeignText(subject)) is not valid at \(time): "
                    + "it is valid from \(notBefore) to \(notAfter)")
        case .revocationUnknown(let subject, let sources):
            Sentence(
                "the certificate of \(ForeignText(subject)) may have been revoked: nothing is at "
                    + "hand from "
                    + "\(Listing(sources.map { "\(ForeignText($0))" }, nothing: "its sources"))")
        case .intact, .unknownFormat, .pluginMissing, .keySpecNotAllowed, .expiryMissing, .trusted,
            .noTrustStore, .untrustedChain,
            .noUsableIdentity, .otherIdentity, .withoutExpiry, .unexpired, .expired, .validAt,
            .signedInFuture, .timestampMissing, .timestampUnjudged, .noRevocationSource,
            .payloadMatches,
            .otherPayload, .otherPurpose, .metadataPresent, .metadataMissing, .otherMetadata,
            .notAsked:
            Sentence("\(ForeignText(text))")
        }
    }
}

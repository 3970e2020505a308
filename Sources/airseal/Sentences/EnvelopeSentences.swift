import Cryptography
import Encodings
import Notary
import X509

extension IntegrityFailure: Speakable {
    var sentence: Sentence {
        let said = reason.sentence
        return Sentence("\(said.text) (rule \(rule))", hint: said.hint)
    }
}

extension IntegrityFailure.Reason {
    /// What is wrong, without the rule.
    fileprivate var sentence: Sentence {
        switch self {
        case .tooLarge(let count): Sentence("the envelope is too large: \(count) bytes")
        case .notJSON(let error): error.sentence.after("the envelope")
        case .notCBOR(let error): error.sentence.after("the envelope")
        case .badShape(let error): error.sentence.after("the envelope")
        case .notSign1: Sentence("the envelope is no tagged COSE_Sign1 of four parts")
        case .notBase64(let member):
            Sentence("the envelope's member \(ForeignText(member)) is no base64")
        case .emptySignature: Sentence("the signature has no bytes")
        case .badPayload(let failure): failure.sentence
        case .headerMissing(let name): Sentence("the header \(ForeignText(name)) is missing")
        case .headerMalformed(let name): Sentence("the header \(ForeignText(name)) is malformed")
        case .headerMisplaced(let name):
            Sentence("the header \(ForeignText(name)) stands where it may not")
        case .contentType(let type):
            Sentence("the payload is said to be \(ForeignText(type)), which is no Notary payload")
        case .unknownScheme(let scheme):
            Sentence("the signing scheme \(ForeignText(scheme)) is not known")
        case .mayNotBeCritical(let name):
            Sentence("the header \(ForeignText(name)) is listed as critical and may not be")
        case .criticalMissing(let name):
            Sentence("the header \(ForeignText(name)) is listed as critical and is missing")
        case .criticalTwice(let name):
            Sentence("the header \(ForeignText(name)) is listed as critical twice")
        case .mustBeCritical(let name):
            Sentence("the header \(ForeignText(name)) is not listed as critical and must be")
        case .criticalUnknown(let name):
            Sentence("the critical header \(ForeignText(name)) is not understood")
        case .expiryNotAfterSigningTime:
            Sentence("the signature expires no later than it was made")
        case .certificate(let position, let error):
            error.sentence.after("certificate \(position + 1)")
        case .chain(let error): error.sentence.after("the certificate chain")
        case .profile(let violation):
            Sentence("certificate \(violation.position + 1) \(violation.rule.broken)")
        case .unknownAlgorithm(let name):
            Sentence("the signature algorithm \(ForeignText(name)) is none of the six")
        case .algorithmMismatch(let spec, let key):
            Sentence(
                "the signature is for a key of kind \(spec.rawValue), "
                    + "but the signer's is \(key.rawValue)")
        case .signatureMismatch:
            Sentence("the signature is not by the key of the signer's certificate")
        }
    }
}

extension PayloadFailure: Speakable {
    var sentence: Sentence {
        switch self {
        case .notJSON(let error): error.sentence.after("the payload")
        case .badShape(let error): error.sentence.after("the payload")
        case .reservedAnnotation(let name):
            Sentence(
                "the metadata name \(ForeignText(name)) is reserved",
                hint: "choose a name that begins with neither io.cncf.notary nor io.airseal")
        }
    }
}

extension SignatureManifestFailure: Speakable {
    var sentence: Sentence {
        switch self {
        case .tooLarge(let count):
            Sentence("the signature manifest is too large: \(count) bytes")
        case .notJSON(let error): error.sentence.after("the signature manifest")
        case .badShape(let error): error.sentence.after("the signature manifest")
        case .schemaVersion(let version):
            Sentence("the signature manifest has schemaVersion \(version), not 2")
        case .mediaType(let type):
            Sentence("the signature manifest has the media type \(ForeignText(type))")
        case .config(let type):
            Sentence(
                "the signature manifest has a configuration of the type \(ForeignText(type)), "
                    + "not the empty one")
        case .configContent: Sentence("the signature manifest's configuration is not {}")
        case .layerCount(let count):
            Sentence("the signature manifest has \(count) layers, not one")
        }
    }
}

import Encodings
import X509

extension TimestampTokenError: Speakable {
    var sentence: Sentence {
        if let unreadable { return unreadable.after("the time-stamp token cannot be read") }
        return Sentence("the time-stamp token proves nothing: \(words)")
    }

    /// Why there is no token to verify; nil where there is one.
    private var unreadable: Sentence? {
        switch self {
        case .tooLarge(let count): Sentence("it is too large: \(count) bytes")
        case .unreadable: Sentence("it is no CMS message")
        case .trailingBytes: Sentence("bytes follow its end")
        case .otherContent: Sentence("it is a CMS message over something else")
        case .malformed(let error): Sentence("its TSTInfo is malformed: \(error.words)")
        case .version(let version): Sentence("its TSTInfo has version \(version), not 1")
        case .generationTime(let error): Sentence("its time is malformed: \(error.words)")
        case .accuracy(let error): Sentence("its accuracy is malformed: \(error.words)")
        case .hash(let identifier):
            Sentence("its imprint is made with the hash \(ForeignText(identifier))")
        case .otherImprint: Sentence("it is over other bytes than this signature")
        case .tooManyCertificates(let count): Sentence("it has too many certificates: \(count)")
        case .certificate(let position, let error):
            error.sentence.after("certificate \(position + 1)")
        case .cryptography(let error): error.sentence
        default: nil
        }
    }

    /// What is wrong with a token that was read; nothing useful for the cases above.
    private var words: String {
        switch self {
        case .tooLarge, .unreadable, .trailingBytes, .otherContent, .malformed, .version,
            .generationTime, .accuracy, .hash, .otherImprint, .tooManyCertificates, .certificate,
            .cryptography:
            ""
        case .malformedMessage(let error): "its SignedData is malformed: \(error.words)"
        case .messageVersion(let version): "its SignedData has version \(version), not 3"
        case .otherCertificates: "one of its certificates is none of X.509"
        case .criticalExtension(let identifier):
            "its TSTInfo has the critical extension \(ForeignText(identifier)), which is unknown"
        case .noSigner: "nobody has signed it"
        case .tooManySigners(let count): "it has too many signers: \(count)"
        case .signerVersion(let version): "its SignerInfo has version \(version), not 1"
        case .noSignedAttributes: "it has no signed attributes"
        case .missing(let attribute): "it has no signed attribute \(attribute.rawValue)"
        case .malformedAttribute(let attribute):
            "its signed attribute \(attribute.rawValue) is malformed"
        case .otherContentType: "its signed attributes are about another type of content"
        case .otherDigest: "its signed attributes are about other content"
        case .weakSigningCertificate: "it names its signer's certificate by SHA-1 only"
        case .otherSigningCertificate: "it names another certificate than its signer's"
        case .digestAlgorithm(let identifier):
            "its content is hashed with \(ForeignText(identifier))"
        case .signatureAlgorithm(let identifier):
            "it is signed with the algorithm \(ForeignText(identifier))"
        case .noSigningCertificate: "its signer's certificate is not in it"
        case .wrongSignature: "its signature is not by its signer's key"
        case .untrusted(let subject):
            "no chain leads from \(ForeignText(escaped: subject)) to a root in a tsa trust store"
        case .outsideValidity(let time, let subject, let notBefore, let notAfter):
            "the certificate of \(ForeignText(escaped: subject)) was not valid at its time, "
                + "\(time): it is valid from \(notBefore) to \(notAfter)"
        case .signedOutsideValidity(let time, let subject, let notBefore, let notAfter):
            "the certificate of \(ForeignText(escaped: subject)) was not valid when its signer "
                + "says to have signed, \(time): it is valid from \(notBefore) to \(notAfter)"
        case .profile(let violation): violation.sentence.text
        case .path(let violation):
            "certificate \(violation.position + 1) \(violation.reason.words)"
        }
    }
}

extension PathViolation.Reason {
    /// What is wrong with the certificate.
    var words: String {
        switch self {
        case .criticalExtension: "has a critical extension that is unknown"
        case .nameConstraints: "has a name that its authority may not give"
        case .other(let code): "breaks RFC 5280 (OpenSSL's error \(code))"
        }
    }
}

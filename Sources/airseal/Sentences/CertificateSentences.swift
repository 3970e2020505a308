import Encodings
import X509

extension CertificateError: Speakable {
    var sentence: Sentence {
        switch self {
        case .malformed(let error): Sentence("the certificate is malformed: \(error.words)")
        case .unreadable: Sentence("the certificate cannot be read")
        case .unreadableKey: Sentence("the key in the certificate cannot be read")
        case .cryptography(let error): error.sentence
        case .serialNumber:
            Sentence("the certificate's serial number is negative or longer than 20 bytes")
        case .algorithmsDiffer:
            Sentence("the certificate names two different signature algorithms")
        case .duplicateExtension(let identifier):
            Sentence("the certificate has the extension \(ForeignText(identifier)) twice")
        case .malformedExtension(let identifier):
            Sentence("the certificate's extension \(ForeignText(identifier)) is malformed")
        case .tooLarge(let byteCount):
            Sentence("the certificate file is too large: \(byteCount) bytes")
        case .tooMany(let count): Sentence("there are too many certificates: \(count)")
        case .noCertificate:
            Sentence(
                "there is no certificate", hint: "certificates are read as PEM or as one DER")
        case .malformedPEM: Sentence("a PEM block does not end, or is no base64")
        case .cannotIssue: Sentence("the certificate could not be made")
        }
    }
}

extension CertificateRequestError: Speakable {
    var sentence: Sentence {
        switch self {
        case .unsupportedKey:
            Sentence(
                "the key is of a kind that may not sign",
                hint: "use RSA of 2048, 3072 or 4096 bits, or EC on P-256, P-384 or P-521")
        case .unknownAttribute(let name):
            Sentence("no attribute of a subject is called \(ForeignText(name))")
        case .country(let value):
            Sentence(
                "a country has two letters, and C is \(ForeignText(value))",
                hint: "write it as ISO 3166 does: C=CH")
        case .tooLong(let attribute, let limit, let actual):
            Sentence(
                "\(ForeignText(attribute)) has \(actual) characters, and takes at most \(limit)")
        case .characters(let attribute):
            Sentence("\(ForeignText(attribute)) has characters that it cannot hold")
        case .notMade: Sentence("the certificate request could not be made")
        case .foreignSignature:
            Sentence(
                "the certificate request could not be made: the token's signature is not that of the key"
            )
        }
    }
}

extension DERError {
    /// What is wrong, of what was read.
    var words: String {
        switch self {
        case .truncated: "it ends too early"
        case .trailingBytes: "bytes follow its end"
        case .notDistinguished: "a length or tag is not in its one DER form"
        case .unexpected(let tag): "unexpected tag 0x\(Hex.encode([tag]))"
        case .badValue(let tag): "bad value behind tag 0x\(Hex.encode([tag]))"
        }
    }
}

extension CertificateRule {
    /// What the certificate that breaks the rule is like.
    var broken: String {
        switch self {
        case .singleIsSelfSigned: "stands alone and is not self-signed"
        case .lastIsSelfSigned: "is the last of its chain and is not self-signed"
        case .onlyLastIsSelfSigned: "is self-signed and yet not the last of its chain"
        case .eachIsIssuedByNext: "is not issued by the next one"
        case .strongSignatures: "is signed with a weak or unknown algorithm"
        case .authorityBasicConstraints:
            "is an authority's, but its critical basicConstraints do not say so"
        case .pathLength: "has more authorities below it than its path length allows"
        case .authorityKeyUsage: "is an authority's, but its critical keyUsage lacks keyCertSign"
        case .leafBasicConstraints: "is the signer's, but says that it is an authority's"
        case .leafKeyUsage: "is the signer's, but its critical keyUsage is not digitalSignature"
        case .leafExtendedKeyUsage:
            "is the signer's, but its extendedKeyUsage is not for signing code"
        case .timeStampingAuthorityKeyUsage: "is an authority's, but its keyUsage lacks keyCertSign"
        case .timeStampingKeyUsage:
            "is the time-stamping authority's, but its keyUsage is not digitalSignature"
        case .timeStampingExtendedKeyUsage:
            "is the time-stamping authority's, but its critical extendedKeyUsage is not "
                + "timeStamping alone"
        case .leafKey: "has a key that may not sign: too short, or of another kind"
        case .authorityKey: "has an authority's key that is too short or of another kind"
        }
    }
}

extension CertificateViolation {
    var sentence: Sentence {
        Sentence("certificate \(position + 1) \(rule.broken) (rule \(rule.number))")
    }

    /// The same, the certificate named.
    func sentence(in chain: CertificateChain) -> Sentence {
        Sentence("\(chain.words(at: position)) \(rule.broken) (rule \(rule.number))")
    }
}

extension CertificateChain {
    /// The certificate at `position`: `certificate 1 of 2 (CN=signer)`.
    func words(at position: Int) -> String {
        let place = "certificate \(position + 1) of \(certificates.count)"
        guard certificates.indices.contains(position) else { return place }
        let subject = certificates[position].subject
        let name = subject.commonName.map { "CN=\(ForeignText($0))" }
        return "\(place) (\(name ?? ForeignText(subject.description).description))"
    }
}

import Encodings
import Trust
import X509

extension RevocationGap {
    /// Why nobody knows, for a person. The issue's own phrase comes first where a list is stale.
    var words: String {
        switch self {
        case .list(let facts, let flaw): flaw.words(of: facts)
        case .response(let facts, let flaw): flaw.words(of: facts)
        case .uncoveredReasons(let reasons):
            "the CRLs at hand do not speak of "
                + "\(Listing(reasons.sorted { $0.rawValue < $1.rawValue }.map(\.words)))"
        case .noList(let issuer, let urls):
            "no CRL of \(issuer.shown) is at hand" + Self.from(urls)
        case .indirectListsOnly(let issuer):
            "only CRLs that another than \(issuer.shown) issues speak of it, and such are not believed"
        case .noResponse(let issuer, let urls):
            "no OCSP response about a certificate of \(issuer.shown) is at hand" + Self.from(urls)
        case .noSource: "the certificate names neither CRL nor OCSP, and this site wants one"
        case .responderWithoutSource:
            "the responder's certificate names no CRL, and lacks ocsp-nocheck"
        }
    }

    private static func from(_ urls: [String]) -> String {
        urls.isEmpty ? "" : ", from \(Listing(urls.map { "\(ForeignText($0))" }))"
    }
}

extension RevocationListFlaw {
    fileprivate func words(of facts: RevocationListFacts) -> String {
        let list = "\(facts.baseNumber == nil ? "CRL" : "delta CRL") of \(facts.issuer.shown)"
        return switch self {
        case .expired(let since): "\(list) expired on \(since)"
        case .tooOld(let limit):
            "\(list) is of \(facts.thisUpdate), and older than the \(limit) s that this site allows"
        case .withoutNextUpdate: "\(list) does not say when the next one is due"
        case .withoutDelta(let urls):
            "\(list) wants a delta, and none that fits is at hand"
                + (urls.isEmpty
                    ? "" : ", from \(Listing(urls.map { "\(ForeignText($0))" }))")
        case .belowFloor(let floor):
            "\(list) is of \(facts.thisUpdate), and a later one, of \(floor.thisUpdate), was seen"
        case .fromFuture: "\(list) says that it was made on \(facts.thisUpdate), which has not come"
        case .unreadableEntry(let error):
            "what \(list) says of the certificate cannot be read: \(error.sentence.text)"
        case .unknownCriticalEntryExtensions(let identifiers):
            "what \(list) says of the certificate has unknown critical extensions: "
                + "\(Listing(identifiers.map { "\(ForeignText($0))" }))"
        case .unknownCriticalExtensions(let identifiers):
            "\(list) has unknown critical extensions: "
                + "\(Listing(identifiers.map { "\(ForeignText($0))" }))"
        case .unnumbered: "\(list) goes with no other, for one of them has no number"
        case .notAboveBase: "\(list) is no newer than the CRL to which it should add"
        case .needsNewerBase: "\(list) adds to a newer CRL than the one at hand"
        case .notSigned: "\(list) is not signed by its issuer's key"
        case .otherKey: "\(list) says that another key of its issuer has signed it"
        case .weakSignature(let identifier):
            "\(list) is signed with a weak or unknown algorithm, \(ForeignText(identifier))"
        case .issuerMayNotSign: "\(list) is signed by an authority whose key is not for CRLs"
        case .indirect: "\(list) may speak of other issuers' certificates, and is not believed"
        case .otherKind: "\(list) is about certificates of another kind"
        case .otherDistributionPoint: "\(list) is of another distribution point"
        case .otherIssuer:
            "\(list) is from where the certificate says, and the certificate is by another issuer"
        }
    }
}

extension OCSPResponseFlaw {
    fileprivate func words(of facts: OCSPResponseFacts) -> String {
        let response = "the OCSP response of \(facts.producedAt)"
        return switch self {
        case .expired(let since): "\(response) expired on \(since)"
        case .withoutNextUpdate: "\(response) does not say when a newer one is due"
        case .doesNotKnow: "the responder of \(facts.producedAt) does not know the certificate"
        case .fromFuture: "\(response) was made at a time which has not come"
        case .unknownCriticalExtensions(let identifiers):
            "\(response) has unknown critical extensions: "
                + "\(Listing(identifiers.map { "\(ForeignText($0))" }))"
        case .unproven(let flaw): "\(response) proves nothing: \(flaw.words)"
        case .responderRevoked: "the certificate of the responder of \(facts.producedAt) is revoked"
        case .responderUnknown(let gaps):
            "the certificate of the responder of \(facts.producedAt) may be revoked: "
                + (gaps.first?.words ?? "nothing tells")
        }
    }
}

extension OCSPSignatureFlaw {
    fileprivate var words: String {
        switch self {
        case .weakSignature(let identifier):
            "it is signed with a weak or unknown algorithm, \(ForeignText(identifier))"
        case .noCertificate: "its responder is neither the issuer nor in it"
        case .otherKey: "its responder's key did not sign it"
        case .otherIssuer: "its responder's certificate is by another issuer"
        case .weakCertificate(let identifier):
            "its responder's certificate is signed with a weak or unknown algorithm, "
                + "\(ForeignText(identifier))"
        case .otherUsage: "its responder's certificate is not for signing OCSP responses"
        case .otherPurpose: "its responder's key is not for signatures"
        case .outsideValidity(let notBefore, let notAfter):
            "its responder's certificate was valid from \(notBefore) to \(notAfter) only"
        }
    }
}

extension RevokedCertificate {
    /// Since when and why, as the end of a sentence that says that a certificate is revoked.
    var words: String {
        let what = reason == .certificateHold ? "on hold" : "revoked"
        let why = reason.flatMap { $0 == .certificateHold ? nil : ", \($0.words)" } ?? ""
        return "\(what) since \(since)\(why)"
    }
}

extension RevocationReason {
    /// The reason in the words of RFC 5280.
    var words: String {
        switch self {
        case .unspecified: "unspecified"
        case .keyCompromise: "keyCompromise"
        case .authorityCompromise: "cACompromise"
        case .affiliationChanged: "affiliationChanged"
        case .superseded: "superseded"
        case .cessationOfOperation: "cessationOfOperation"
        case .certificateHold: "certificateHold"
        case .removeFromCRL: "removeFromCRL"
        case .privilegeWithdrawn: "privilegeWithdrawn"
        case .attributeAuthorityCompromise: "aACompromise"
        }
    }
}

extension DistinguishedName {
    /// The name, safe to show.
    var shown: String { ForeignText(escaped: description).description }
}

extension RevocationListError: Speakable {
    var sentence: Sentence {
        switch self {
        case .tooLarge(let byteCount): Sentence("the CRL is too large: \(byteCount) bytes")
        case .tooMany(let count): Sentence("there are too many CRLs in one file: \(count)")
        case .noList:
            Sentence(
                "there is no CRL", hint: "CRLs and OCSP responses are read as PEM or as DER")
        case .malformedPEM: Sentence("a PEM block does not end, or is no base64")
        case .malformed(let error): Sentence("the CRL is malformed: \(error.words)")
        case .version(let version): Sentence("the CRL is of version \(version)")
        case .algorithmsDiffer: Sentence("the CRL names two different signature algorithms")
        case .duplicateExtension(let identifier):
            Sentence("the CRL has the extension \(ForeignText(identifier)) twice")
        case .malformedExtension(let identifier):
            Sentence("the CRL's extension \(ForeignText(identifier)) is malformed")
        case .cryptography(let error): error.sentence
        }
    }
}

extension OCSPResponseError: Speakable {
    var sentence: Sentence {
        switch self {
        case .tooLarge(let byteCount):
            Sentence("the OCSP response is too large: \(byteCount) bytes")
        case .malformedPEM: Sentence("a PEM block does not end, or is no base64")
        case .malformed(let error): Sentence("the OCSP response is malformed: \(error.words)")
        case .status(let status): Sentence("the OCSP responder gave no answer: status \(status)")
        case .otherType(let identifier):
            Sentence("the OCSP response is of another type, \(ForeignText(identifier))")
        case .version(let version): Sentence("the OCSP response is of version \(version)")
        case .duplicateExtension(let identifier):
            Sentence("the OCSP response has the extension \(ForeignText(identifier)) twice")
        case .malformedExtension(let identifier):
            Sentence("the OCSP response's extension \(ForeignText(identifier)) is malformed")
        case .tooManyCertificates(let count):
            Sentence("the OCSP response has too many certificates: \(count)")
        case .certificate(_, let error): error.sentence.after("in the OCSP response")
        case .cryptography(let error): error.sentence
        }
    }
}

public import Encodings
public import X509

/// Why it is not known whether a certificate is revoked.
public indirect enum RevocationGap: Sendable, Equatable {
    /// A list that might tell, and why it does not count.
    case list(RevocationListFacts, RevocationListFlaw)
    /// A response that might tell, and why it does not count.
    case response(OCSPResponseFacts, OCSPResponseFlaw)
    /// Lists that count speak of some reasons only; nobody speaks of these.
    case uncoveredReasons(Set<RevocationReason>)
    /// No list of the issuer that is about the certificate is at hand. The certificate says that one
    /// is to be had at `urls`.
    case noList(issuer: DistinguishedName, urls: [String])
    /// The certificate names only lists that another than its issuer issues, which count for nothing.
    case indirectListsOnly(issuer: DistinguishedName)
    /// No response about the certificate is at hand. It says that one is to be had at `urls`.
    case noResponse(issuer: DistinguishedName, urls: [String])
    /// The certificate names neither CRL nor OCSP, and the rules require one.
    case noSource

    /// How little it helps to know this gap: the one that helps most has the least.
    var rank: Int {
        switch self {
        case .list(_, let flaw): flaw.rank
        case .response(_, let flaw): flaw.rank
        case .uncoveredReasons: 2
        case .noList: 5
        case .indirectListsOnly: 6
        case .noResponse: 7
        case .noSource: 9
        }
    }
}

/// What a list says of itself.
public struct RevocationListFacts: Sendable, Equatable {
    /// The digest of the list.
    public let digest: Digest
    /// Who is said to have issued it.
    public let issuer: DistinguishedName
    /// Its number, big-endian, without a leading zero byte; nil where it has none.
    public let number: [UInt8]?
    /// The number of the list to which it adds; nil for a complete one.
    public let baseNumber: [UInt8]?
    /// When it was made.
    public let thisUpdate: Timestamp
    /// When the next one is due at the latest; nil where it does not say.
    public let nextUpdate: Timestamp?
    /// Where the operator says that it is from; may be empty.
    public let urls: Set<String>

    init(_ item: RevocationEvidence.List) {
        digest = item.list.digest
        issuer = item.list.issuer
        number = item.list.number
        baseNumber = item.list.baseNumber
        thisUpdate = item.list.thisUpdate
        nextUpdate = item.list.nextUpdate
        urls = item.urls
    }
}

/// Why a list does not count.
public enum RevocationListFlaw: Error, Sendable, Equatable {
    /// The next one was due.
    case expired(since: Timestamp)
    /// It is older than the rules allow, in seconds.
    case tooOld(limit: Int64)
    /// It does not say when the next one is due.
    case withoutNextUpdate
    /// It, or the certificate, says that deltas are to be had at `urls`, and none that fits counts.
    case withoutDelta(urls: [String])
    /// A higher one of the same scope was seen.
    case belowFloor(RevocationFloors.Floor)
    /// It says that it was made more than five minutes from now.
    case fromFuture
    /// What it says of the certificate cannot be read.
    case unreadableEntry(RevocationListError)
    /// What it says of the certificate has critical extensions that nobody here knows.
    case unknownCriticalEntryExtensions([String])
    /// It has critical extensions that nobody here knows.
    case unknownCriticalExtensions([String])
    /// A delta, or the list to which it should add, without a number.
    case unnumbered
    /// A delta whose number is not above that of the complete list at hand.
    case notAboveBase(number: [UInt8])
    /// A delta to a list that is newer than the complete one at hand.
    case needsNewerBase(number: [UInt8])
    /// The signature is not by the issuer's key.
    case notSigned
    /// It says that another key of the issuer's signed it.
    case otherKey
    /// It is signed with this algorithm.
    case weakSignature(String)
    /// The issuer's certificate has a key usage without cRLSign.
    case issuerMayNotSign
    /// It may list certificates of other issuers.
    case indirect
    /// It is about certificates of another kind: of authorities, of users, or attributes.
    case otherKind
    /// It is from, or about, another distribution point than the certificate names.
    case otherDistributionPoint
    /// It is from where the certificate says, and another issuer's.
    case otherIssuer

    var rank: Int {
        switch self {
        case .expired, .tooOld, .withoutNextUpdate: 1
        case .notAboveBase, .needsNewerBase, .unnumbered, .belowFloor: 2
        case .withoutDelta: 3
        case .fromFuture, .unreadableEntry, .unknownCriticalEntryExtensions,
            .unknownCriticalExtensions, .indirect, .weakSignature, .issuerMayNotSign, .notSigned:
            4
        case .otherIssuer, .otherKey, .otherKind, .otherDistributionPoint: 8
        }
    }
}

/// What a response says of itself and of the certificate.
public struct OCSPResponseFacts: Sendable, Equatable {
    /// The digest of the response.
    public let digest: Digest
    /// When it was signed.
    public let producedAt: Timestamp
    /// When the responder knew what it says.
    public let thisUpdate: Timestamp
    /// When it will know more at the latest; nil where it does not say.
    public let nextUpdate: Timestamp?

    init(_ response: OCSPResponse, _ answer: OCSPAnswer) {
        digest = response.digest
        producedAt = response.producedAt
        thisUpdate = answer.thisUpdate
        nextUpdate = answer.nextUpdate
    }
}

/// Why a response does not count.
public indirect enum OCSPResponseFlaw: Error, Sendable, Equatable {
    /// A newer one was due.
    case expired(since: Timestamp)
    /// It does not say when a newer one is due.
    case withoutNextUpdate
    /// The responder does not know the certificate.
    case doesNotKnow
    /// It says that it was made more than five minutes from now.
    case fromFuture
    /// It has critical extensions that nobody here knows.
    case unknownCriticalExtensions([String])
    /// Nobody signed it who may speak for the issuer.
    case unproven(OCSPSignatureFlaw)
    /// The responder's own certificate is revoked.
    case responderRevoked(RevokedCertificate)
    /// It is not known whether the responder's own certificate is revoked.
    case responderUnknown([RevocationGap])

    var rank: Int {
        switch self {
        case .expired, .withoutNextUpdate: 1
        case .doesNotKnow, .fromFuture, .unknownCriticalExtensions, .unproven, .responderRevoked,
            .responderUnknown:
            4
        }
    }
}

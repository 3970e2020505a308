public import Encodings
public import X509

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
    /// It says that it was made further ahead than clocks may differ.
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

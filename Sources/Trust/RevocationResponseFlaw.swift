public import Encodings
public import X509

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
    /// It says that it was made further ahead than clocks may differ.
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

public import Cryptography
public import Encodings
public import Notary
public import OCILayout
public import Trust
public import X509

/// What one validation found in one signature: a fact, which implies its result.
public enum Finding: Sendable, Equatable {
    // Integrity
    /// The envelope is whole, its signature by its leaf, its chain within the profile.
    case intact
    /// The signature manifest breaks a rule of its own.
    case malformedManifest(SignatureManifestFailure)
    /// A blob that the signature is made of cannot be had.
    case unreadable(Digest, LayoutError)
    /// The envelope's media type is neither format's (rule M7).
    case unknownFormat(mediaType: String)
    /// The envelope breaks a rule.
    case broken(IntegrityFailure)
    /// The signer asks for a plugin, and there is none (rule B7).
    case pluginMissing(name: String)
    /// The site does not take signatures of such keys.
    case keySpecNotAllowed(KeySpec)

    // Authenticity
    /// A trust store vouches for the chain by this certificate, and the signer is one that is
    /// trusted.
    case trusted(anchor: String)
    /// The policy lists no store of the type that the signing scheme needs (rule R12).
    case noTrustStore(TrustStoreType)
    /// A store that the policy lists may not be used.
    case unusableTrustStore(TrustStoreName, TrustStoreFault)
    /// No trust store holds a certificate of the chain (rule R11).
    case untrustedChain(root: String)
    /// The policy names signers, none in a way that can be matched here (rule Y6).
    case noUsableIdentity
    /// The policy names signers, and this is none of them (rule Y10).
    case otherIdentity(subject: String)

    // Expiry
    /// The site wants signatures to expire, and this one never does.
    case expiryMissing
    /// The signature never expires.
    case withoutExpiry
    /// The signature expires later.
    case unexpired(until: Timestamp)
    /// The signature has expired.
    case expired(Timestamp)

    // Authentic timestamp
    /// Every certificate was valid at this time.
    case validAt(Timestamp)
    /// A certificate was not valid at this time.
    case invalidAt(Timestamp, subject: String, notBefore: Timestamp, notAfter: Timestamp)
    /// A signing authority vouches for a time that has not come yet (rule S-time).
    case signedInFuture(Timestamp)
    /// The policy asks for a timestamp, and there is none (rule T28).
    case timestampMissing
    /// There is one, and it proves nothing.
    case timestampRefused(TimestampTokenError)
    /// The authority says to have made it at a time that has not come yet (rule T24).
    case timestampInFuture(Timestamp)
    /// A certificate of the signer's was not valid during all of the time that the timestamp may
    /// speak of (rule T24).
    case timestampOutsideValidity(
        from: Timestamp, to: Timestamp, subject: String, notBefore: Timestamp,
        notAfter: Timestamp)
    /// An authority vouches that the signature was there at a time between these, at which every
    /// certificate was valid (rule T24).
    case timestamped(from: Timestamp, to: Timestamp)

    // Revocation
    /// No certificate but the root names a place to ask.
    case noRevocationSource
    /// No certificate is revoked; `until` is the first moment at which this no longer holds.
    case notRevoked(until: Timestamp)
    /// This certificate is revoked, or on hold.
    case revoked(subject: String, RevokedCertificate)
    /// Nothing at hand tells whether this certificate is revoked: why, what helps most to know first
    /// (rule O4).
    case revocationUnknown(subject: String, [RevocationGap])

    // Payload and metadata
    /// What was signed is the artifact.
    case payloadMatches
    /// What was signed is no payload.
    case malformedPayload(PayloadFailure)
    /// What was signed is something else.
    case otherPayload(mediaType: String, digest: Digest, size: Int64)
    /// All metadata that was asked for is there.
    case metadataPresent
    /// The metadata lacks this name (rule U5).
    case metadataMissing(name: String)
    /// The metadata has another value under this name (rule U5).
    case otherMetadata(name: String)

    /// The signature was made for one of Airseal's own artifacts, such as a bundle.
    case otherPurpose

    /// The policy has this validation skipped.
    case notAsked
}

/// The outcome of one validation.
public enum ValidationResult: String, Sendable {
    /// As it should be.
    case pass
    /// Not as it should be.
    case fail
    /// Not looked at, because the policy says so.
    case skipped
    /// Nothing at hand says.
    case unknown
}

extension Finding {
    /// The result that the fact implies.
    public var result: ValidationResult {
        switch self {
        case .intact, .trusted, .withoutExpiry, .unexpired, .validAt, .timestamped,
            .noRevocationSource, .notRevoked, .payloadMatches, .metadataPresent:
            .pass
        // An archive that is read in one pass keeps no envelope of such a size.
        case .unreadable(_, .notHeld), .timestampRefused(.cryptography), .revocationUnknown:
            .unknown
        case .notAsked: .skipped
        case .malformedManifest, .unreadable, .unknownFormat, .broken, .pluginMissing,
            .keySpecNotAllowed, .expiryMissing,
            .noTrustStore, .unusableTrustStore, .untrustedChain, .noUsableIdentity,
            .otherIdentity, .expired, .invalidAt, .signedInFuture, .timestampMissing,
            .timestampRefused, .timestampInFuture, .timestampOutsideValidity, .revoked,
            .malformedPayload,
            .otherPayload, .otherPurpose, .metadataMissing, .otherMetadata:
            .fail
        }
    }

    /// The rule of the conformance list that the fact keeps or breaks; nil where there is none.
    public var rule: String? {
        switch self {
        case .malformedManifest(let failure): failure.rule
        case .unreadable: "L8"
        case .unknownFormat: "M7"
        case .broken(let failure): failure.rule
        case .pluginMissing: "B7"
        case .trusted, .untrustedChain: "R11"
        case .noTrustStore: "R12"
        case .unusableTrustStore(_, let fault): fault.rule
        case .noUsableIdentity: "Y6"
        case .otherIdentity: "Y10"
        case .unexpired, .expired: "J11"
        case .validAt, .invalidAt: "X15"
        case .signedInFuture: "S-time"
        case .timestampMissing: "T28"
        case .timestampRefused(let error): error.rule
        case .timestampInFuture, .timestampOutsideValidity, .timestamped: "T24"
        case .revocationUnknown: "O4"
        case .payloadMatches, .otherPayload: "P4"
        case .malformedPayload(let failure): failure.rule
        case .metadataPresent, .metadataMissing, .otherMetadata: "U5"
        case .intact, .keySpecNotAllowed, .expiryMissing, .otherPurpose, .withoutExpiry,
            .noRevocationSource, .notRevoked, .revoked, .notAsked:
            nil
        }
    }
}

extension SignatureManifestFailure {
    fileprivate var rule: String {
        switch self {
        case .tooLarge, .notJSON, .badShape, .schemaVersion, .mediaType: "M1"
        case .config: "M2"
        case .configContent: "M5"
        case .layerCount: "M6"
        }
    }
}

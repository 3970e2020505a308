public import Encodings
public import X509

/// What is known about the revocation of a chain.
public struct RevocationStatus: Sendable {
    /// Each certificate, leaf first; the root is never asked about.
    public let certificates: [CertificateRevocation]
    /// Everything that verified on the way, each once.
    public let proofs: [RevocationProof]
}

/// What is known about the revocation of one certificate.
public enum CertificateRevocation: Sendable, Equatable {
    /// It is not revoked. `until` is the first moment at which this no longer holds.
    case good(by: RevocationSource, until: Timestamp)
    /// It names neither CRL nor OCSP, and the rules do not require either.
    case withoutSource
    /// It is revoked, or on hold.
    case revoked(RevokedCertificate)
    /// Nothing at hand tells. What would most help to know comes first; never empty.
    case unknown([RevocationGap])
}

/// A piece of evidence that decided.
public struct RevocationSource: Sendable, Hashable {
    /// What it is.
    public let kind: RevocationEvidence.Kind
    /// The digest of the list or response.
    public let digest: Digest
}

/// That a certificate is revoked, and why.
public struct RevokedCertificate: Sendable, Equatable {
    /// Since when, by its issuer's word.
    public let since: Timestamp
    /// Why; nil where the issuer does not say.
    public let reason: RevocationReason?
    /// Since when it is known, or suspected, to be no good; nil where the issuer does not say.
    public let invalidityDate: Timestamp?
    /// Who says so.
    public let source: RevocationSource
}

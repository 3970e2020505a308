public import Encodings
public import X509

/// The outcome of a request for a signature.
public enum SigningOutcome: Sendable {
    /// The envelope's bytes, and what a verifier will read in them.
    case signed([UInt8], VerifiedEnvelope)
    /// Nothing was made that could be used.
    case refused(SigningRefusal)
}

/// Why no envelope was made.
public enum SigningRefusal: Error, Sendable, Equatable {
    /// The chain breaks the certificate profile. The signer was not asked.
    case profile(CertificateViolation)
    /// A certificate is not valid at the signing time (rule X15). The signer was not asked.
    case outsideValidity(position: Int, notBefore: Timestamp, notAfter: Timestamp)
    /// The signature would expire no later than it is made (rule J11). The signer was not asked.
    case expiryNotAfterSigningTime
    /// What the signer made is not a signature by the key of the leaf: key and chain do not belong
    /// together.
    case signatureDoesNotMatchCertificate
    /// The envelope breaks a rule for readers.
    case integrity(IntegrityFailure)
}

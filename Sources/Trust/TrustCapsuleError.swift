public import Encodings
public import X509

/// Why bytes are no trust capsule.
public enum TrustCapsuleError: Error, Equatable {
    /// More bytes than `TrustCapsule.byteCountMax`.
    case tooLarge(limit: Int)
    /// Not one strict JSON text.
    case json(JSONError)
    /// A member is missing or of another type.
    case shape(JSONShapeError)
    /// Another version than "1.0".
    case unsupportedVersion(String)
    /// A member that its writer says must be understood, and is not.
    case unknownCriticalMember(String)
    /// No policy file that a home has, or one that stands twice.
    case unexpectedPolicy(name: String)
    /// A policy that is not acceptable.
    case policy(name: String, TrustPolicyError)
    /// No name of a trust store, or one that stands twice.
    case unexpectedTrustStore(name: String)
    /// A certificate of this store cannot be read.
    case certificate(store: TrustStoreName, CertificateError)
    /// The certificates of this store may not stand there.
    case trustStore(TrustStoreName, TrustedCertificatesError)
    /// Sound, but not in its one spelling: blanks, another order, something twice.
    case notCanonical
}

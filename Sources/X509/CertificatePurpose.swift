/// What a chain of certificates is for.
public enum CertificatePurpose: String, Sendable, CaseIterable {
    /// Signing code, and so images and bundles.
    case codeSigning = "code-signing"
    /// Making time stamps.
    case timeStamping = "time-stamping"

    /// What a chain for it must satisfy.
    public var profile: CertificateProfile {
        switch self {
        case .codeSigning: .codeSigning
        case .timeStamping: .timeStamping
        }
    }
}

public import Encodings
public import Notary
public import OCI

/// An artifact that passed: only a verifier makes one.
public struct VerifiedArtifact: Sendable {
    /// Why it passed.
    public enum Basis: Sendable {
        /// These signatures, at least one, in the order of the layout.
        case signatures([VerifiedSignature])
        /// The policy of its repository is at level skip.
        case policySkips
    }

    /// What passed.
    public let target: Descriptor
    /// Why.
    public let basis: Basis
    /// Whether everything that it is made of was found whole as well.
    public let isContentChecked: Bool

    init(target: Descriptor, basis: Basis, isContentChecked: Bool) {
        self.target = target
        self.basis = basis
        self.isContentChecked = isContentChecked
    }
}

/// A signature that passed: only a verifier makes one.
public struct VerifiedSignature: Sendable {
    /// The digest of its manifest.
    public let digest: Digest
    /// Its envelope.
    public let envelope: VerifiedEnvelope

    init?(_ report: SignatureReport) {
        guard report.verdict == .verified, let envelope = report.envelope else { return nil }
        digest = report.manifest.digest
        self.envelope = envelope
    }
}

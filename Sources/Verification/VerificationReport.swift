public import Encodings
public import OCI
public import Trust

/// What is concluded of one reference, and from what.
///
/// - SeeAlso: docs/formats/verification-report.md.
public struct VerificationReport: Sendable {
    /// Why an artifact is refused, beyond what its signatures and its content say of themselves.
    public enum Refusal: Sendable, Equatable {
        /// It has no signature (rule V3).
        case noSignature
        /// None of its signatures passes.
        case noSignaturePasses
        /// None passes among as many as may be examined, and there are more.
        case signatureLimit(Int)
        /// Signatures pass, and not those of as many signers as the site requires.
        case requiredSignatures(count: Int, threshold: Int)
        /// Something that it is made of is missing or damaged.
        case content
        /// Manifests that it lists were judged too, and some are refused.
        case manifests(refused: Int, of: Int)
    }

    /// The reference as the operator gave it.
    public let reference: String
    /// What it was resolved to; nil if it could not be.
    public let target: Descriptor?
    /// The repository for which the policy was asked; nil where no policy is.
    public let scope: RegistryScope?
    /// The name of the statement that was applied; nil if there is none.
    public let policy: String?
    /// The verdict.
    public let verdict: Verdict
    /// The moment of the verdict.
    public let time: VerificationTime
    /// The SHA-256 of the policy document; nil where no policy is.
    public let policyDigest: Digest?
    /// What names the trust stores; nil where no policy is.
    public let trustDigest: Digest?
    /// The SHA-256 of the site's settings; nil where there are none.
    public let settingsDigest: Digest?
    /// What names what was at hand about revocation; nil where there was nothing.
    public let revocationDigest: Digest?
    /// The moment from which the verdict no longer holds, by time alone; nil if it never lapses,
    /// and for every verdict but verified.
    public let validUntil: Timestamp?
    /// What was found of the content.
    public let content: ContentReport
    /// What was found of each signature that was examined, in the order of the layout.
    public let signatures: [SignatureReport]
    /// Whose signatures the site requires, and who has signed; nil where one of anybody will do.
    public let requiredSignatures: RequiredSignaturesReport?
    /// What was concluded of the manifests that an index lists; empty unless they were judged.
    public let manifests: [VerificationReport]
    /// Why it is refused; empty unless it is.
    public let refusals: [Refusal]

    /// A reference that was not resolved, or for which no policy speaks: refused where that is
    /// damage, undecided otherwise.
    public init(
        unresolved reference: String, scope: RegistryScope?, verdict: Verdict,
        time: VerificationTime
    ) {
        self.init(
            reference: reference, target: nil, basis: .none(scope), verdict: verdict, time: time,
            validUntil: nil, content: .unchecked, signatures: [], requiredSignatures: nil,
            manifests: [], refusals: [])
    }

    init(
        reference: String, target: Descriptor?, basis: PolicyBasis, verdict: Verdict,
        time: VerificationTime, validUntil: Timestamp?, content: ContentReport,
        signatures: [SignatureReport], requiredSignatures: RequiredSignaturesReport?,
        manifests: [VerificationReport], refusals: [Refusal]
    ) {
        self.reference = reference
        self.target = target
        scope = basis.scope
        policy = basis.policy
        policyDigest = basis.policyDigest
        trustDigest = basis.trustDigest
        settingsDigest = basis.settingsDigest
        revocationDigest = basis.revocationDigest
        self.verdict = verdict
        self.time = time
        self.validUntil = validUntil
        self.content = content
        self.signatures = signatures
        self.requiredSignatures = requiredSignatures
        self.manifests = manifests
        self.refusals = refusals
    }
}

/// What of the policy a report names.
struct PolicyBasis {
    let scope: RegistryScope?
    let policy: String?
    let policyDigest: Digest?
    let trustDigest: Digest?
    let settingsDigest: Digest?
    let revocationDigest: Digest?

    static func none(_ scope: RegistryScope?) -> PolicyBasis {
        PolicyBasis(
            scope: scope, policy: nil, policyDigest: nil, trustDigest: nil,
            settingsDigest: nil, revocationDigest: nil)
    }
}

/// A report, and the artifact if it passed.
public struct VerificationOutcome: Sendable {
    /// What is concluded, and from what.
    public let report: VerificationReport
    /// The artifact; nil unless the verdict is verified or skipped.
    public let artifact: VerifiedArtifact?
}

public import OCI
public import OCILayout

/// What a caller asks of a verification beyond the policy.
public struct VerificationOptions: Sendable {
    /// Whether the artifact's own content is left unread.
    public var signaturesOnly: Bool
    /// How many signatures of one artifact are examined at most.
    public var signatureCountMax: Int
    /// Whether examining ends as soon as enough signatures pass.
    public var stopsAtFirst: Bool
    /// What of an index is judged besides the index itself.
    public var recursion: Recursion
    /// Names and values that a signature must carry in its payload (rule U5).
    public var metadata: [(name: String, value: String)]

    /// Everything is hashed, and as many signatures are examined as notation examines.
    public init(
        signaturesOnly: Bool = false, signatureCountMax: Int = Limits.signatureCountMax,
        stopsAtFirst: Bool = false, recursion: Recursion = .none,
        metadata: [(name: String, value: String)] = []
    ) {
        precondition(signatureCountMax > 0, "without any signature there is nothing to verify")
        self.signaturesOnly = signaturesOnly
        self.signatureCountMax = signatureCountMax
        self.stopsAtFirst = stopsAtFirst
        self.recursion = recursion
        self.metadata = metadata
    }
}

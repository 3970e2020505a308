/// What a site asks about revocation, beyond the specification.
///
/// - SeeAlso: O2 of the conformance list.
public struct RevocationRules: Sendable, Equatable {
    /// How many seconds after its thisUpdate a list still counts; nil where its nextUpdate alone
    /// decides.
    public let maxCRLAge: Int64?
    /// Whether a certificate that names neither CRL nor OCSP is unknown instead of passed.
    public let requiresInformation: Bool
    /// Whether a time stamp says when a signature was made, against which an invalidity date counts.
    /// Whoever asks `RevocationCheck` passes that time on, or does not.
    public let usesTimestamp: Bool
    /// How far ahead of the verifier's time evidence may be made, in seconds.
    public let clockTolerance: Int64

    /// The highest age that a site can allow, in seconds: a hundred years, which is no limit.
    public static let ageMaxSeconds: Int64 = 100 * 366 * 86_400

    /// What the specification asks.
    public static let standard = RevocationRules()

    /// What is left out is as the specification has it. An age beyond `ageMaxSeconds` is that.
    public init(
        maxCRLAge: Int64? = nil, requiresInformation: Bool = false, usesTimestamp: Bool = true,
        clockTolerance: Int64 = VerificationSettings.standardClockTolerance
    ) {
        self.maxCRLAge = maxCRLAge.map { min($0, Self.ageMaxSeconds) }
        self.requiresInformation = requiresInformation
        self.usesTimestamp = usesTimestamp
        self.clockTolerance = clockTolerance
    }
}

public import Trust

/// One validation of one signature: what follows from its failure, and what was found.
public struct ValidationOutcome: Sendable, Equatable {
    /// The question.
    public let validation: Validation
    /// What follows from a failure.
    public let action: ValidationAction
    /// The answer.
    public let finding: Finding

    /// Whether the signature fails by this.
    public var isRefusal: Bool { action == .enforce && finding.result == .fail }
    /// Whether this leaves open if the signature passes.
    public var isUndecided: Bool { action == .enforce && finding.result == .unknown }
    /// Whether something is wrong that the policy only wants to be told.
    public var isWarning: Bool {
        action == .log && (finding.result == .fail || finding.result == .unknown)
    }
}

/// What is concluded of an artifact or of one of its signatures.
public enum Verdict: String, Sendable {
    /// It is what the policy asks for.
    case verified
    /// It is not.
    case refused
    /// Nothing is wrong, but something that the policy enforces is unknown.
    case undecided
    /// The policy does not want it to be looked at.
    case skipped
}

/// A refusal of the rule of succession that an operator may lift, each by its own name and for a
/// reason. There is none for a repeat, a rollback, a fork, another destination or a bundle from the
/// future.
public enum ChainOverride: String, Sendable, CaseIterable {
    /// Another stream than the one known: the sender was made anew.
    case stream
    /// Numbers are missing; they are given up for ever.
    case gap
    /// The bundle may no longer be received.
    case late
    /// The sender has seen a receipt that this site does not remember: this site was restored.
    case restored
}

/// What the rule of succession says of a bundle.
public struct ChainJudgement: Sendable, Equatable {
    /// Why it is not the next one; nil if it is.
    public let refusal: ChainRefusal?
    /// The overrides without which there would have been a refusal.
    public let lifted: Set<ChainOverride>
}

/// What one kind of evidence says of a certificate.
struct RevocationFinding {
    /// Nil where it says nothing definite.
    var decision: CertificateRevocation?
    var gaps: [RevocationGap] = []
    var proofs: [RevocationProof] = []

    /// The gaps, those that help most first.
    var rankedGaps: [RevocationGap] {
        gaps.enumerated().sorted { left, right in
            (left.element.rank, left.offset) < (right.element.rank, right.offset)
        }.map(\.element)
    }

    /// Adds what another kind says, which decides where this one does not.
    mutating func add(_ other: RevocationFinding) {
        decision = decision ?? other.decision
        gaps += other.gaps
        proofs += other.proofs
    }
}

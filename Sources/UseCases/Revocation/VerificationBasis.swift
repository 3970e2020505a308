internal import Configuration
internal import Encodings
internal import Files
internal import State
internal import Trust
internal import Verification

/// Everything that verdicts of this site rest on.
struct VerificationBasis {
    /// Policy, stores, evidence and settings.
    let trust: TrustConfiguration
    /// What tells of revocation.
    let revocation: RevocationCheck
}

extension Site {
    /// What this site judges by. A replay knows no floor, neither the time's nor a CRL's.
    ///
    /// - Throws: where the home cannot be used, or the clock is behind its floor.
    func verificationBasis(isReplay: Bool) throws -> VerificationBasis {
        var floors = Floors.none
        if !isReplay {
            try checkClock()
            floors = try existingState()?.floors() ?? .none
        }
        let trust = try home().imageTrust()
        let revocation = RevocationCheck(
            evidence: trust.evidence, rules: trust.settings.revocation,
            floors: floors.ofRevocationLists)
        return VerificationBasis(trust: trust, revocation: revocation)
    }

    /// Moves the floors up to what was proven; makes a state only if something was.
    func raiseFloors(by testimony: Testimony) throws {
        guard !testimony.isEmpty else { return }
        try state().changeFloors { $0.raise(by: testimony) }
    }
}

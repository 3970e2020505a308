internal import Audit
public import Configuration
internal import Encodings
internal import Files
internal import State
public import Trust

/// What became of trust that was to be restored.
public struct RestoreTrustReport: Sendable {
    /// What was restored, or would be.
    public let restored: ReplacedTrust
    /// What makes it of the trust that was in force.
    public let difference: TrustDifference
    /// Why nothing was changed; nil where it was, or would be.
    public let conflict: VerificationSettingsConflict?
    /// The number under which the trust is kept that was in force; nil where nothing was changed.
    public let replaced: Int64?
    /// Whether all of it stands where notation looks.
    public let isSettled: Bool
}

/// Why no trust was restored.
public enum RestoreTrustError: Error, Equatable {
    /// No trust was ever replaced here.
    case nothingKept
    /// Nothing is kept under this number; what is.
    case noSuchNumber(Int64, present: [Int64])
}

extension Site {
    /// What is kept of trust that was replaced, in the order in which that came to pass.
    public func replacedTrust() throws -> [ReplacedTrust] { try home().replacedTrust() }

    /// Makes trust that was replaced the trust of this site again: what is kept under `number`, else
    /// what was replaced last. The counters of capsules stay as they are.
    ///
    /// - Parameters:
    ///   - number: what to restore.
    ///   - reason: why, for the record; nil for a rehearsal, which changes nothing.
    /// - Returns: what was restored.
    /// - Throws: `RestoreTrustError`.
    public func restoreTrust(_ number: Int64?, reason: String?) throws -> RestoreTrustReport {
        let home = try home()
        let writer = try reason == nil ? nil : HomeWriter(home, patience: patience)
        let kept = try home.replacedTrust()
        guard let last = kept.last else { throw RestoreTrustError.nothingKept }
        let wanted = number ?? last.number
        guard let chosen = kept.first(where: { $0.number == wanted }),
            let trust = try home.replacedTrust(wanted)
        else { throw RestoreTrustError.noSuchNumber(wanted, present: kept.map(\.number)) }
        let settings = try home.verificationSettings()
        let difference = TrustDifference(from: try home.trustState(), to: trust, under: settings)
        let conflict = trust.imagePolicy.flatMap { settings.conflict(with: $0) }
        var installation: HomeWriter.Installation?
        if let writer, let reason, conflict == nil, !difference.isEmpty {
            let details: JSONObject = [
                "number": .integer(wanted), "weaker": .boolean(!difference.weaknesses.isEmpty),
                "reason": .string(reason), "difference": difference.record,
            ]
            try recorded("trust-restore", details) {
                installation = try writer.install(
                    trust, kept: wanted, at: clock.now, cause: "trust restore \(wanted)")
            }
        }
        return RestoreTrustReport(
            restored: chosen, difference: difference, conflict: conflict,
            replaced: installation?.replaced, isSettled: installation?.isSettled ?? true)
    }
}

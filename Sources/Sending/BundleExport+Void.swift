import Audit
public import Encodings
import Files
import State

/// What became of the wish to give a number up.
public enum VoidOutcome: Sendable, Equatable {
    /// It is void, and every later inventory says so. `writtenTo` is where the record says that the
    /// bundle was written, if it says so: then it may have left.
    case voided(writtenTo: String?)
    /// It is not, and nothing was changed.
    case refused(VoidRefusal)
}

/// Why a number is not given up: it is not that of an unfinished export.
public enum VoidRefusal: Sendable, Equatable {
    /// Nothing was ever exported to the destination.
    case neverExported
    /// Its bundle was finished.
    case sent
    /// It is void already; why.
    case alreadyVoid(reason: String)
    /// No export has begun with it; the next one gets the number `next`.
    case notReached(next: Int64)
}

extension VoidRefusal {
    /// The word for programs; docs/commands/export.md lists them.
    public var code: String {
        switch self {
        case .neverExported: "never-exported"
        case .sent: "sent"
        case .alreadyVoid: "already-void"
        case .notReached: "not-reached"
        }
    }
}

extension BundleExport {
    /// Declares `number` of an unfinished export to `destination` void: its bundle never arrives,
    /// and every later inventory says so.
    ///
    /// - Parameters:
    ///   - number: the number.
    ///   - destination: the site that it was for.
    ///   - reason: the operator's words; they go to the destination.
    ///   - userName: who says so, for the record.
    ///   - userID: the user's number.
    /// - Returns: what became of it.
    /// - Throws: where state or record cannot be read or written.
    public func void(
        _ number: Int64, to destination: SiteName, reason: String, userName: String,
        userID: UInt32
    ) throws(SendingError) -> VoidOutcome {
        // A name that was mistyped must not begin a stream.
        let store = try SendingError.state { () throws(StateError) in
            try state.knownSending(to: destination) == nil
                ? nil : try state.sending(to: destination, randomness)
        }
        guard let store else { return .refused(.neverExported) }
        let turn = try SendingError.state { () throws(StateError) in
            try store.turn(patience: patience)
        }
        defer { withExtendedLifetime(turn) {} }
        let now = try SendingError.state { () throws(StateError) in try store.state() }
        guard let pending = now.pending, pending.sequence == number else {
            return .refused(now.refusal(ofVoiding: number))
        }
        let target = try recordedTarget(of: pending.bundle)
        let event = AuditEvent(
            operation: OperationID(from: randomness), kind: "export-void", time: clock.now,
            userName: userName, userID: userID,
            details: [
                "destination": .string(destination.text), "stream": .string(now.stream.text),
                "sequence": .integer(pending.sequence),
                "bundle": .string(pending.bundle.description), "reason": .string(reason),
            ])
        do throws(AuditError) { _ = try state.audit.append(event) } catch { throw .audit(error) }
        try SendingError.state { () throws(StateError) in try store.void(reason: reason) }
        return .voided(writtenTo: target)
    }

    /// Where the record says that `bundle` was written.
    private func recordedTarget(of bundle: Digest) throws(SendingError) -> String? {
        var target: String?
        do throws(AuditError) {
            _ = try state.audit.verify { record in
                guard record.event.kind == "export",
                    record.event.details["bundle"] == .string(bundle.description),
                    case .string(let path)? = record.event.details["target"]
                else { return }
                target = path
            }
        } catch { throw .audit(error) }
        return target
    }
}

extension SendingState {
    fileprivate func refusal(ofVoiding number: Int64) -> VoidRefusal {
        if let void = voids.first(where: { $0.sequence == number }) {
            return .alreadyVoid(reason: void.reason)
        }
        return (1..<next).contains(number) ? .sent : .notReached(next: next)
    }
}

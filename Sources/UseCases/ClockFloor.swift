internal import Configuration
public import Encodings
internal import Files
public import State
internal import Trust

/// What the clock says, and what it must not fall behind.
public struct ClockStatus: Sendable {
    /// What the clock says.
    public let now: Timestamp
    /// The latest time that somebody trusted has signed; nil until there is one.
    public let floor: ClockFloor?
    /// When this machine signed last; nil if it never did.
    public let lastSigning: Timestamp?
    /// How far clocks may differ, in seconds.
    public let tolerance: Int64

    /// Whether verdicts are given at this time.
    public var isBehindFloor: Bool { isBehind(floor?.time) }
    /// Whether signatures are made at this time, as far as earlier ones say.
    public var isBehindLastSigning: Bool { isBehind(lastSigning) }

    private func isBehind(_ time: Timestamp?) -> Bool {
        time.map { now.adding(seconds: tolerance) < $0 } ?? false
    }
}

extension Site {
    /// The clock and its floor. Makes no state where there is none.
    public func clockStatus() throws -> ClockStatus {
        let floors = try existingState()?.floors() ?? .none
        return ClockStatus(
            now: clock.now, floor: floors.clock, lastSigning: floors.lastSigning,
            tolerance: try clockTolerance())
    }

    /// Takes the clock's word against what was proven before, and records why.
    ///
    /// Afterwards neither the floor nor the last signature is later than the clock.
    ///
    /// - Parameter reason: why the clock is right and the other time was wrong.
    /// - Returns: what was so before; nothing was changed where the clock is not behind.
    /// - Throws: where the record or the state refuses.
    public func acceptClock(reason: String) throws -> ClockStatus {
        let before = try clockStatus()
        guard before.isBehindFloor || before.isBehindLastSigning else { return before }
        let now = before.now.wholeSeconds
        let details: JSONObject = [
            "clock": .string(now.description),
            "floor": before.floor.map { .string($0.time.description) } ?? .null,
            "witness": before.floor.map { .string($0.witness) } ?? .null,
            "lastSigning": before.lastSigning.map { .string($0.description) } ?? .null,
            "reason": .string(reason),
        ]
        try recorded("clock-accept", details) {
            try state().changeFloors { floors in
                if before.isBehindFloor {
                    floors.clock = ClockFloor(time: now, witness: "clock accept: \(reason)")
                }
                if before.isBehindLastSigning { floors.lastSigning = now }
            }
        }
        return before
    }

    /// The state, if there is one.
    func existingState() throws -> StateFolder? {
        files.kind(at: statePath) == nil ? nil : try state()
    }

    /// Nobody is judged by a clock that is behind what was proven.
    func checkClock() throws {
        try existingState()?.checkClock(clock.now, tolerance: clockTolerance())
    }

    /// How far clocks may differ, in seconds: as the home says, or five minutes.
    func clockTolerance() throws -> Int64 {
        guard files.kind(at: homePath) == .folder else {
            return VerificationSettings.standardClockTolerance
        }
        return try home().verificationSettings().clockTolerance
    }
}

import Encodings
import Files
import State
import TestTokens
import Testing

@Suite struct `The floors` {
    private static func time(_ text: String) -> Timestamp {
        Timestamp(rfc3339: text) ?? Timestamp(seconds: 0)
    }

    private static let noon = ClockFloor(time: time("2026-05-01T12:00:00Z"), witness: "a CRL")

    private static func state() throws -> StateFolder {
        let state = try StateFolder(at: TemporaryFolder.make(), in: .real)
        try state.changeFloors { $0.raise(by: noon) }
        return state
    }

    // Refusals.

    @Test func `let no clock pass that is behind by more than clocks may differ`() throws {
        let state = try Self.state()
        for behind in [301, 3600, 365 * 86_400, Self.noon.time.seconds] as [Int64] {
            let now = Self.noon.time.adding(seconds: -behind)
            #expect(throws: StateError.clockBehind(now: now, Self.noon)) {
                try state.checkClock(now, tolerance: 300)
            }
        }
        try state.checkClock(Self.noon.time.adding(seconds: -300), tolerance: 300)
        try state.checkClock(Self.noon.time, tolerance: 0)
    }

    @Test func `let nothing be signed before the last signature`() throws {
        let state = try Self.state()
        let last = Self.noon.time.adding(seconds: 86_400)
        try state.beginSigning(at: last)
        let now = last.adding(seconds: -301)
        #expect(throws: StateError.signedLater(now: now, last: last)) {
            try state.checkSigningClock(now, tolerance: 300)
        }
        // It restrains nothing else.
        try state.checkClock(now, tolerance: 300)
        try state.checkSigningClock(last, tolerance: 300)
    }

    @Test func `are not those of a damaged file`() throws {
        let state = try Self.state()
        for text in ["", "{}", #"{"version": 1, "clock": null}"#] {
            try state.folder.replace("floors.json", with: Array(text.utf8))
            #expect(throws: StateError.damaged(path: "\(state.folder.path)/floors.json")) {
                try state.checkClock(Self.noon.time, tolerance: 0)
            }
            #expect(throws: StateError.self) { try state.changeFloors { $0 = .none } }
        }
    }

    // Acceptances.

    @Test func `go up and never down`() throws {
        let state = try Self.state()
        let earlier = ClockFloor(time: Self.time("2026-05-01T11:59:59Z"), witness: "a bundle")
        #expect(try state.changeFloors { $0.raise(by: earlier) }.clock == Self.noon)
        let later = ClockFloor(time: Self.time("2026-05-01T12:00:01Z"), witness: "a bundle")
        #expect(try state.changeFloors { $0.raise(by: later) }.clock == later)
        #expect(try state.floors().clock == later)
        try state.beginSigning(at: later.time)
        try state.beginSigning(at: earlier.time)
        #expect(try state.floors().lastSigning == later.time)
    }

    @Test func `are written and read alike`() throws {
        let state = try Self.state()
        let lists = [
            RevocationListFloor(
                issuerKey: "ab", issuer: "CN=Root", distributionPoint: "", isDelta: false,
                number: "0a", thisUpdate: Self.noon.time),
            RevocationListFloor(
                issuerKey: "ab", issuer: "CN=Root", distributionPoint: "cd", isDelta: true,
                number: nil, thisUpdate: Self.noon.time),
        ]
        let written = try state.changeFloors { $0.revocationLists = lists }
        #expect(try state.floors() == written)
        #expect(written.revocationLists == lists)
    }
}

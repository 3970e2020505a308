public import Encodings
internal import Files

/// What this machine has seen proven, and must not fall behind: nothing on a medium can make it
/// forget.
public struct Floors: Sendable, Equatable {
    /// The latest time that somebody trusted has signed; nil until there is one.
    public var clock: ClockFloor?
    /// When this machine signed last. It restrains signing only.
    public var lastSigning: Timestamp?
    /// The latest CRLs, each of another key, scope and kind.
    public var revocationLists: [RevocationListFloor]

    /// Nothing was ever seen.
    public static let none = Floors(clock: nil, lastSigning: nil, revocationLists: [])

    /// Floors as they stand here.
    public init(
        clock: ClockFloor?, lastSigning: Timestamp?, revocationLists: [RevocationListFloor]
    ) {
        self.clock = clock
        self.lastSigning = lastSigning
        self.revocationLists = revocationLists
    }

    /// Takes `witness` for the time's floor, unless it is of an earlier time.
    public mutating func raise(by witness: ClockFloor) {
        guard clock.map({ $0.time < witness.time }) ?? true else { return }
        clock = witness
    }
}

/// A time before which it cannot be, and who has signed it.
public struct ClockFloor: Sendable, Equatable {
    /// The time.
    public let time: Timestamp
    /// What says so, in words.
    public let witness: String

    /// A time and its witness.
    public init(time: Timestamp, witness: String) {
        self.time = time
        self.witness = witness
    }
}

/// The latest CRL of one key, scope and kind.
public struct RevocationListFloor: Sendable, Equatable {
    /// The SHA-256 of the issuer's SubjectPublicKeyInfo, in lower-case hexadecimal.
    public let issuerKey: String
    /// The name of the issuer, for showing.
    public let issuer: String
    /// The SHA-256 of what the CRL says of its scope, in lower-case hexadecimal; empty where it says
    /// nothing.
    public let distributionPoint: String
    /// Whether it is a delta.
    public let isDelta: Bool
    /// Its number in lower-case hexadecimal; nil where it has none.
    public let number: String?
    /// When it was made.
    public let thisUpdate: Timestamp

    /// The latest of its kind.
    public init(
        issuerKey: String, issuer: String, distributionPoint: String, isDelta: Bool,
        number: String?, thisUpdate: Timestamp
    ) {
        self.issuerKey = issuerKey
        self.issuer = issuer
        self.distributionPoint = distributionPoint
        self.isDelta = isDelta
        self.number = number
        self.thisUpdate = thisUpdate
    }
}

extension StateFolder {
    /// The floors; none on a machine that has seen nothing yet.
    public func floors() throws(StateError) -> Floors {
        try floorsDocument.read(members: Floors.members) { place throws(JSONShapeError) in
            try Floors(place)
        } ?? .none
    }

    /// Changes the floors in one step, while no other run does.
    ///
    /// - Returns: the floors as they are now.
    @discardableResult
    public func changeFloors(_ change: (inout Floors) -> Void) throws(StateError) -> Floors {
        let document = floorsDocument
        return try document.locked { () throws(StateError) in
            let before = try floors()
            var after = before
            change(&after)
            if after == before {
                // The run that wrote them may have died before they were on the medium.
                try document.settle()
            } else {
                try document.write(after.members)
            }
            return after
        }
    }

    /// Finds out whether this machine may sign at `now`.
    ///
    /// - Parameters:
    ///   - now: what the clock says.
    ///   - tolerance: how far clocks may differ, in seconds.
    /// - Throws: `.clockBehind` or `.signedLater` where it may not.
    public func checkSigningClock(_ now: Timestamp, tolerance: Int64) throws(StateError) {
        try checkClock(now, tolerance: tolerance)
        guard let last = try floors().lastSigning, now.adding(seconds: tolerance) < last else {
            return
        }
        throw .signedLater(now: now, last: last)
    }

    /// Remembers that this machine is about to sign.
    public func beginSigning(at now: Timestamp) throws(StateError) {
        try changeFloors { $0.lastSigning = max($0.lastSigning ?? now, now).wholeSeconds }
    }

    /// Finds out whether `now` may be the time: it lies behind the floor by no more than clocks may
    /// differ.
    ///
    /// - Parameters:
    ///   - now: what the clock says.
    ///   - tolerance: how far clocks may differ, in seconds.
    /// - Throws: `.clockBehind` where it may not.
    public func checkClock(_ now: Timestamp, tolerance: Int64) throws(StateError) {
        guard let floor = try floors().clock else { return }
        guard now.adding(seconds: tolerance) < floor.time else { return }
        throw .clockBehind(now: now, floor)
    }

    private var floorsDocument: StateDocument {
        StateDocument(folder: folder, name: "floors.json")
    }
}

extension Floors {
    fileprivate static let members = ["clock", "lastSigning", "revocationLists"]

    fileprivate init(_ place: JSONPlace) throws(JSONShapeError) {
        clock = try place.nullable("clock") { place throws(JSONShapeError) in
            try place.onlyMembers(["time", "witness"])
            return ClockFloor(
                time: try place.member("time").timestamp(),
                witness: try place.member("witness").string())
        }
        lastSigning = try place.nullable("lastSigning") { place throws(JSONShapeError) in
            try place.timestamp()
        }
        revocationLists = try place.member("revocationLists").elements {
            place throws(JSONShapeError) in try RevocationListFloor(place)
        }
    }

    fileprivate var members: JSONObject {
        [
            "clock": clock.map {
                ["time": .string($0.time.description), "witness": .string($0.witness)]
            } ?? .null,
            "lastSigning": lastSigning.map { .string($0.description) } ?? .null,
            "revocationLists": .array(revocationLists.map(\.json)),
        ]
    }
}

extension RevocationListFloor {
    fileprivate init(_ place: JSONPlace) throws(JSONShapeError) {
        try place.onlyMembers([
            "issuerKey", "issuer", "distributionPoint", "delta", "number", "thisUpdate",
        ])
        self.init(
            issuerKey: try place.member("issuerKey").string(),
            issuer: try place.member("issuer").string(),
            distributionPoint: try place.member("distributionPoint").string(),
            isDelta: try place.member("delta").boolean(),
            number: try place.nullable("number") { place throws(JSONShapeError) in
                let text = try place.string()
                guard Hex.decode(text)?.isEmpty == false else {
                    throw .unexpected(path: place.path, expected: "a number in hexadecimal")
                }
                return text
            },
            thisUpdate: try place.member("thisUpdate").timestamp())
    }

    fileprivate var json: JSON {
        [
            "issuerKey": .string(issuerKey), "issuer": .string(issuer),
            "distributionPoint": .string(distributionPoint), "delta": .boolean(isDelta),
            "number": number.map { .string($0) } ?? .null,
            "thisUpdate": .string(thisUpdate.description),
        ]
    }
}

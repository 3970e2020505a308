internal import Cryptography
public import Encodings

/// What is to be recorded of one operation. Everything stands in it that a reader needs: no record
/// refers to another file.
public struct AuditEvent: Sendable, Equatable {
    /// Which operation; a second record of the same one is never added.
    public let operation: OperationID
    /// What it was: `sign`, `export`, `receive`, `peer-add`, …
    public let kind: String
    /// By the clock that `details` names.
    public let time: Timestamp
    /// The name of the user of this machine who did it.
    public let userName: String
    /// The user's number.
    public let userID: UInt32
    /// What else is to be known: digests, the public half of the key, the policy, the clock.
    public let details: JSONObject

    /// An event of `kind` at `time`.
    public init(
        operation: OperationID, kind: String, time: Timestamp, userName: String, userID: UInt32,
        details: JSONObject
    ) {
        self.operation = operation
        self.kind = kind
        self.time = time.wholeSeconds
        self.userName = userName
        self.userID = userID
        self.details = details
    }
}

/// One line of the audit record, tied to the line before by that line's hash.
public struct AuditRecord: Sendable, Equatable {
    /// Longest line, in bytes, its end included. A signature needs about 1 KiB; a release of a
    /// thousand images names their digests and stays below.
    public static let byteCountMax = 256 << 10

    /// The number of the line; the first is 1.
    public let sequence: Int64
    /// The hash of the line before, nil for the first.
    public let previous: Digest?
    /// What happened.
    public let event: AuditEvent
    /// The SHA-256 of the record's canonical text without its own `hash`.
    public let hash: Digest

    init(after last: AuditRecord?, _ event: AuditEvent) throws(AuditError) {
        sequence = (last?.sequence ?? 0) + 1
        previous = last?.hash
        self.event = event
        hash = try Self.hash(of: Self.content(sequence, previous, event))
    }

    /// Reads one line, without its end; nil if it is none that this type writes.
    ///
    /// The line must be the very bytes that would be written again, so that one record has one
    /// spelling and one hash.
    init?(line: [UInt8]) {
        do {
            let place = JSONPlace(try JSON(parsing: line))
            guard try place.member("version").integer() == 1,
                let operation = OperationID(try place.member("operation").string()),
                let userID = UInt32(exactly: try place.member("user").member("id").integer())
            else { return nil }
            sequence = try place.member("sequence").integer(atLeast: 1)
            let before = try place.member("previous")
            previous = before.value == .null ? nil : try before.digest()
            event = AuditEvent(
                operation: operation, kind: try place.member("kind").string(),
                time: try place.member("time").timestamp(),
                userName: try place.member("user").member("name").string(), userID: userID,
                details: try place.member("details").object())
            hash = try place.member("hash").digest()
            let content = Self.content(sequence, previous, event)
            guard try Self.hash(of: content) == hash, self.line() == line else { return nil }
        } catch { return nil }
    }

    /// The record as it stands in the file.
    public var json: JSON {
        var content = Self.content(sequence, previous, event)
        content["hash"] = .string(hash.description)
        return .object(content)
    }

    /// The line as it stands in the file, without its end.
    func line() -> [UInt8] { json.serialized() }

    private static func content(_ sequence: Int64, _ previous: Digest?, _ event: AuditEvent)
        -> JSONObject
    {
        [
            "version": 1, "sequence": .integer(sequence),
            "previous": previous.map { .string($0.description) } ?? .null,
            "time": .string(event.time.description), "kind": .string(event.kind),
            "operation": .string(event.operation.text),
            "user": ["name": .string(event.userName), "id": .integer(Int64(event.userID))],
            "details": .object(event.details),
        ]
    }

    private static func hash(of content: JSONObject) throws(AuditError) -> Digest {
        do throws(CryptographyError) {
            return try BlobHasher.digest(of: JSON.object(content).serialized())
        } catch { throw .hashUnavailable }
    }
}

internal import Audit
internal import Encodings
internal import OCI
internal import OCILayout

// How a change stands in the journal.
extension LayoutChange {
    static let kind = "layout-change"

    private static let members = [
        "layout", "entries", "replacesNames", "referrers", "events", "mark", "quarantine",
    ]

    var json: JSONObject {
        [
            "layout": .string(layoutPath),
            "entries": .array(entries.map(\.json)),
            "replacesNames": .boolean(replacesNames),
            "referrers": .array(
                referrers.map {
                    ["descriptor": $0.descriptor.json, "subject": $0.subject.json]
                }),
            "events": .array(events.map(\.journalJSON)),
            "mark": mark?.json ?? .null,
            "quarantine": quarantine?.json ?? .null,
        ]
    }

    init(_ place: JSONPlace) throws(JSONShapeError) {
        try place.onlyMembers(Self.members)
        self.init(
            layoutPath: try place.member("layout").string(),
            entries: try place.member("entries").elements(Descriptor.init),
            replacesNames: try place.member("replacesNames").boolean(),
            referrers: try place.member("referrers").elements { it throws(JSONShapeError) in
                ReferrerAddition.NewReferrer(
                    descriptor: try Descriptor(try it.member("descriptor")),
                    subject: try Descriptor(try it.member("subject")))
            },
            events: try place.member("events").elements { it throws(JSONShapeError) in
                try AuditEvent(journal: it)
            },
            mark: try place.nullable("mark") { it throws(JSONShapeError) in
                try ReceivingMark(it)
            },
            quarantine: try place.nullable("quarantine") { it throws(JSONShapeError) in
                try QuarantineChange(it)
            })
    }
}

extension LayoutChange.QuarantineChange {
    fileprivate var json: JSON {
        switch self {
        case .hold(let bundle, let staged):
            ["step": "hold", "held": bundle.json, "staged": .string(staged)]
        case .keep(let name, let staged):
            ["step": "keep", "name": .string(name), "staged": .string(staged)]
        case .close(let name, let note):
            [
                "step": "close", "name": .string(name),
                "note": .string(String(decoding: note, as: UTF8.self)),
            ]
        case .leave(let name): ["step": "leave", "name": .string(name)]
        }
    }

    fileprivate init(_ place: JSONPlace) throws(JSONShapeError) {
        let step = try place.member("step")
        switch try step.string() {
        case "hold":
            self = .hold(
                try HeldBundle(place.member("held")),
                staged: try place.member("staged").string())
        case "keep":
            self = .keep(
                try place.member("name").string(), staged: try place.member("staged").string())
        case "close":
            self = .close(
                try place.member("name").string(),
                note: Array(try place.member("note").string().utf8))
        case "leave": self = .leave(try place.member("name").string())
        default: throw .unexpected(path: step.path, expected: "a step of the quarantine")
        }
    }
}

extension LayoutChange.ReceivingMark {
    fileprivate var json: JSON {
        [
            "origin": .string(origin.text), "stream": .string(stream.text),
            "sequence": .integer(sequence), "bundle": .string(bundle.description),
            "formerStream": formerStream.map { .string($0.text) } ?? .null,
        ]
    }

    fileprivate init(_ place: JSONPlace) throws(JSONShapeError) {
        self.init(
            origin: try place.member("origin").siteName(),
            stream: try place.member("stream").stream(),
            sequence: try place.member("sequence").integer(atLeast: 1),
            bundle: try place.member("bundle").digest(),
            leaving: try place.nullable("formerStream") { it throws(JSONShapeError) in
                try it.stream()
            })
    }
}

extension AuditEvent {
    fileprivate var journalJSON: JSON {
        [
            "operation": .string(operation.text), "kind": .string(kind),
            "time": .string(time.description), "userName": .string(userName),
            "userID": .integer(Int64(userID)), "details": .object(details),
        ]
    }

    fileprivate init(journal place: JSONPlace) throws(JSONShapeError) {
        let operation = try place.member("operation")
        let user = try place.member("userID")
        guard let id = OperationID(try operation.string()),
            let userID = UInt32(exactly: try user.integer(atLeast: 0))
        else { throw .unexpected(path: operation.path, expected: "an operation of a user") }
        self.init(
            operation: id, kind: try place.member("kind").string(),
            time: try place.member("time").timestamp(),
            userName: try place.member("userName").string(), userID: userID,
            details: try place.member("details").object())
    }
}

internal import Audit
internal import Encodings
internal import OCI
internal import OCILayout

// How a change stands in the journal.
extension LayoutChange {
    static let kind = "layout-change"

    private static let members = [
        "layout", "entries", "replacesNames", "referrers", "events", "mark",
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
            })
    }
}

extension LayoutChange.ReceivingMark {
    fileprivate var json: JSON {
        [
            "origin": .string(origin.text), "stream": .string(stream.text),
            "sequence": .integer(sequence), "bundle": .string(bundle.description),
        ]
    }

    fileprivate init(_ place: JSONPlace) throws(JSONShapeError) {
        let origin = try place.member("origin")
        let name: SiteName
        do { name = try SiteName(try origin.string()) } catch {
            throw .unexpected(path: origin.path, expected: "a site's name")
        }
        self.init(
            origin: name, stream: try place.member("stream").stream(),
            sequence: try place.member("sequence").integer(atLeast: 1),
            bundle: try place.member("bundle").digest())
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

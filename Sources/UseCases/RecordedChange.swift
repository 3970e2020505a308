internal import Audit
internal import Encodings
internal import Files
internal import State

extension Site {
    /// Makes a change to the home, or to a token, after its record is on the medium.
    ///
    /// A change that fails may have come to pass in part. The record then says that it was not
    /// completed, where it still can.
    func recorded(_ kind: String, _ details: JSONObject, _ change: () throws -> Void) throws {
        let audit = try state().audit
        let event = event(kind, details)
        _ = try audit.append(event)
        do { try change() } catch {
            // The error that led here is the one to report.
            _ = try? audit.append(incomplete(event))
            throw error
        }
    }

    /// Makes a change of many items, of as many at a time as one record has room for.
    func recordedInPortions<Item>(
        _ kind: String, _ member: String, _ items: [Item], json: (Item) -> JSON,
        change: (ArraySlice<Item>) throws -> Void
    ) throws {
        var rest = items[...]
        while !rest.isEmpty {
            var elements: [JSON] = []
            var byteCount = 0
            for item in rest {
                let element = json(item)
                byteCount += element.serialized().count + 1
                // Half a record is room enough for what stands around them.
                guard elements.isEmpty || byteCount <= AuditRecord.byteCountMax / 2 else { break }
                elements.append(element)
            }
            let portion = rest.prefix(elements.count)
            try recorded(kind, [member: .array(elements)]) { try change(portion) }
            rest = rest.dropFirst(elements.count)
        }
    }

    private func incomplete(_ begun: AuditEvent) -> AuditEvent {
        AuditEvent(
            operation: begun.operation.withdrawal, kind: "incomplete", time: clock.now,
            userName: userName, userID: userID,
            details: [
                "operation": .string(begun.operation.text), "kind": .string(begun.kind),
                "details": .object(begun.details),
            ])
    }
}

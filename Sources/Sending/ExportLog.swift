import Audit
import Encodings
import Files

/// What every try to carry out one export must know of the ones before.
struct ExportLog {
    /// The operation in the audit record.
    let operation: OperationID
    /// The name of the unfinished bundle, beside its target.
    let temporaryName: String

    init(_ randomness: Randomness) {
        operation = OperationID(from: randomness)
        temporaryName = TemporaryName.next(for: "bundle")
    }

    var bytes: [UInt8] {
        let document: JSON = [
            "operation": .string(operation.text), "temporary": .string(temporaryName),
        ]
        return document.serialized()
    }

    init?(_ bytes: [UInt8]) {
        guard let place = try? JSONPlace(JSON(parsing: bytes)),
            let operation = try? OperationID(place.member("operation").string()),
            let name = try? place.member("temporary").string(), TemporaryName.matches(name),
            !name.utf8.contains(UInt8(ascii: "/"))
        else { return nil }
        self.operation = operation
        temporaryName = name
    }
}

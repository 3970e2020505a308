import Audit
import Encodings
import Files

/// What every try to carry out one export must know of the ones before.
struct ExportLog {
    /// The operation in the audit record.
    let operation: OperationID
    /// The name of the unfinished bundle, beside its target.
    let temporaryName: String
    /// The certificates that sign the bundle, by SHA-256.
    let signers: [String]

    init(_ randomness: Randomness, signers: [String]) {
        operation = OperationID(from: randomness)
        temporaryName = TemporaryName.next(for: "bundle")
        self.signers = signers
    }

    var bytes: [UInt8] {
        let document: JSON = [
            "operation": .string(operation.text), "temporary": .string(temporaryName),
            "signers": .array(signers.map { .string($0) }),
        ]
        return document.serialized()
    }

    init?(_ bytes: [UInt8]) {
        guard let place = try? JSONPlace(JSON(parsing: bytes)),
            let operation = try? OperationID(place.member("operation").string()),
            let name = try? place.member("temporary").string(), TemporaryName.matches(name),
            !name.utf8.contains(UInt8(ascii: "/")),
            let signers = try? place.member("signers").elements({ it throws(JSONShapeError) in
                try it.string()
            })
        else { return nil }
        self.operation = operation
        temporaryName = name
        self.signers = signers
    }
}

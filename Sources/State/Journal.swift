public import Audit
public import Encodings
internal import Files

/// What an operation is about to do, written down before it does any of it.
public struct Intent: Sendable, Equatable {
    /// Which operation.
    public let operation: OperationID
    /// What it is: `sign`, `export`, `receive`, …; lower-case letters and hyphens.
    public let kind: String
    /// Everything that the next start needs to finish or undo it.
    public let body: JSONObject

    /// The intent to do `kind` with `body`.
    public init(operation: OperationID, kind: String, body: JSONObject) {
        self.operation = operation
        self.kind = kind
        self.body = body
    }
}

/// An intent in the journal, held by this run: no other run takes it for abandoned. Let it go only
/// after `Journal.finish`, or to leave the rest to the next start.
public final class OpenIntent: Sendable {
    /// What was written down.
    public let intent: Intent
    // The lock is on the file, so that it ends with the run, however that ends.
    private let file: WritableFile

    init(_ intent: Intent, _ file: WritableFile) {
        self.intent = intent
        self.file = file
    }
}

/// The operations that have begun and not ended. Each step of an operation can be repeated, so
/// whoever finds an intent carries all of them out again.
public struct Journal: Sendable {
    /// Operations under way at one time. Each is somebody at work, or a crash nobody looked after.
    private static let pendingCountMax = 1000
    private static let members = ["operation", "kind", "body"]

    private let folder: Folder

    init(in folder: Folder) {
        self.folder = folder
    }

    /// Writes an intent down; it is on the medium when this returns.
    public func begin(_ intent: Intent) throws(StateError) -> OpenIntent {
        try locked { () throws(StateError) in
            let names = try names()
            guard names.count < Self.pendingCountMax else {
                throw .tooMany("operations under way", limit: Self.pendingCountMax)
            }
            let number = (names.last?.number ?? 0) + 1
            let name = EntryName(number: number, operation: intent.operation)
            try StateDocument(folder: folder, name: name.text).write([
                "operation": .string(intent.operation.text), "kind": .string(intent.kind),
                "body": .object(intent.body),
            ])
            guard let open = try hold(name, intent) else {
                throw .damaged(path: "\(folder.path)/\(name.text)")
            }
            return open
        }
    }

    /// Strikes an operation out: all of it is done, or undone. Doing so twice is no error.
    public func finish(_ open: OpenIntent) throws(StateError) {
        // Under the lock: a run that is looking for abandoned intents has read this one, or never
        // sees it.
        try locked { () throws(StateError) in
            for name in try names() where name.operation == open.intent.operation {
                try onDisk { () throws(FileError) in
                    try folder.remove(name.text)
                    try folder.synchronise()
                }
            }
        }
    }

    /// The intents to do `kind`, or all, of runs that have died, in the order in which they were written, now
    /// held by this one. What a living run is at work on is not among them.
    ///
    /// - Throws: `.damaged` when a file among them is no intent: guessing what was under way is
    ///   worse than asking.
    public func pending(_ kind: String? = nil) throws(StateError) -> [OpenIntent] {
        try locked { () throws(StateError) in
            var found: [OpenIntent] = []
            for (name, intent) in try written() where kind == nil || intent.kind == kind {
                if let open = try hold(name, intent) { found.append(open) }
            }
            if !found.isEmpty {
                // The run that wrote one down may have died before its name was durable. Nothing
                // may be done about it that lasts longer than the intent itself.
                try onDisk { () throws(FileError) in try folder.synchronise() }
            }
            return found
        }
    }

    /// Every intent that is written down, in order, whether its run lives or has died.
    ///
    /// - Throws: as `pending`.
    public func intents() throws(StateError) -> [Intent] {
        try locked { () throws(StateError) in try written().map(\.intent) }
    }

    /// As `intents`, without the lock: one that is finished meanwhile may be missed.
    func glimpse() throws(StateError) -> [Intent] { try written().map(\.intent) }

    private func written() throws(StateError) -> [(name: EntryName, intent: Intent)] {
        var found: [(EntryName, Intent)] = []
        for name in try names() {
            let document = StateDocument(folder: folder, name: name.text)
            let intent = try document.read(members: Self.members) {
                place throws(JSONShapeError) -> Intent? in
                guard let operation = OperationID(try place.member("operation").string()),
                    operation == name.operation
                else { return nil }
                return Intent(
                    operation: operation, kind: try place.member("kind").string(),
                    body: try place.member("body").object())
            }
            if let intent { found.append((name, intent)) }
        }
        return found
    }

    /// Nil when another run holds it.
    private func hold(_ name: EntryName, _ intent: Intent) throws(StateError) -> OpenIntent? {
        do throws(FileError) {
            let file = try folder.append(name.text, mode: 0o600)
            try file.lock(patience: .none)
            return OpenIntent(intent, file)
        } catch {
            if case .locked = error { return nil }
            throw .file(error)
        }
    }

    private func locked<Result>(_ body: () throws(StateError) -> Result) throws(StateError)
        -> Result
    {
        try StateDocument(folder: folder, name: "").locked(body)
    }

    private func names() throws(StateError) -> [EntryName] {
        let entries = try onDisk { () throws(FileError) in try folder.entries() }
        var names: [EntryName] = []
        for entry in entries where !TemporaryName.matches(entry.name) {
            guard let name = EntryName(entry.name), entry.kind == .file else {
                throw .damaged(path: "\(folder.path)/\(entry.name)")
            }
            names.append(name)
        }
        return names.sorted { $0.number < $1.number }
    }
}

/// `NUMBER-OPERATION.json`: the number gives the order.
private struct EntryName {
    let number: Int64
    let operation: OperationID

    init(number: Int64, operation: OperationID) {
        self.number = number
        self.operation = operation
    }

    init?(_ name: String) {
        guard name.hasSuffix(".json") else { return nil }
        let parts = name.dropLast(5).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int64(parts[0]), number > 0,
            let operation = OperationID(parts[1])
        else { return nil }
        self.init(number: number, operation: operation)
    }

    var text: String { "\(number)-\(operation).json" }
}

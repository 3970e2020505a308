public import Audit
public import Encodings
public import Files

/// The folder of everything that this machine must remember from one run to the next.
///
/// `journal/` are operations under way, `audit.jsonl` is the record, `pins/` are rejected PINs,
/// `sending/NAME/` and `receiving/NAME/` how far the streams to and from other sites have come.
public struct StateFolder: Sendable {
    static let sendingArea = "sending"
    static let receivingArea = "receiving"

    /// The folder itself.
    public let folder: Folder

    /// Opens the state at `path`, and makes it, for its owner only, when missing. What a run that
    /// restored another state left undone is finished first.
    ///
    /// - Throws: `.exposed` for one that its group, or everybody, may change: marks of rejected PINs,
    ///   sequences and floors could be taken away.
    public init(at path: String, in fileSystem: FileSystem) throws(StateError) {
        folder = try onDisk { () throws(FileError) in
            try fileSystem.makeFolder(at: path, mode: 0o700)
        }
        let isExposed = try onDisk { () throws(FileError) in try folder.isWritableByOthers() }
        guard !isExposed else { throw .exposed(path: path) }
        try onDisk { () throws(FileError) in try RestoredState(in: folder).settle() }
    }

    /// The state in an open folder of this program's.
    init(opened folder: Folder) { self.folder = folder }

    /// The audit record.
    public var audit: AuditLog { AuditLog(in: folder) }

    /// The operations under way.
    public func journal() throws(StateError) -> Journal {
        Journal(in: try area("journal"))
    }

    /// Where the marks of rejected PINs are kept.
    public func pins() throws(StateError) -> Folder { try area("pins") }

    /// What is known of the stream to `destination`; made with a fresh stream on first use.
    ///
    /// A fresh stream is safe: a sender that has lost its state cannot go on under the old name,
    /// and the receiver refuses the new one until its operator accepts it.
    public func sending(to destination: SiteName, _ randomness: Randomness) throws(StateError)
        -> SendingStore
    {
        let store = SendingStore(
            destination, in: try area(destination.text, of: try area(Self.sendingArea)))
        try store.establish(randomness)
        return store
    }

    /// What is known of the stream from `origin`. It is made by `enrol` only.
    public func receiving(from origin: SiteName) throws(StateError) -> ReceivingStore {
        ReceivingStore(origin, in: try area(origin.text, of: try area(Self.receivingArea)))
    }

    /// The operations under way as they are just now, without a lock and without making anything:
    /// for who only looks.
    func glimpse() throws(StateError) -> [Intent] {
        let found = try onDisk { () throws(FileError) -> Folder? in
            try folder.kind(of: "journal") == .folder ? folder.folder("journal") : nil
        }
        return try found.map { folder throws(StateError) in
            try Journal(in: folder).glimpse()
        } ?? []
    }

    private func area(_ name: String, of folder: Folder? = nil) throws(StateError) -> Folder {
        let above = folder ?? self.folder
        return try onDisk { () throws(FileError) in
            try above.makeDurableFolder(name, mode: 0o700)
        }
    }
}

public import Files

/// The folder of a layout in which bundles wait for their release, or stay that were turned away:
/// outside `blobs/`, on the same file system, for its owner only. Each bundle is a folder in it, a
/// layout itself; one with a note in it waits no longer.
///
/// What lies here has a name of its own, so no writer sweeps it as the leftovers of a dead process.
public struct LayoutQuarantine {
    /// The name of the folder in its layout.
    public static let folderName = ".airseal-quarantine"
    /// The name of the note that says why what is left of a bundle stays.
    public static let noteName = "closed.json"
    private static let noteByteCountMax: Int64 = 64 << 20

    /// A bundle's folder.
    public struct Entry: Sendable, Equatable {
        /// Its name.
        public let name: String
        /// The note in it; nil where the bundle waits.
        public let note: [UInt8]?
        /// The bytes of its blobs.
        public let byteCount: Int64
    }

    private let root: Folder

    /// The quarantine of the layout that `writer` holds.
    public init(_ writer: LayoutWriter) { root = writer.layout.folder }

    /// The quarantine of a layout, for reading.
    public init(of layout: Layout) { root = layout.folder }

    // MARK: Reading

    /// Whether a bundle's folder is there.
    public func contains(_ name: String) throws(LayoutError) -> Bool {
        try folder(name) != nil
    }

    /// A bundle's folder; nil if there is none.
    public func folder(_ name: String) throws(LayoutError) -> Folder? {
        try LayoutError.files { () throws(FileError) -> Folder? in
            guard try root.kind(of: Self.folderName) == .folder else { return nil }
            let all = try root.folder(Self.folderName)
            guard try all.kind(of: name) == .folder else { return nil }
            return try all.folder(name)
        }
    }

    /// Every bundle's folder, in the order of their names.
    public func entries() throws(LayoutError) -> [Entry] {
        let names = try LayoutError.files { () throws(FileError) -> [String] in
            guard try root.kind(of: Self.folderName) == .folder else { return [] }
            return try root.folder(Self.folderName).entries().filter { $0.kind == .folder }
                .map(\.name)
        }
        var entries: [Entry] = []
        for name in names {
            // Somebody may have removed it since.
            guard let folder = try folder(name) else { continue }
            let note = try LayoutError.files { () throws(FileError) -> [UInt8]? in
                guard try folder.kind(of: Self.noteName) != nil else { return nil }
                return try folder.file(Self.noteName).readAll(limit: Self.noteByteCountMax)
            }
            // What is no sound layout any more still takes its place.
            let blobs = (try? Layout(folder).blobs()) ?? []
            let byteCount = blobs.reduce(0) { $0 + $1.size }
            entries.append(Entry(name: name, note: note, byteCount: byteCount))
        }
        return entries
    }

    // MARK: Changing

    /// Gives a sealed staging folder its place. Doing so twice is no error.
    public func admit(_ staged: String, as name: String) throws(LayoutError) {
        try LayoutError.changes(root) { () throws(FileError) in
            let all = try root.makeDurableFolder(Self.folderName, mode: 0o700)
            if try root.kind(of: staged) == .folder {
                // The same bundle, of which no state knows any more: it has just come again.
                if try all.kind(of: name) != nil {
                    let leaving = TemporaryName.next(for: "staging")
                    try all.rename(name, to: leaving, in: root)
                }
                try root.rename(staged, to: name, in: all)
            }
            // The name first: a folder that is in both places is swept in one of them.
            try all.synchronise()
            try root.synchronise()
        }
    }

    /// Says of a bundle that it waits no longer. It is no error if its folder is gone.
    public func close(_ name: String, note: [UInt8]) throws(LayoutError) {
        guard let folder = try folder(name) else { return }
        // Under the lock of the layout nobody else is writing one.
        folder.sweep()
        try LayoutError.changes(root) { () throws(FileError) in
            try folder.replace(Self.noteName, with: note, mode: 0o600)
        }
    }

    /// Removes a bundle's folder. It is no error if it is gone.
    public func remove(_ name: String) throws(LayoutError) {
        guard let folder = try folder(name) else {
            // The run that removed it may have died before that was durable.
            try LayoutError.changes(root) { () throws(FileError) in
                if try root.kind(of: Self.folderName) == .folder {
                    try root.folder(Self.folderName).synchronise()
                }
                try root.synchronise()
            }
            return tidy()
        }
        let leaving = TemporaryName.next(for: "staging")
        try LayoutError.changes(root) { () throws(FileError) in
            let all = try root.folder(Self.folderName)
            try all.rename(name, to: leaving, in: root)
            try root.synchronise()
            try all.synchronise()
        }
        withExtendedLifetime(folder) {}
        // Under that name the next writer sweeps what stays behind after an error here.
        try? root.removeTree(leaving)
        tidy()
    }

    /// Removes the folder of all bundles if there is none in it.
    private func tidy() {
        guard (try? root.folder(Self.folderName).entries().isEmpty) ?? false else { return }
        try? root.removeEmptyFolder(Self.folderName)
    }
}

internal import Files

/// A state that takes the place of the one that is there, in one step.
///
/// All of it is written to `new` in a folder on the side, which is renamed to `restoring`: that is the
/// step. Afterwards what was there moves to `old`, the folder is renamed to `restored`, and what is new
/// moves to its place. Whoever opens the state next does what a run that died left of this.
struct RestoredState {
    static let restoringName = "restoring"
    static let restoredName = "restored"
    static let replacedName = "replaced"
    static let newName = "new"
    static let oldName = "old"

    private let folder: Folder

    /// What is to be done in the state at `folder`.
    init(in folder: Folder) { self.folder = folder }

    /// Finishes what a run that died has begun; nothing where none has.
    func settle() throws(FileError) {
        guard try isBegun() else { return }
        let lock = try FolderLock.acquire(folder)
        defer { withExtendedLifetime(lock) {} }
        try finish()
    }

    private func isBegun() throws(FileError) -> Bool {
        if try folder.kind(of: Self.restoringName) != nil { return true }
        return try folder.kind(of: Self.restoredName) != nil
    }

    /// Makes `stage` the state, by who holds the lock of the folder.
    func commit(_ stage: String) throws(FileError) {
        try folder.rename(stage, to: Self.restoringName)
        try finish()
    }

    /// Does all steps that are left, by who holds the lock of the folder. Each can be repeated.
    func finish() throws(FileError) {
        if try folder.kind(of: Self.restoringName) != nil {
            // Nothing may move before what takes its place is durable.
            try folder.synchronise()
            let old = try folder.folder(Self.restoringName).folder(Self.oldName)
            for entry in try folder.entries() where !Self.stays(entry.name) {
                try move(entry.name, from: folder, to: old)
            }
            try old.synchronise()
            try folder.synchronise()
            try folder.rename(Self.restoringName, to: Self.restoredName)
        }
        guard try folder.kind(of: Self.restoredName) != nil else { return }
        try folder.synchronise()
        let restored = try folder.folder(Self.restoredName)
        let new = try restored.folder(Self.newName)
        for entry in try new.entries() { try move(entry.name, from: new, to: folder) }
        try folder.synchronise()
        try new.synchronise()
        if try restored.kind(of: Self.oldName) != nil,
            try !restored.folder(Self.oldName).entries().isEmpty
        {
            let replaced = try folder.makeDurableFolder(Self.replacedName, mode: 0o700)
            let last = try replaced.entries().compactMap { Int64($0.name) }.max() ?? 0
            try restored.rename(Self.oldName, to: "\(last + 1)", in: replaced)
            try replaced.synchronise()
            try restored.synchronise()
        }
        let done = TemporaryName.next(for: Self.restoredName)
        try folder.rename(Self.restoredName, to: done)
        try folder.synchronise()
        // What stays behind is swept.
        try? folder.removeTree(done)
    }

    /// What does not move: the state that comes, and states that went before.
    private static func stays(_ name: String) -> Bool {
        [restoringName, restoredName, replacedName].contains(name) || TemporaryName.matches(name)
    }

    /// A name that stands there already is what a power cut left of this very move.
    private func move(_ name: String, from: Folder, to: Folder) throws(FileError) {
        try to.removeTree(name)
        try from.rename(name, to: name, in: to)
    }
}

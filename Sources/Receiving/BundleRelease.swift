import Audit
import BundleFormat
import Encodings
import Files
import OCI
import OCILayout
import State
import SystemPackage

/// The layout that a bundle goes into, held from before the first blob is copied until everything
/// is released or nothing is left.
final class BundleRelease {
    private let state: StateFolder
    private let files: FileSystem
    private let layoutPath: String
    private let replacesNames: Bool
    /// Holds the layout.
    let writer: LayoutWriter
    /// What stood at the layout's path before.
    private let before: Before
    private var staging: Staging?

    private enum Before {
        case nothing
        /// An empty folder, or the beginnings of a layout.
        case folder
        case layout
    }

    /// Takes hold of the layout at `path`, which is made when it is missing.
    init(
        into path: String, replacingNames: Bool, state: StateFolder, files: FileSystem,
        patience: LockPatience
    ) throws(Stop) {
        layoutPath = path
        replacesNames = replacingNames
        self.state = state
        self.files = files
        let before: Before =
            switch files.kind(at: path) {
            case nil: .nothing
            default:
                files.kind(at: "\(path)/\(LayoutFile.name)") == nil ? .folder : .layout
            }
        self.before = before
        writer = try onLayout { () throws(LayoutError) in
            let layout =
                before == .layout
                ? try Layout(at: path, in: files)
                : try Layout.create(at: path, in: files, patience: patience)
            return try LayoutWriter(layout, patience: patience)
        }
    }

    /// Looks for names that stand for other images.
    static func checkNames(_ entries: [Descriptor], in index: LayoutIndex, replace: Bool)
        throws(Stop)
    {
        var index = index
        for entry in entries {
            if let conflict = index.add(entry, replace: replace) {
                throw .refused(.nameTaken(conflict))
            }
        }
    }

    /// Looks for names in `inventory` that stand for other images in the layout.
    func checkNames(_ inventory: Inventory) throws(Stop) {
        try Self.checkNames(
            inventory.rootEntries, in: writer.layout.index, replace: replacesNames)
    }

    /// A folder for what arrives.
    func stage() throws(Stop) -> Staging {
        let made = try onLayout { () throws(LayoutError) in try writer.stage() }
        staging = made
        return made
    }

    /// Where the blobs of `inventory` go first.
    func quarantine(_ inventory: Inventory) throws(Stop) -> Quarantine {
        Quarantine(inventory, staging: try stage(), beside: writer.layout)
    }

    // MARK: Ends

    /// Moves the blobs into the layout and sets the names, in one step with record and mark.
    func release(
        _ inventory: Inventory, _ closure: BundleClosure, mark: LayoutChange.ReceivingMark,
        events: [AuditEvent]
    ) throws(Stop) {
        if let staging {
            try onLayout { () throws(LayoutError) in
                try writer.publish(inventory.blobs.map(\.digest), from: staging)
            }
        }
        try commit(
            LayoutChange(
                layoutPath: layoutPath, entries: inventory.rootEntries,
                replacesNames: replacesNames, referrers: closure.referrers, events: events,
                mark: mark))
    }

    /// Moves what belongs to the images that are not withheld out of quarantine, in one step with
    /// record and mark.
    ///
    /// - Parameters:
    ///   - roots: the images, judged.
    ///   - closure: what belongs to each.
    ///   - held: where the blobs are.
    ///   - mark: the bundle.
    ///   - name: the bundle's folder in quarantine.
    ///   - note: why the rest stays; nil where there is none.
    ///   - events: the record.
    /// - Throws: with everything as it was, or left to the next run.
    func release(
        _ roots: [JudgedRoot], _ closure: BundleClosure, from held: Layout,
        mark: LayoutChange.ReceivingMark, name: String, note: [UInt8]?, events: [AuditEvent]
    ) throws(Stop) {
        let leaving = roots.filter { !$0.isWithheld }
        let parts = closure.parts(of: leaving.map(\.root.descriptor))
        try onLayout { () throws(LayoutError) in
            try writer.take(parts.digests.sorted(), from: held)
        }
        try commit(
            LayoutChange(
                layoutPath: layoutPath, entries: leaving.map(\.entry),
                replacesNames: replacesNames, referrers: parts.referrers, events: events,
                mark: mark, quarantine: note.map { .close(name, note: $0) } ?? .leave(name)))
    }

    /// Leaves what has arrived in quarantine, with the bundle's own parts.
    func hold(_ bundle: HeldBundle, _ heads: BundleHeads, events: [AuditEvent]) throws(Stop) {
        let staged = try seal(heads, note: nil)
        try commit(
            LayoutChange(
                layoutPath: layoutPath, referrers: [], events: events,
                quarantine: .hold(bundle, staged: staged)))
    }

    /// Closes the number of a bundle of which nothing but its own parts is kept, with `note`.
    func reject(
        _ heads: BundleHeads, mark: LayoutChange.ReceivingMark, note: [UInt8],
        events: [AuditEvent]
    ) throws(Stop) {
        let name = HeldBundle.folderName(
            origin: mark.origin, sequence: mark.sequence, bundle: mark.bundle)
        let staged = try seal(heads, note: note)
        try commit(
            LayoutChange(
                layoutPath: layoutPath, referrers: [], events: events, mark: mark,
                quarantine: .keep(name, staged: staged)))
    }

    /// Closes the number of a bundle that waits.
    func reject(
        _ held: HeldBundle, mark: LayoutChange.ReceivingMark, note: [UInt8], events: [AuditEvent]
    ) throws(Stop) {
        try commit(
            LayoutChange(
                layoutPath: layoutPath, referrers: [], events: events, mark: mark,
                quarantine: .close(held.folderName, note: note)))
    }

    /// Makes a bundle again of what has arrived.
    ///
    /// - Returns: the name of its folder.
    private func seal(_ heads: BundleHeads, note: [UInt8]?) throws(Stop) -> String {
        let staging: Staging
        if let made = self.staging { staging = made } else { staging = try stage() }
        let notes = note.map { [(name: LayoutQuarantine.noteName, bytes: $0)] } ?? []
        try onLayout { () throws(LayoutError) in
            for (digest, bytes) in heads.content.held.sorted(by: { $0.key < $1.key }) {
                _ = try staging.add(bytes, digest.algorithm)
            }
            try staging.seal(heads.documents + notes)
        }
        return staging.name
    }

    private func commit(_ change: LayoutChange) throws(Stop) {
        do throws(LayoutChangeError) {
            try change.commit(by: writer, in: state, as: change.events[0].operation)
        } catch {
            if case .nameTaken(let conflict) = error { throw .refused(.nameTaken(conflict)) }
            throw .failed(.change(error))
        }
    }

    /// Removes the layout again, if it was made for this bundle and nobody has put anything in.
    ///
    /// A tool that takes no lock may have done so meanwhile, so the index is read again, and
    /// folders go only while they are empty: whatever is in them is somebody's.
    func leaveNoTrace() {
        staging = nil
        guard before == .nothing, let now = try? Layout(writer.layout.folder),
            now.index.entries.isEmpty
        else { return }
        // What stays behind after an error here is an empty layout.
        do {
            let folder = writer.layout.folder
            let blobs = try folder.folder("blobs")
            for algorithm in Digest.Algorithm.allCases {
                try blobs.removeEmptyFolder(algorithm.rawValue)
            }
            try folder.removeEmptyFolder("blobs")
            for name in [LayoutFile.name, LayoutIndex.name] { try folder.remove(name) }
            let path = FilePath(layoutPath)
            guard let name = path.lastComponent else { return }
            let above = try files.folder(at: path.removingLastComponent().string)
            try above.removeEmptyFolder(name.string)
        } catch { return }
    }
}

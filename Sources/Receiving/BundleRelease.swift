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
    private let request: ReceiveRequest
    private let state: StateFolder
    private let files: FileSystem
    private let writer: LayoutWriter
    /// What stood at the layout's path before.
    private let before: Before
    private var staging: Staging?

    private enum Before {
        case nothing
        /// An empty folder, or the beginnings of a layout.
        case folder
        case layout
    }

    init(
        _ request: ReceiveRequest, state: StateFolder, files: FileSystem, patience: LockPatience
    ) throws(Stop) {
        self.request = request
        self.state = state
        self.files = files
        let path = request.layoutPath
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
    func checkNames(_ inventory: Inventory) throws(Stop) {
        var index = writer.layout.index
        for entry in Self.entries(of: inventory) {
            if let conflict = index.add(entry, replace: request.replacesNames) {
                throw .refused(.nameTaken(conflict))
            }
        }
    }

    /// Where the blobs of `inventory` go first.
    func quarantine(_ inventory: Inventory) throws(Stop) -> Quarantine {
        let made = try onLayout { () throws(LayoutError) in try writer.stage() }
        staging = made
        return Quarantine(inventory, staging: made, beside: writer.layout)
    }

    /// Moves the blobs into the layout and sets the names, in one step with record and mark.
    func commit(_ heads: BundleHeads, _ closure: BundleClosure, events: [AuditEvent])
        throws(Stop)
    {
        let inventory = heads.inventory
        if let staging {
            try onLayout { () throws(LayoutError) in
                try writer.publish(inventory.blobs.map(\.digest), from: staging)
            }
        }
        let change = LayoutChange(
            layoutPath: request.layoutPath, entries: Self.entries(of: inventory),
            replacesNames: request.replacesNames, referrers: closure.referrers, events: events,
            mark: LayoutChange.ReceivingMark(
                origin: inventory.origin, stream: inventory.stream,
                sequence: inventory.sequence, bundle: heads.bundle.digest))
        do throws(LayoutChangeError) {
            try change.commit(by: writer, in: state, as: events[0].operation)
        } catch {
            if case .nameTaken(let conflict) = error { throw .refused(.nameTaken(conflict)) }
            throw .failed(.change(error))
        }
    }

    private static func entries(of inventory: Inventory) -> [Descriptor] {
        inventory.roots.map { root in
            var entry = Quarantine.plain(root.descriptor)
            entry.referenceName = root.name
            return entry
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
            let path = FilePath(request.layoutPath)
            guard let name = path.lastComponent else { return }
            let above = try files.folder(at: path.removingLastComponent().string)
            try above.removeEmptyFolder(name.string)
        } catch { return }
    }
}

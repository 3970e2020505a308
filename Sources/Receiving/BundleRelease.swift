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
        case emptyFolder
        case layout
    }

    init(
        _ request: ReceiveRequest, state: StateFolder, files: FileSystem, patience: LockPatience
    ) throws(Stop) {
        self.request = request
        self.state = state
        self.files = files
        let path = request.layoutPath
        before =
            switch files.kind(at: path) {
            case nil: .nothing
            case .folder? where (try? files.folder(at: path).entries().isEmpty) == true:
                .emptyFolder
            default: .layout
            }
        writer = try onLayout { () throws(LayoutError) in
            try LayoutWriter(try Layout.create(at: path, in: files), patience: patience)
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
    func leaveNoTrace() {
        // What stays behind after an error here is an empty layout.
        guard before != .layout, writer.layout.index.entries.isEmpty else { return }
        let folder = writer.layout.folder
        do {
            for name in [LayoutFile.name, LayoutIndex.name] { try folder.remove(name) }
            try folder.removeTree("blobs")
            staging = nil
            guard before == .nothing else { return }
            let path = FilePath(request.layoutPath)
            guard let name = path.lastComponent else { return }
            try files.folder(at: path.removingLastComponent().string).removeTree(name.string)
        } catch { return }
    }
}

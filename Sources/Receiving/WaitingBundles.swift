import BundleFormat
public import Encodings
import Files
public import OCILayout

/// What lies in the quarantine of a layout.
public struct WaitingBundles {
    /// What stays of a bundle that waits no longer.
    public struct Closed: Sendable {
        /// The name of its folder.
        public let name: String
        /// What the note in it says; nil where it is none of ours.
        public let note: ClosedBundle?
        /// The bytes of its blobs.
        public let byteCount: Int64
    }

    /// What was turned away, in the order of the folders' names.
    public let closed: [Closed]
    /// How many bundles wait.
    public let waitingCount: Int
    /// The blobs that those need, which may be among the layout's own: an earlier release may have
    /// begun to move them.
    public let needed: Set<Digest>

    /// Looks into the quarantine of `layout`.
    ///
    /// - Throws: `.quarantineUnreadable` where nobody can say what a bundle needs that waits.
    public init(in layout: Layout) throws(ReceivingError) {
        let quarantine = LayoutQuarantine(of: layout)
        var closed: [Closed] = []
        var needed: Set<Digest> = []
        var waitingCount = 0
        let entries: [LayoutQuarantine.Entry]
        do throws(LayoutError) { entries = try quarantine.entries() } catch {
            throw .layout(error)
        }
        for entry in entries {
            if let note = entry.note {
                closed.append(
                    Closed(
                        name: entry.name, note: ClosedBundle(parsing: note),
                        byteCount: entry.byteCount))
            } else {
                waitingCount += 1
                needed.formUnion(try Self.needed(by: entry.name, in: quarantine))
            }
        }
        self.closed = closed
        self.waitingCount = waitingCount
        self.needed = needed
    }

    private static func needed(by name: String, in quarantine: LayoutQuarantine)
        throws(ReceivingError) -> [Digest]
    {
        do throws(Stop) {
            let folder = try onLayout { () throws(LayoutError) in try quarantine.folder(name) }
            guard let folder else { return [] }
            let inventory = try BundleHeads(BundleSource(held: folder)).inventory
            return (inventory.blobs + inventory.expected).map(\.digest)
        } catch { throw .quarantineUnreadable(name) }
    }
}

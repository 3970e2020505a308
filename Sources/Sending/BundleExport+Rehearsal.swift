public import BundleFormat
public import Encodings
public import Files
import OCI
import OCILayout
public import State
import Trust

/// What an export would write.
public struct ExportRehearsal: Sendable, Equatable {
    /// The site that would make it.
    public let origin: SiteName
    /// The site that may receive it.
    public let destination: SiteName
    /// The number that it would get.
    public let sequence: Int64
    /// Whether it would finish an export that is unfinished, with that one's bytes.
    public let finishesPending: Bool
    /// The numbers that it would call void.
    public let voids: [Int64]
    /// The images.
    public let roots: [Inventory.Root]
    /// How many signatures and other artifacts refer to them.
    public let referrerCount: Int
    /// How many blobs it would carry for images and their referrers.
    public let blobCount: Int
    /// Their sizes together, in bytes.
    public let byteCount: Int64
    /// Whether the trust capsule in it would be that of a site without any trust.
    public let capsuleIsEmpty: Bool
    /// Whether something stands at the target already; nil where none was named.
    public let isTargetTaken: Bool?
}

/// What a rehearsal found.
public enum RehearsalOutcome: Sendable {
    /// An export would write this.
    case fit(ExportRehearsal)
    /// It would be refused.
    case refused(ExportRefusal)
}

extension BundleExport {
    /// Finds out what `run` would do, and does nothing: no number is bound, nothing is signed, and
    /// nobody is waited for. That blobs are there in their sizes is looked up; none is hashed.
    ///
    /// - Parameters:
    ///   - request: what would go where.
    ///   - target: where it would be written, if that is to be looked at.
    ///   - state: what is remembered; nil where nothing is yet.
    ///   - files: the file system.
    /// - Returns: what would be written, or why nothing would.
    /// - Throws: where that could not be found out.
    public static func rehearsal(
        of request: ExportRequest, at target: String?, in state: StateFolder?,
        on files: FileSystem
    ) throws(SendingError) -> RehearsalOutcome {
        let isTaken = try target.map { path throws(SendingError) in
            try ExportTarget(path, on: files).isTaken()
        }
        let shipment: Shipment
        do throws(Shipment.Failure) {
            shipment = try Shipment(request, from: request.layout)
        } catch {
            switch error {
            case .refused(let refusal): return .refused(refusal)
            case .layout(let error): throw .layout(error)
            case .error(let error): throw error
            }
        }
        if let refusal = try shipment.refusalByLooks(in: request.layout) {
            return .refused(refusal)
        }
        let store = try SendingError.state { () throws(StateError) in
            try state?.knownSendingStore(to: request.destination)
        }
        let now = try SendingError.state { () throws(StateError) in try store?.state() }
        if let store, let pending = now?.pending {
            let stored = try SendingError.state { () throws(StateError) in
                try store.parts(of: pending)
            }
            let parts = try ExportParts(stored: stored, emptyCapsule: TrustCapsule.empty.bytes)
            guard parts.inventory.origin == request.origin, parts.inventory.carries(shipment)
            else { return .refused(.pending(sequence: pending.sequence)) }
        }
        return .fit(
            ExportRehearsal(
                origin: request.origin, destination: request.destination,
                sequence: now?.next ?? 1, finishesPending: now?.pending != nil,
                voids: now?.voids.map(\.sequence) ?? [], roots: shipment.roots,
                referrerCount: shipment.referrers.count, blobCount: shipment.blobs.count,
                byteCount: shipment.blobs.reduce(0) { $0 + $1.size },
                capsuleIsEmpty: request.capsule == TrustCapsule.empty.bytes,
                isTargetTaken: isTaken))
    }
}

extension Shipment {
    /// The first blob that is not in `layout`, or not in its size.
    fileprivate func refusalByLooks(in layout: Layout) throws(SendingError) -> ExportRefusal? {
        let stored = try SendingError.layout { () throws(LayoutError) in try layout.blobs() }
        let sizes = Dictionary(stored.map { ($0.digest, $0.size) }) { first, _ in first }
        for blob in blobs {
            guard let size = sizes[blob.digest] else {
                return .content(blob.digest, .damaged(blob.digest, .missing))
            }
            guard size == blob.size else {
                let fault = BlobFault.size(expected: blob.size, actual: size)
                return .content(blob.digest, .damaged(blob.digest, fault))
            }
        }
        return nil
    }
}

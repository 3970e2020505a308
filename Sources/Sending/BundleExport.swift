import Audit
import BundleFormat
import Encodings
public import Files
public import Notary
import OCI
import OCILayout
public import State
import SystemPackage
import Trust

/// Makes bundles and their numbers.
///
/// - SeeAlso: docs/formats/bundle.md.
public struct BundleExport {
    let state: StateFolder
    let files: FileSystem
    let clock: Clock
    let randomness: Randomness
    let patience: LockPatience

    /// Exports that remember in `state`, write by `files`, and wait for other runs as long as
    /// `patience` allows.
    public init(
        in state: StateFolder, on files: FileSystem = .real, clock: Clock = .system,
        randomness: Randomness = .system, patience: LockPatience = .standard
    ) {
        self.state = state
        self.files = files
        self.clock = clock
        self.randomness = randomness
        self.patience = patience
    }

    /// Writes the bundle that `request` asks for, or finishes the same one that an earlier run
    /// began.
    ///
    /// Its number is bound in the state before the first byte goes out. The bundle appears at its
    /// target in one step, once all of it is on the medium and the audit record says so.
    ///
    /// - Parameters:
    ///   - request: what goes where.
    ///   - signers: give the signers of the bundle, one after the other, at least one; not asked
    ///     where an export is finished that has its signatures.
    ///   - announce: called with the bytes of blobs that are about to be read.
    /// - Returns: the report, or why there is no bundle.
    /// - Throws: `SendingError`, and whatever `signers` and theirs throw.
    public func run(
        _ request: ExportRequest, signers: [() throws -> any Signer],
        announce: (Int64) -> Void = { _ in }
    ) throws -> ExportOutcome {
        let target = try ExportTarget(request.target, on: files)
        let store = try SendingError.state { () throws(StateError) in
            try state.sending(to: request.destination, randomness)
        }
        let turn = try SendingError.state { () throws(StateError) in
            try store.turn(patience: patience)
        }
        let held = try SendingError.files { () throws(FileError) in
            try FolderLock.acquire(request.layout.folder, patience: patience)
        }
        defer { withExtendedLifetime((turn, held)) {} }
        let layout = try SendingError.layout { () throws(LayoutError) in
            try Layout(request.layout.folder)
        }
        let shipment: Shipment
        do throws(Shipment.Failure) { shipment = try Shipment(request, from: layout) } catch {
            switch error {
            case .refused(let refusal): return .refused(refusal)
            case .layout(let error): throw SendingError.layout(error)
            case .error(let error): throw error
            }
        }
        let now = try SendingError.state { () throws(StateError) in try store.state() }
        if let pending = now.pending {
            return try resume(
                pending, request, shipment, store: store, target: target, layout: layout, announce)
        }
        guard try !target.isTaken() else { throw SendingError.targetExists(path: target.path) }
        let making = BundleMaking(
            request, shipment, now, at: clock.now, randomness: randomness)
        switch try making.parts(by: signers) {
        case .refused(let refusal, let chain):
            return .refused(.signing(refusal, chain, at: clock.now))
        case .made(let parts):
            let pending = try SendingError.state { () throws(StateError) in
                try store.bind(
                    sequence: now.next, inventory: parts.inventoryDigest, bundle: parts.bundle,
                    parts: parts.stored)
            }
            let delivery = Delivery(
                request: request, parts: parts, pending: pending, store: store, state: state,
                target: target, isResumed: false)
            return try delivery.run(layout, at: clock.now, announce)
        }
    }

    private func resume(
        _ pending: SendingState.Pending, _ request: ExportRequest, _ shipment: Shipment,
        store: SendingStore, target: ExportTarget, layout: Layout,
        _ announce: (Int64) -> Void
    ) throws(SendingError) -> ExportOutcome {
        let stored = try SendingError.state { () throws(StateError) in
            try store.parts(of: pending)
        }
        let parts = try ExportParts(stored: stored, emptyCapsule: TrustCapsule.empty.bytes)
        guard parts.bundle == pending.bundle, parts.inventoryDigest == pending.inventory,
            parts.inventory.sequence == pending.sequence
        else { throw .pendingDamaged(nil) }
        guard parts.inventory.origin == request.origin, parts.inventory.carries(shipment) else {
            return .refused(.pending(sequence: pending.sequence))
        }
        let delivery = Delivery(
            request: request, parts: parts, pending: pending, store: store, state: state,
            target: target, isResumed: true)
        // The run that was interrupted may have come as far as the rename.
        if try target.isTaken() {
            guard try target.holds(parts, as: request.form) else {
                throw .targetExists(path: target.path)
            }
            return .exported(try delivery.finish())
        }
        let useBy = parts.inventory.useBy
        guard clock.now <= useBy else {
            return .refused(.pendingTooLate(sequence: pending.sequence, useBy: useBy))
        }
        return try delivery.run(layout, at: clock.now, announce)
    }
}

extension Inventory {
    /// Whether this is the inventory of `shipment`: images with their names and repositories, and
    /// everything that refers to them.
    func carries(_ shipment: Shipment) -> Bool {
        roots == shipment.roots && referrers.map(\.digest) == shipment.referrers.map(\.digest)
            && blobs == shipment.blobs
    }
}

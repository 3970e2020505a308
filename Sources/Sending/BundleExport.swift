import Audit
import BundleFormat
public import Encodings
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
    private let state: StateFolder
    private let files: FileSystem
    private let clock: Clock
    private let randomness: Randomness
    private let patience: LockPatience

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
    ///   - signer: gives the signer of the bundle; not asked where an export is finished that has
    ///     its signature.
    ///   - progress: called with the bytes of blobs written so far.
    /// - Returns: the report, or why there is no bundle.
    /// - Throws: `SendingError`, and whatever `signer` and its signer throw.
    public func run<S: Signer>(
        _ request: ExportRequest, signer: () throws -> S,
        progress: @escaping (Int64) -> Void = { _ in }
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
            }
        }
        let now = try SendingError.state { () throws(StateError) in try store.state() }
        if let pending = now.pending {
            return try resume(
                pending, request, shipment, store: store, target: target, layout: layout, progress)
        }
        guard try !target.isTaken() else { throw SendingError.targetExists(path: target.path) }
        let signer = try signer()
        let made = try BundleMaking(request, shipment, now, clock: clock, randomness: randomness)
            .parts(by: signer)
        switch made {
        case .refused(let refusal):
            return .refused(.signing(refusal, signer.chain, at: clock.now))
        case .made(let parts):
            let pending = try SendingError.state { () throws(StateError) in
                try store.bind(
                    sequence: now.next, inventory: parts.inventoryDigest, bundle: parts.bundle,
                    parts: parts.stored)
            }
            let delivery = Delivery(
                request: request, parts: parts, pending: pending, store: store, state: state,
                target: target, isResumed: false)
            return try delivery.run(layout, at: clock.now, progress)
        }
    }

    private func resume(
        _ pending: SendingState.Pending, _ request: ExportRequest, _ shipment: Shipment,
        store: SendingStore, target: ExportTarget, layout: Layout,
        _ progress: @escaping (Int64) -> Void
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
        return try delivery.run(layout, at: clock.now, progress)
    }

    /// Declares the number of the pending export to `destination` void: the bundle never arrives,
    /// and every later inventory says so.
    ///
    /// - Parameters:
    ///   - destination: the site that it was for.
    ///   - reason: the operator's words; they go to the destination.
    ///   - userName: who says so, for the record.
    ///   - userID: the user's number.
    /// - Returns: the number.
    /// - Throws: `.state(.noExportPending)` where no number is bound.
    public func void(
        _ destination: SiteName, reason: String, userName: String, userID: UInt32
    ) throws(SendingError) -> Int64 {
        let store = try SendingError.state { () throws(StateError) in
            try state.sending(to: destination, randomness)
        }
        let turn = try SendingError.state { () throws(StateError) in
            try store.turn(patience: patience)
        }
        defer { withExtendedLifetime(turn) {} }
        let now = try SendingError.state { () throws(StateError) in try store.state() }
        guard let pending = now.pending else { throw .state(.noExportPending(destination)) }
        let event = AuditEvent(
            operation: OperationID(from: randomness), kind: "export-void", time: clock.now,
            userName: userName, userID: userID,
            details: [
                "destination": .string(destination.text), "stream": .string(now.stream.text),
                "sequence": .integer(pending.sequence),
                "bundle": .string(pending.bundle.description), "reason": .string(reason),
            ])
        do throws(AuditError) { _ = try state.audit.append(event) } catch { throw .audit(error) }
        try SendingError.state { () throws(StateError) in try store.void(reason: reason) }
        return pending.sequence
    }
}

extension Inventory {
    /// Whether this is the inventory of `shipment`: images with their names and repositories, and
    /// everything that refers to them.
    fileprivate func carries(_ shipment: Shipment) -> Bool {
        roots == shipment.roots && referrers.map(\.digest) == shipment.referrers.map(\.digest)
            && blobs == shipment.blobs
    }
}

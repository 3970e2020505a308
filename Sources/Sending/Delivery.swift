import Audit
import BundleFormat
import Encodings
import Files
import OCILayout
import State

/// The steps that bring a bundle with its number to its place. Each can be repeated.
struct Delivery {
    let request: ExportRequest
    let parts: ExportParts
    let pending: SendingState.Pending
    let store: SendingStore
    let state: StateFolder
    let target: ExportTarget
    let isResumed: Bool

    /// Writes the bundle, records it, gives it its name, strikes its number out; `announce` is called
    /// with the bytes of blobs that are about to be read.
    func run(_ layout: Layout, at now: Timestamp, _ announce: (Int64) -> Void)
        throws(SendingError) -> ExportOutcome
    {
        let temporary = parts.log.temporaryName
        let writer = BundleWriter(parts: parts, layout: layout)
        announce(parts.inventory.blobs.reduce(0) { $0 + $1.size })
        do throws(BundleWriter.Failure) {
            // What a run before left unfinished.
            do throws(FileError) { try target.folder.removeTree(temporary) } catch {
                throw .error(.file(error))
            }
            try writer.write(temporary, in: target.folder, as: request.form)
        } catch {
            withdraw(temporary)
            switch error {
            case .content(let digest, let fault): return .refused(.content(digest, fault))
            case .error(let error): throw error
            }
        }
        try record(at: now)
        guard try !target.isTaken() else { throw .targetExists(path: target.path) }
        try SendingError.files { () throws(FileError) in
            try target.folder.rename(temporary, to: target.name)
            try target.folder.synchronise()
        }
        return .exported(try finish())
    }

    /// Frees the number after a failure, if nothing of the bundle is left anywhere. Otherwise the
    /// number stays bound to these bytes.
    private func withdraw(_ temporary: String) {
        // An export that was interrupted may have gone to another medium before.
        guard !isResumed else {
            try? target.folder.removeTree(temporary)
            return
        }
        do {
            try target.folder.removeTree(temporary)
            try target.folder.synchronise()
            try store.release(pending)
        } catch {
            // The first error is the one to report.
            return
        }
    }

    private func record(at now: Timestamp) throws(SendingError) {
        let inventory = parts.inventory
        let event = AuditEvent(
            operation: parts.log.operation, kind: "export", time: now, userName: request.userName,
            userID: request.userID,
            details: [
                "destination": .string(inventory.destination.text),
                "origin": .string(inventory.origin.text),
                "stream": .string(inventory.stream.text),
                "sequence": .integer(inventory.sequence),
                "bundle": .string(parts.bundle.description),
                "inventory": .string(parts.inventoryDigest.description),
                "useBy": .string(inventory.useBy.description),
                // The inventory names each; its digest stands above.
                "roots": .integer(Int64(inventory.roots.count)),
                "blobs": .integer(Int64(inventory.blobs.count)),
                "signers": .array(parts.log.signers.map { .string($0) }),
                "target": .string(target.path),
            ])
        do throws(AuditError) {
            _ = isResumed ? try state.audit.resume(event) : try state.audit.append(event)
        } catch { throw .audit(error) }
    }

    /// The bundle is at its place: its number is spent.
    func finish() throws(SendingError) -> ExportReport {
        try SendingError.files { () throws(FileError) in
            // Also where a run before renamed it and died before this.
            try target.folder.synchronise()
        }
        do throws(StateError) { try store.finish(pending) } catch {
            // Struck out and not tidied up is struck out. Should a power cut undo that, the same
            // request finds its bundle at the target and strikes the number out again.
            guard let now = try? store.state(), now.pending == nil,
                now.previous == pending.bundle
            else { throw .state(error) }
        }
        let inventory = parts.inventory
        return ExportReport(
            path: target.path, origin: inventory.origin, destination: inventory.destination,
            stream: inventory.stream, sequence: inventory.sequence, bundle: parts.bundle,
            roots: inventory.roots, referrerCount: inventory.referrers.count,
            blobCount: inventory.blobs.count,
            byteCount: inventory.blobs.reduce(0) { $0 + $1.size }, useBy: inventory.useBy,
            signers: parts.log.signers, capsuleIsEmpty: parts.capsuleIsEmpty, isResumed: isResumed)
    }
}

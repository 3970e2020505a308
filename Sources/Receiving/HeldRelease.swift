import Audit
import BundleFormat
public import Configuration
import Encodings
public import Files
import OCI
import OCILayout
public import State
import Trust
import Verification

/// Releases bundles from quarantine, or closes their numbers.
///
/// Nothing that was judged when a bundle came is taken for true: it is judged again, by the trust,
/// the time and the scanner of this moment, and every blob is hashed again before it moves.
public struct HeldRelease {
    private let reception: BundleReception

    /// Releases by the trust in `home`, that remember in `state`, and wait for other runs as long as
    /// `patience` allows.
    public init(
        by home: Home, in state: StateFolder, on files: FileSystem = .real,
        clock: Clock = .system, randomness: Randomness = .system,
        patience: LockPatience = .standard
    ) {
        reception = BundleReception(
            by: home, in: state, on: files, clock: clock, randomness: randomness,
            patience: patience)
    }

    /// The bundles that wait in the layout at `path`: by the state, or by their folders, for a layout
    /// may have been moved.
    public static func held(at path: String, in state: StateFolder, on files: FileSystem)
        throws(ReceivingError) -> [HeldBundle]
    {
        do throws(Stop) {
            let all = try onState { () throws(StateError) in try state.heldBundles() }
            let layout = try? Layout(at: path, in: files)
            return all.filter { held in
                if held.layoutPath == path { return true }
                return layout.flatMap { try? LayoutQuarantine(of: $0).contains(held.folderName) }
                    ?? false
            }
        } catch {
            guard case .failed(let error) = error else { return [] }
            throw error
        }
    }

    /// Releases the bundle that `request` means, or closes its number.
    ///
    /// - Parameters:
    ///   - request: which one, and how.
    ///   - progress: called with the bytes of blobs hashed so far.
    /// - Returns: what became of it; of a rehearsal, what would have. After a refusal or a doubt it
    ///   waits as before.
    /// - Throws: where the fault is this machine's, or the request means no bundle.
    public func run(
        _ request: ReleaseRequest, progress: (Int64) -> Void = { _ in }
    ) throws(ReceivingError) -> ReceiveOutcome {
        if !request.isRehearsal { try reception.recover() }
        let record = ReceiveRecord(
            ReceiveRecord.Subject(
                source: nil, layoutPath: request.layoutPath, reason: request.reason,
                userName: request.userName, userID: request.userID), in: reception.state,
            reception.clock, reception.randomness)
        let chosen = try choose(request)
        var summary: ReceivedBundle?
        do throws(Stop) {
            let ledger = try OriginLedger(
                of: chosen.origin, in: reception.state, patience: reception.patience,
                looking: request.isRehearsal)
            // Another run may have released it meanwhile.
            guard let first = ledger.held.first, ledger.held.contains(chosen) else {
                throw .failed(.notHeld(layoutPath: request.layoutPath, ledger.held))
            }
            guard first == chosen else { throw .failed(.heldBefore(first)) }
            guard !request.isRejection else {
                return .rejected(try reject(chosen, request, ledger, record))
            }
            let judge = try BundleJudge(
                by: reception.home, in: reception.state, reception.clock)
            let (heads, layout) = try open(chosen, request)
            summary = heads.summary
            return .released(
                try release(
                    chosen, heads, from: layout, request, judge, ledger, record,
                    progress: progress))
        } catch {
            return try reception.outcome(of: error, summary, request.isRehearsal ? nil : record)
        }
    }

    private func choose(_ request: ReleaseRequest) throws(ReceivingError) -> HeldBundle {
        let held = try Self.held(
            at: request.layoutPath, in: reception.state, on: reception.files)
        let found: HeldBundle?
        switch request.choice {
        case .next:
            guard Set(held.map(\.origin)).count < 2 else { throw .severalHeld(held) }
            found = held.first
        case .number(let origin, let sequence):
            found = held.first { $0.origin == origin && $0.sequence == sequence }
        case .bundle(let digest): found = held.first { $0.bundle == digest }
        }
        guard let found else { throw .notHeld(layoutPath: request.layoutPath, held) }
        return found
    }

    // MARK: Rejection

    /// Whatever has become of the bundle, its number can be closed: its place was judged when it came.
    private func reject(
        _ held: HeldBundle, _ request: ReleaseRequest, _ ledger: OriginLedger,
        _ record: ReceiveRecord
    ) throws(Stop) -> RejectedBundle {
        let mark = LayoutChange.ReceivingMark(held, leaving: ledger.stream)
        let rejected = RejectedBundle(
            mark, reason: request.reason ?? "",
            lifted: Set(held.accepted.compactMap(ChainOverride.init)))
        guard !request.isRehearsal else { return rejected }
        let release = try self.release(into: request)
        let note = ClosedBundle(
            .rejected, mark, at: reception.clock.now, reason: request.reason)
        try release.reject(
            held, mark: mark, note: note.bytes, events: [record.rejected(rejected)])
        return rejected
    }

    private func release(into request: ReleaseRequest) throws(Stop) -> BundleRelease {
        try BundleRelease(
            into: request.layoutPath, replacingNames: request.replacesNames,
            state: reception.state, files: reception.files, patience: reception.patience)
    }

    // MARK: Release

    /// The bundle's parts, and the layout in quarantine that it is.
    private func open(_ held: HeldBundle, _ request: ReleaseRequest) throws(Stop) -> (
        BundleHeads, Layout
    ) {
        let layout = try onLayout { () throws(LayoutError) in
            try Layout(at: request.layoutPath, in: reception.files)
        }
        let folder = try onLayout { () throws(LayoutError) in
            try LayoutQuarantine(of: layout).folder(held.folderName)
        }
        guard let folder else { throw .failed(.heldMissing(held)) }
        let heads = try BundleHeads(BundleSource(held: folder))
        guard heads.bundle.digest == held.bundle, heads.inventory.sequence == held.sequence,
            heads.inventory.stream == held.stream
        else { throw .failed(.heldChanged(held)) }
        return (heads, try onLayout { () throws(LayoutError) in try Layout(folder) })
    }

    private func release(
        _ held: HeldBundle, _ heads: BundleHeads, from layout: Layout, _ request: ReleaseRequest,
        _ judge: BundleJudge, _ ledger: OriginLedger, _ record: ReceiveRecord,
        progress: (Int64) -> Void
    ) throws(Stop) -> ReceiveReport {
        let inventory = heads.inventory
        let admission = try judge.admit(heads, reference: request.layoutPath)
        let lifting = Self.overrides(of: held, request)
        let lifted = try judge.place(heads, after: ledger.released, lifting: lifting)
        guard !request.acceptsLate || lifted.contains(.late) else {
            throw .failed(.unneeded([.late]))
        }
        try judge.checkClaims(of: inventory, by: admission.peer)
        let scanner = try ImageScanner(of: reception.home)
        let release = request.isRehearsal ? nil : try self.release(into: request)
        let destination = try onLayout { () throws(LayoutError) -> Layout in
            if let release { return release.writer.layout }
            return try Layout(at: request.layoutPath, in: reception.files)
        }
        let content = HeldContent(inventory, in: layout, beside: destination)
        try content.check(progress: progress)
        let closure = try BundleClosure(inventory, in: content)
        let judged = try judge.images(
            of: inventory, by: admission, in: content, closure.graph, path: request.layoutPath)
        var roots = judged.roots
        if !request.isPartial { try roots.requireAll() }
        if let scanner, let release {
            roots = try scanner.scan(roots, closure, in: content, by: release.writer)
        }
        roots = try Self.parted(roots, request)
        try BundleRelease.checkNames(
            roots.filter { !$0.isWithheld }.map(\.entry), in: destination.index,
            replace: request.replacesNames)
        // It may have taken hours.
        try judge.place(heads, after: ledger.released, lifting: lifting)
        var testimony = admission.testimony
        testimony.take(judged.testimony)
        var isKept = true
        if let release {
            isKept = try reception.keepAndRaise(by: heads, testimony, admission.carried, record)
            try commit(
                roots, closure, heads, held, from: layout, by: release, ledger,
                record.taken(heads, roots, lifting: lifted))
        }
        return ReceiveReport(
            heads, roots, admission, isEvidenceKept: isKept, lifted: lifted,
            isScanMissing: request.isRehearsal && scanner != nil)
    }

    /// What was lifted when the bundle came stays lifted, but for its time: that is judged again.
    private static func overrides(of held: HeldBundle, _ request: ReleaseRequest)
        -> Set<ChainOverride>
    {
        var lifting = Set(held.accepted.compactMap(ChainOverride.init))
        lifting.remove(.late)
        if request.acceptsLate { lifting.insert(.late) }
        return lifting
    }

    /// All of the images, or those that pass where that is asked for and some do.
    private static func parted(_ roots: [JudgedRoot], _ request: ReleaseRequest) throws(Stop)
        -> [JudgedRoot]
    {
        guard request.isPartial, roots.contains(where: \.passes) else {
            try roots.requireAll()
            return roots
        }
        return roots.map { root in
            var root = root
            root.isWithheld = !root.passes
            return root
        }
    }

    private func commit(
        _ roots: [JudgedRoot], _ closure: BundleClosure, _ heads: BundleHeads,
        _ held: HeldBundle, from layout: Layout, by release: BundleRelease,
        _ ledger: OriginLedger, _ events: [AuditEvent]
    ) throws(Stop) {
        let mark = LayoutChange.ReceivingMark(held, leaving: ledger.stream)
        let withheld = roots.filter(\.isWithheld)
        let note =
            withheld.isEmpty
            ? nil
            : ClosedBundle(
                .partial, mark, at: reception.clock.now, reason: nil, images: withheld)
        try release.release(
            roots, closure, from: layout, mark: mark, name: held.folderName, note: note?.bytes,
            events: events)
    }
}

extension LayoutChange.ReceivingMark {
    /// The mark of a bundle that waits.
    fileprivate init(_ held: HeldBundle, leaving stream: StreamID?) {
        self.init(
            origin: held.origin, stream: held.stream, sequence: held.sequence,
            bundle: held.bundle, leaving: stream == held.stream ? nil : stream)
    }
}

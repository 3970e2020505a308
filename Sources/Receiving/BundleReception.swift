import BundleFormat
public import Configuration
import Encodings
public import Files
import OCI
import OCILayout
public import State
import Trust
import Verification

/// Takes bundles in.
///
/// - SeeAlso: docs/formats/bundle.md, "Receiving".
public struct BundleReception {
    let home: Home
    let state: StateFolder
    let files: FileSystem
    let clock: Clock
    let randomness: Randomness
    let patience: LockPatience

    /// Receptions by the trust in `home`, that remember in `state`, and wait for other runs as long
    /// as `patience` allows.
    public init(
        by home: Home, in state: StateFolder, on files: FileSystem = .real,
        clock: Clock = .system, randomness: Randomness = .system,
        patience: LockPatience = .standard
    ) {
        self.home = home
        self.state = state
        self.files = files
        self.clock = clock
        self.randomness = randomness
        self.patience = patience
    }

    /// Judges the bundle that `request` names, and takes all of it or nothing.
    ///
    /// Origin, order and destination are decided before anything large is read. Every byte leaves
    /// the medium once; what was judged is what is released, or held. What an earlier run left in the
    /// journal is completed first. A rehearsal makes the same checks, and changes nothing at all.
    ///
    /// - Parameters:
    ///   - request: what goes where.
    ///   - progress: called with the bytes of blobs that arrived so far.
    /// - Returns: what became of it; of a rehearsal, what would have. A refusal leaves the layout and
    ///   the mark as they were, and a line `receive-refused` in the record; a doubt the same, as
    ///   `receive-undecided`.
    /// - Throws: where the fault is this machine's, not the bundle's.
    public func run(
        _ request: ReceiveRequest, progress: (Int64) -> Void = { _ in }
    ) throws(ReceivingError) -> ReceiveOutcome {
        if !request.isRehearsal { try recover() }
        let record = ReceiveRecord(
            ReceiveRecord.Subject(
                source: request.source, layoutPath: request.layoutPath, reason: request.reason,
                userName: request.userName, userID: request.userID), in: state, clock, randomness)
        var summary: ReceivedBundle?
        do throws(Stop) {
            let judge = try BundleJudge(by: home, in: state, clock)
            let source = try BundleSource(at: request.source, on: files)
            let heads = try BundleHeads(source)
            summary = heads.summary
            return try receive(heads, source, request, judge, record, progress: progress)
        } catch {
            return try outcome(of: error, summary, request.isRehearsal ? nil : record)
        }
    }

    /// Completes what an earlier run left in the journal.
    func recover() throws(ReceivingError) {
        do throws(LayoutChangeError) {
            _ = try LayoutChange.recover(in: state, files, patience: patience)
        } catch { throw .change(error) }
    }

    /// What ended the reception, as an outcome that is in the record; without one nothing is written.
    func outcome(of stop: Stop, _ summary: ReceivedBundle?, _ record: ReceiveRecord?)
        throws(ReceivingError) -> ReceiveOutcome
    {
        switch stop {
        case .failed(let error): throw error
        case .refused(let refusal):
            try record?.refused(refusal, summary)
            return .refused(refusal, summary)
        case .undecided(let doubt):
            try record?.undecided(doubt, summary)
            return .undecided(doubt, summary)
        }
    }

    private func receive(
        _ heads: BundleHeads, _ source: BundleSource, _ request: ReceiveRequest,
        _ judge: BundleJudge, _ record: ReceiveRecord, progress: (Int64) -> Void
    ) throws(Stop) -> ReceiveOutcome {
        let admission = try judge.admit(heads, reference: request.source)
        let ledger = try OriginLedger(
            of: heads.inventory.origin, in: state, patience: patience,
            looking: request.isRehearsal)
        let isRejection = request.purpose == .reject
        // A number can be closed that nobody may receive any more.
        let lifting = isRejection ? request.overrides.union([.late]) : request.overrides
        var lifted = try judge.place(heads, after: ledger.taken, lifting: lifting)
        if isRejection { lifted.remove(.late) }
        let unneeded = request.overrides.subtracting(lifted)
        guard unneeded.isEmpty else { throw .failed(.unneeded(unneeded.sorted())) }
        if request.purpose != .hold, let first = ledger.held.first {
            throw .refused(.held(first))
        }
        let place = Place(ledger: ledger, lifted: lifted)
        guard !isRejection else { return try reject(heads, request, place, record) }
        try judge.checkClaims(of: heads.inventory, by: admission.peer)
        guard !request.isRehearsal else {
            return try rehearse(
                heads, source, request, judge, admission, place, progress: progress)
        }
        return try take(
            heads, source, request, judge, admission, place, record, progress: progress)
    }

    /// Where a bundle stands in its stream.
    private struct Place {
        let ledger: OriginLedger
        let lifted: Set<ChainOverride>

        /// The mark of the bundle.
        func mark(_ heads: BundleHeads) -> LayoutChange.ReceivingMark {
            LayoutChange.ReceivingMark(
                heads, leaving: lifted.contains(.stream) ? ledger.stream : nil)
        }
    }

    private func take(
        _ heads: BundleHeads, _ source: BundleSource, _ request: ReceiveRequest,
        _ judge: BundleJudge, _ admission: BundleJudge.Admission, _ place: Place,
        _ record: ReceiveRecord, progress: (Int64) -> Void
    ) throws(Stop) -> ReceiveOutcome {
        let inventory = heads.inventory
        let scanner = try ImageScanner(of: home)
        let release = try BundleRelease(
            into: request.layoutPath, replacingNames: request.replacesNames, state: state,
            files: files, patience: patience)
        var roots: [JudgedRoot]
        let closure: BundleClosure
        var testimony = admission.testimony
        do throws(Stop) {
            try release.checkNames(inventory)
            let quarantine = try release.quarantine(inventory)
            try quarantine.fill(from: source, heads, progress: progress)
            closure = try BundleClosure(inventory, in: quarantine)
            // The copy may have taken hours.
            try judge.place(heads, after: place.ledger.taken, lifting: place.lifted)
            let judged = try judge.images(
                of: inventory, by: admission, in: quarantine, closure.graph, path: request.source)
            roots = judged.roots
            testimony.take(judged.testimony)
            try roots.requireAll()
            if let scanner {
                roots = try scanner.scan(roots, closure, in: quarantine, by: release.writer)
                try roots.requireAll()
            }
        } catch {
            release.leaveNoTrace()
            throw error
        }
        let isKept = try keepAndRaise(by: heads, testimony, admission.carried, record)
        let isHeld = request.purpose == .hold
        let events = record.taken(heads, roots, isHeld: isHeld, lifting: place.lifted)
        if isHeld {
            try release.hold(
                HeldBundle(
                    origin: inventory.origin, stream: inventory.stream,
                    sequence: inventory.sequence, bundle: heads.bundle.digest,
                    layoutPath: request.layoutPath, since: clock.now, accepted: place.lifted.words),
                heads, events: events)
        } else {
            try release.release(inventory, closure, mark: place.mark(heads), events: events)
        }
        let report = ReceiveReport(
            heads, roots, admission, isEvidenceKept: isKept, lifted: place.lifted,
            isScanMissing: false)
        return isHeld ? .held(report) : .released(report)
    }

    /// Makes every check of `take` that needs no file of ours.
    private func rehearse(
        _ heads: BundleHeads, _ source: BundleSource, _ request: ReceiveRequest,
        _ judge: BundleJudge, _ admission: BundleJudge.Admission, _ place: Place,
        progress: (Int64) -> Void
    ) throws(Stop) -> ReceiveOutcome {
        let inventory = heads.inventory
        let hasScanner = try ImageScanner(of: home) != nil
        let layout = try onLayout { () throws(LayoutError) in
            try Layout.destination(at: request.layoutPath, in: files)
        }
        try BundleRelease.checkNames(
            inventory.rootEntries, in: layout?.index ?? LayoutIndex(),
            replace: request.replacesNames)
        let content = RehearsedContent(inventory, beside: layout, path: request.layoutPath)
        try content.fill(from: source, heads, progress: progress)
        let closure = try BundleClosure(inventory, in: content)
        try judge.place(heads, after: place.ledger.taken, lifting: place.lifted)
        let roots = try judge.images(
            of: inventory, by: admission, in: content, closure.graph, path: request.source
        ).roots
        try roots.requireAll()
        let report = ReceiveReport(
            heads, roots, admission, isEvidenceKept: true, lifted: place.lifted,
            isScanMissing: hasScanner)
        return request.purpose == .hold ? .held(report) : .released(report)
    }

    /// Closes the number of a bundle on its medium. Its parts are kept, and nothing that it carries.
    private func reject(
        _ heads: BundleHeads, _ request: ReceiveRequest, _ place: Place, _ record: ReceiveRecord
    ) throws(Stop) -> ReceiveOutcome {
        let mark = place.mark(heads)
        let rejected = RejectedBundle(
            mark, reason: request.reason ?? "", lifted: place.lifted)
        guard !request.isRehearsal else { return .rejected(rejected) }
        let release = try BundleRelease(
            into: request.layoutPath, replacingNames: false, state: state, files: files,
            patience: patience)
        let note = ClosedBundle(.rejected, mark, at: clock.now, reason: request.reason)
        try release.reject(
            heads, mark: mark, note: note.bytes, events: [record.rejected(rejected)])
        return .rejected(rejected)
    }
}

// MARK: What was proven

extension BundleReception {
    /// Keeps what came along and proved itself, and raises the floors: in this order, for no floor may
    /// lie above everything that is at hand.
    ///
    /// - Returns: whether the home has what came along; else it moves no floor.
    /// - Throws: where record or state refuse.
    func keepAndRaise(
        by heads: BundleHeads, _ testimony: Testimony, _ carried: CarriedEvidence,
        _ record: ReceiveRecord
    ) throws(Stop) -> Bool {
        let proven = carried.proven(by: testimony.revocation)
        let isKept = try keep(proven, record)
        var testimony = testimony
        if !isKept { testimony.forget(Set(proven.digests)) }
        try raiseFloors(by: heads, testimony)
        return isKept
    }

    /// What was proven has come to pass: what is about revocation, and the bundle's creation.
    private func raiseFloors(by heads: BundleHeads, _ testimony: Testimony) throws(Stop) {
        let inventory = heads.inventory
        try onState { () throws(StateError) in
            _ = try state.changeFloors { floors in
                floors.raise(by: testimony)
                floors.raise(
                    by: ClockFloor(
                        time: inventory.created,
                        witness: "bundle \(inventory.sequence) from \(inventory.origin)"))
            }
        }
    }

    /// Puts into the home what came with the bundle and proved itself, after its record: later
    /// verdicts rest on it.
    ///
    /// - Returns: whether the home has it; a home that cannot be written is no reason to refuse a
    ///   bundle.
    /// - Throws: where the record refuses.
    private func keep(_ evidence: RevocationEvidence, _ record: ReceiveRecord) throws(Stop)
        -> Bool
    {
        guard !evidence.isEmpty else { return true }
        do throws(ReceivingError) { try record.kept(evidence) } catch { throw .failed(error) }
        do throws(ConfigurationError) {
            try HomeWriter(home, patience: patience).add(evidence)
            return true
        } catch { return false }
    }
}

extension Set<ChainOverride> {
    /// In one order.
    func sorted() -> [ChainOverride] { ChainOverride.allCases.filter(contains) }
}

extension LayoutChange.ReceivingMark {
    /// The mark of a bundle.
    init(_ heads: BundleHeads, leaving stream: StreamID?) {
        let inventory = heads.inventory
        self.init(
            origin: inventory.origin, stream: inventory.stream, sequence: inventory.sequence,
            bundle: heads.bundle.digest, leaving: stream)
    }
}

extension RejectedBundle {
    /// The bundle with this mark.
    init(_ mark: LayoutChange.ReceivingMark, reason: String, lifted: Set<ChainOverride>) {
        self.init(
            bundle: mark.bundle, origin: mark.origin, stream: mark.stream,
            sequence: mark.sequence, reason: reason, lifted: lifted)
    }
}

extension ReceiveReport {
    init(
        _ heads: BundleHeads, _ roots: [JudgedRoot], _ admission: BundleJudge.Admission,
        isEvidenceKept: Bool, lifted: Set<ChainOverride>, isScanMissing: Bool
    ) {
        let blobs = heads.inventory.blobs
        self.init(
            bundle: heads.summary, roots: roots, signature: admission.signature,
            referrerCount: heads.inventory.referrers.count, blobCount: blobs.count,
            byteCount: blobs.reduce(0) { $0 + $1.size },
            capsuleIsEmpty: heads.capsuleBytes == TrustCapsule.empty.bytes,
            isEvidenceKept: isEvidenceKept, lifted: lifted, isScanMissing: isScanMissing)
    }
}

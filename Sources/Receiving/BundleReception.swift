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
    /// the medium once; what was judged is what is released. What an earlier run left in the
    /// journal is completed first.
    ///
    /// - Parameters:
    ///   - request: what goes where.
    ///   - progress: called with the bytes of blobs that arrived so far.
    /// - Returns: what became of it. A refusal leaves the layout and the mark as they were, and a
    ///   line `receive-refused` in the record; a doubt the same, as `receive-undecided`.
    /// - Throws: where the fault is this machine's, not the bundle's.
    public func run(
        _ request: ReceiveRequest, progress: (Int64) -> Void = { _ in }
    ) throws(ReceivingError) -> ReceiveOutcome {
        do throws(LayoutChangeError) {
            _ = try LayoutChange.recover(in: state, files, patience: patience)
        } catch {
            throw .change(error)
        }
        let record = ReceiveRecord(request, in: state, clock, randomness)
        var summary: ReceivedBundle?
        do throws(Stop) {
            guard let own = try onHome({ () throws(ConfigurationError) in try home.ownName() })
            else { throw .failed(.noOwnName) }
            let tolerance = try checkedClockTolerance()
            let source = try BundleSource(at: request.source, on: files)
            let heads = try BundleHeads(source)
            summary = heads.summary
            return .released(
                try receive(
                    heads, source, request, own: own, tolerance, record, progress: progress))
        } catch {
            switch error {
            case .failed(let error): throw error
            case .refused(let refusal):
                try record.refused(refusal, summary)
                return .refused(refusal, summary)
            case .undecided(let doubt):
                try record.undecided(doubt, summary)
                return .undecided(doubt, summary)
            }
        }
    }

    private func receive(
        _ heads: BundleHeads, _ source: BundleSource, _ request: ReceiveRequest, own: SiteName,
        _ tolerance: Int64, _ record: ReceiveRecord, progress: (Int64) -> Void
    ) throws(Stop) -> ReceiveReport {
        let peer = try peer(heads.inventory.origin)
        let carried = try CarriedEvidence(
            heads.capsule, besides: home,
            floors: try onState { () throws(StateError) in try state.floors() })
        let now = VerificationTime(clock.now, from: .clock)
        let bundleVerifier = Verifier(
            at: now,
            options: VerificationOptions(
                metadata: [(BundleManifest.purposeKey, BundleManifest.purpose)]),
            revocation: carried.check)
        let signature = try judgeSignature(
            of: heads, by: peer, bundleVerifier, reference: request.source)
        let store = try onState { () throws(StateError) in
            try state.receiving(from: heads.inventory.origin)
        }
        let turn = try onState { () throws(StateError) in try store.turn(patience: patience) }
        defer { withExtendedLifetime(turn) {} }
        try checkNothingWaits(from: heads.inventory.origin)
        let mark = try onState { () throws(StateError) in
            try store.settle()
            return try store.state()
        }
        try checkPlace(of: heads, own: own, mark, tolerance)
        let scopes = try RootClaims(heads.inventory, by: peer).scopes
        let trust = try onHome { () throws(ConfigurationError) in try home.imageTrust() }
        let release = try BundleRelease(request, state: state, files: files, patience: patience)
        let roots: [JudgedRoot]
        let closure: BundleClosure
        let imageVerifier: Verifier
        do throws(Stop) {
            try release.checkNames(heads.inventory)
            let quarantine = try release.quarantine(heads.inventory)
            try quarantine.fill(from: source, heads, progress: progress)
            closure = try BundleClosure(heads.inventory, in: quarantine)
            // The copy may have taken hours.
            try checkPlace(of: heads, own: own, mark, tolerance)
            let time = VerificationTime(clock.now, from: .clock)
            imageVerifier = Verifier(at: time, revocation: carried.check)
            let judge = RootJudge(
                trust: trust, verifier: imageVerifier, time: time, content: quarantine,
                graph: closure.graph)
            roots = try judge.judge(heads.inventory.roots, scopes, path: request.source)
        } catch {
            release.leaveNoTrace()
            throw error
        }
        var testimony = bundleVerifier.testimony
        testimony.take(imageVerifier.testimony)
        // Kept before a floor moves: no floor may lie above everything that is at hand.
        let proven = carried.proven(by: testimony.revocation)
        let isKept = try keep(proven, record)
        if !isKept { testimony.forget(Set(proven.digests)) }
        try raiseFloors(by: heads, testimony)
        try release.commit(heads, closure, events: record.received(heads, roots))
        let blobs = heads.inventory.blobs
        return ReceiveReport(
            bundle: heads.summary, roots: roots, signature: signature,
            referrerCount: heads.inventory.referrers.count, blobCount: blobs.count,
            byteCount: blobs.reduce(0) { $0 + $1.size },
            capsuleIsEmpty: heads.content.held[heads.manifest.capsule.digest]
                == TrustCapsule.empty.bytes,
            isEvidenceKept: isKept)
    }

    // MARK: Checks

    /// Nothing is judged by a clock that is behind what was proven, by more than clocks may differ:
    /// so many seconds.
    private func checkedClockTolerance() throws(Stop) -> Int64 {
        let settings = try onHome { () throws(ConfigurationError) in
            try home.verificationSettings()
        }
        try onState { () throws(StateError) in
            try state.checkClock(clock.now, tolerance: settings.clockTolerance)
        }
        return settings.clockTolerance
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
    private func keep(_ evidence: RevocationEvidence, _ record: ReceiveRecord) throws(Stop) -> Bool
    {
        guard !evidence.isEmpty else { return true }
        do throws(ReceivingError) { try record.kept(evidence) } catch { throw .failed(error) }
        do throws(ConfigurationError) {
            try HomeWriter(home, patience: patience).add(evidence)
            return true
        } catch { return false }
    }

    /// Refuses to go on while an earlier bundle of the origin is released in part: its mark does
    /// not stand yet, so it could be taken a second time elsewhere.
    private func checkNothingWaits(from origin: SiteName) throws(Stop) {
        let waiting: [LayoutChange]
        do throws(LayoutChangeError) { waiting = try LayoutChange.unfinished(in: state) } catch {
            throw .failed(.change(error))
        }
        for change in waiting where change.mark?.origin == origin {
            throw .failed(.unfinished(origin, layoutPath: change.layoutPath))
        }
    }

    private func peer(_ origin: SiteName) throws(Stop) -> Peer {
        let peer = try onHome { () throws(ConfigurationError) in try home.peer(origin) }
        guard let peer else { throw .refused(.unknownOrigin(origin, .notEnrolled)) }
        guard !peer.isSuspended else { throw .refused(.unknownOrigin(origin, .suspended)) }
        guard peer.may(.bundles) else {
            throw .refused(.unknownOrigin(origin, .mayNotSendBundles))
        }
        return peer
    }

    private func judgeSignature(
        of heads: BundleHeads, by peer: Peer, _ verifier: Verifier, reference: String
    ) throws(Stop) -> VerificationReport {
        let graph = try onLayout { () throws(LayoutError) in try LayoutGraph(heads.content) }
        let outcome: VerificationOutcome
        do throws(VerificationError) {
            outcome = try verifier.verify(
                ArtifactInLayout(
                    reference: reference, target: heads.bundle, content: heads.content,
                    graph: graph), anchors: peer.anchors, identities: peer.identities)
        } catch { throw .failed(.verification(error)) }
        // Level strict judges every signature, so nothing is skipped here.
        switch outcome.report.verdict {
        case .verified: return outcome.report
        case .undecided: throw .undecided(.bundleSignature(outcome.report))
        case .refused, .skipped: throw .refused(.bundleSignature(outcome.report))
        }
    }

    private func checkPlace(
        of heads: BundleHeads, own: SiteName, _ mark: ReceivingState, _ tolerance: Int64
    ) throws(Stop) {
        let refusal = BundleChain.refusal(
            of: heads.inventory, bundle: heads.bundle.digest, own: own,
            mark: ReceivedMark(
                stream: mark.stream, sequence: mark.sequence, bundle: mark.bundle),
            now: clock.now, tolerance: tolerance)
        if let refusal { throw .refused(.chain(refusal)) }
    }
}

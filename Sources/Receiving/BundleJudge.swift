import BundleFormat
import Configuration
import Encodings
import Files
import OCI
import OCILayout
import State
import Trust
import Verification

/// Judges a bundle by what this site knows: the same for one that arrives, one that waits, and one
/// that is only looked at.
struct BundleJudge {
    private let home: Home
    private let state: StateFolder
    private let clock: Clock
    private let own: SiteName
    /// How far clocks may differ, in seconds.
    private let tolerance: Int64

    /// What is known once the bundle's own signature has passed.
    struct Admission {
        let peer: Peer
        let signature: VerificationReport
        let carried: CarriedEvidence
        /// What the signature has proven.
        let testimony: Testimony
    }

    /// - Throws: where this site has no name, or its clock is behind what was proven by more than
    ///   clocks may differ: nothing is judged by such a clock.
    init(by home: Home, in state: StateFolder, _ clock: Clock) throws(Stop) {
        guard let own = try onHome({ () throws(ConfigurationError) in try home.ownName() }) else {
            throw .failed(.noOwnName)
        }
        tolerance = try onHome { () throws(ConfigurationError) in
            try home.verificationSettings()
        }.clockTolerance
        self.home = home
        self.state = state
        self.clock = clock
        self.own = own
        let tolerance = tolerance
        try onState { () throws(StateError) in
            try state.checkClock(clock.now, tolerance: tolerance)
        }
    }

    /// The moment of a verdict.
    var time: VerificationTime { VerificationTime(clock.now, from: .clock) }

    // MARK: Origin

    /// Finds out whether the bundle is from whom it says, and whether that site may send.
    func admit(_ heads: BundleHeads, reference: String) throws(Stop) -> Admission {
        let peer = try peer(heads.inventory.origin)
        let carried = try CarriedEvidence(
            heads.capsule, besides: home,
            floors: try onState { () throws(StateError) in try state.floors() })
        let verifier = Verifier(
            at: time,
            options: VerificationOptions(
                metadata: [(BundleManifest.purposeKey, BundleManifest.purpose)]),
            revocation: carried.check)
        let signature = try judgeSignature(of: heads, by: peer, verifier, reference: reference)
        return Admission(
            peer: peer, signature: signature, carried: carried, testimony: verifier.testimony)
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

    // MARK: Place

    /// Finds out whether the bundle is the next one after `mark`.
    ///
    /// - Returns: the overrides without which it would not be.
    @discardableResult
    func place(_ heads: BundleHeads, after mark: ReceivedMark, lifting: Set<ChainOverride>)
        throws(Stop) -> Set<ChainOverride>
    {
        let judgement = BundleChain.judge(
            heads.inventory, bundle: heads.bundle.digest, own: own, mark: mark, now: clock.now,
            tolerance: tolerance, lifting: lifting)
        if let refusal = judgement.refusal { throw .refused(.chain(refusal)) }
        return judgement.lifted
    }

    // MARK: Images

    /// Every image with what the policy of its repository says of it.
    ///
    /// - Returns: the images in the bundle's order, and what their signatures have proven.
    func images(
        of inventory: Inventory, by admission: Admission, in content: any LayoutContent,
        _ graph: LayoutGraph, path: String
    ) throws(Stop) -> (roots: [JudgedRoot], testimony: Testimony) {
        let scopes = try RootClaims(inventory, by: admission.peer).scopes
        let trust = try onHome { () throws(ConfigurationError) in try home.imageTrust() }
        let time = time
        let verifier = Verifier(at: time, revocation: admission.carried.check)
        let judge = RootJudge(
            trust: trust, verifier: verifier, time: time, content: content, graph: graph)
        let roots = try judge.judge(inventory.roots, scopes, path: path)
        return (roots, verifier.testimony)
    }

    /// Refuses claims and policies that cannot be, before anything large is read.
    func checkClaims(of inventory: Inventory, by peer: Peer) throws(Stop) {
        _ = try RootClaims(inventory, by: peer)
        _ = try onHome { () throws(ConfigurationError) in try home.imageTrust() }
    }
}

import BundleFormat
public import Configuration
public import Encodings
public import Files
import OCI
import OCILayout
public import State
public import Trust
public import Verification

/// The trust capsule of a bundle that a peer signed who may send capsules. Only `CapsuleReception`
/// makes one.
public struct ProvenCapsule: Sendable {
    /// What the bundle says of itself.
    public let bundle: ReceivedBundle
    /// The capsule.
    public let capsule: TrustCapsule
    /// Its digest.
    public let digest: Digest
    /// What was found of the bundle's signatures.
    public let signature: VerificationReport
    /// What was proven on the way.
    public let testimony: Testimony
    /// What came about revocation, proved itself on the way, and is not in the home yet.
    public let evidence: RevocationEvidence
}

/// Why no trust capsule was taken from a bundle.
public enum CapsuleRefusal: Sendable {
    /// The bundle is none that this site would take. The chain of bundles is not among the reasons:
    /// capsules have a counter of their own.
    case bundle(ReceiveRefusal)
    /// The origin's keys may not sign capsules.
    case notAllowed(SiteName)
    /// It cannot be read.
    case unreadable(TrustCapsuleError)
    /// It is that of a site without any trust: nothing would pass any more.
    case empty
    /// A later one of the origin was applied.
    case rollback(counter: Int64, applied: Int64)
    /// Another one with the same counter was applied.
    case fork(counter: Int64)
    /// Its policy does not fit what this site asks for besides.
    case settings(VerificationSettingsConflict)
    /// It weakens trust, and nobody has accepted that.
    case weaker

    /// The word for programs.
    ///
    /// - SeeAlso: docs/commands/trust.md.
    public var code: String {
        switch self {
        case .bundle(let refusal): refusal.code
        case .notAllowed: "capsules-not-allowed"
        case .unreadable(.unsupportedVersion): "unsupported-version"
        case .unreadable(.unknownCriticalMember): "unknown-critical-member"
        case .unreadable: "malformed-capsule"
        case .empty: "empty-capsule"
        case .rollback: "capsule-rollback"
        case .fork: "capsule-fork"
        case .settings: "settings"
        case .weaker: "weaker"
        }
    }
}

/// Reads trust capsules from bundles, and judges who sends them. It installs nothing.
///
/// - SeeAlso: docs/formats/trust-capsule.md.
public struct CapsuleReception {
    /// What became of a bundle.
    public enum Outcome: Sendable {
        /// Its capsule is one that may be applied, as far as its origin goes.
        case proven(ProvenCapsule)
        /// It is not.
        case refused(CapsuleRefusal, ReceivedBundle?)
        /// Nobody can tell.
        case undecided(ReceiveDoubt, ReceivedBundle?)
    }

    private let home: Home
    private let state: StateFolder?
    private let files: FileSystem
    private let clock: Clock

    /// Receptions by the peers in `home`; a site without a state has applied nothing yet.
    public init(
        by home: Home, in state: StateFolder?, on files: FileSystem = .real,
        clock: Clock = .system
    ) {
        self.home = home
        self.state = state
        self.files = files
        self.clock = clock
    }

    /// Judges the bundle at `path`, of which only the front is read. Changes nothing.
    ///
    /// - Throws: where the fault is this machine's, not the bundle's.
    public func run(_ path: String) throws(ReceivingError) -> Outcome {
        var summary: ReceivedBundle?
        do throws(Stop) {
            let own = try onHome { () throws(ConfigurationError) in try home.ownName() }
            guard let own else { throw .failed(.noOwnName) }
            let tolerance = try onHome { () throws(ConfigurationError) in
                try home.verificationSettings()
            }.clockTolerance
            try onState { () throws(StateError) in
                try state?.checkClock(clock.now, tolerance: tolerance)
            }
            let heads = try BundleHeads(try BundleSource(at: path, on: files))
            summary = heads.summary
            let origin = heads.inventory.origin
            let peer = try onHome { () throws(ConfigurationError) in try home.peer(origin) }
            guard let peer else { throw .refused(.unknownOrigin(origin, .notEnrolled)) }
            guard !peer.isSuspended else { throw .refused(.unknownOrigin(origin, .suspended)) }
            guard peer.may(.capsules) else {
                return .refused(.notAllowed(origin), summary)
            }
            let judged = try judge(heads, by: peer, path)
            if let refusal = place(of: heads.inventory, own: own, tolerance) {
                throw .refused(.chain(refusal))
            }
            return try capsule(of: heads, judged)
        } catch {
            switch error {
            case .failed(let error): throw error
            case .refused(let refusal): return .refused(.bundle(refusal), summary)
            case .undecided(let doubt): return .undecided(doubt, summary)
            }
        }
    }

    // MARK: Checks

    private struct Judged {
        let signature: VerificationReport
        let testimony: Testimony
        let evidence: RevocationEvidence
    }

    private func judge(_ heads: BundleHeads, by peer: Peer, _ path: String) throws(Stop)
        -> Judged
    {
        let floors = try onState { () throws(StateError) in try state?.floors() ?? .none }
        let carried = try CarriedEvidence(heads.capsule, besides: home, floors: floors)
        let verifier = Verifier(
            at: VerificationTime(clock.now, from: .clock),
            options: VerificationOptions(
                metadata: [(BundleManifest.purposeKey, BundleManifest.purpose)]),
            revocation: carried.check)
        let graph = try onLayout { () throws(LayoutError) in try LayoutGraph(heads.content) }
        let outcome: VerificationOutcome
        do throws(VerificationError) {
            outcome = try verifier.verify(
                ArtifactInLayout(
                    reference: path, target: heads.bundle, content: heads.content, graph: graph),
                anchors: peer.anchors, identities: peer.identities(for: .capsules))
        } catch { throw .failed(.verification(error)) }
        switch outcome.report.verdict {
        case .verified: break
        case .undecided: throw .undecided(.bundleSignature(outcome.report))
        case .refused, .skipped: throw .refused(.bundleSignature(outcome.report))
        }
        let testimony = verifier.testimony
        return Judged(
            signature: outcome.report, testimony: testimony,
            evidence: carried.proven(by: testimony.revocation))
    }

    /// For whom the bundle is, and when: its place in the stream is not asked for.
    private func place(of inventory: Inventory, own: SiteName, _ tolerance: Int64)
        -> ChainRefusal?
    {
        let now = clock.now
        guard inventory.destination == own else {
            return .wrongDestination(inventory.destination, own: own)
        }
        guard inventory.created <= now.adding(seconds: tolerance) else {
            return .fromTheFuture(created: inventory.created, now: now)
        }
        guard now <= inventory.useBy else { return .late(useBy: inventory.useBy, now: now) }
        return nil
    }

    private func capsule(of heads: BundleHeads, _ judged: Judged) throws(Stop) -> Outcome {
        let summary = heads.summary
        let capsule: TrustCapsule
        do throws(TrustCapsuleError) {
            capsule = try TrustCapsule(parsing: heads.capsuleBytes)
        } catch { return .refused(.unreadable(error), summary) }
        guard !capsule.policies.isEmpty || !capsule.stores.isEmpty, capsule.counter > 0 else {
            return .refused(.empty, summary)
        }
        let digest = heads.manifest.capsule.digest
        let applied = try onState { () throws(StateError) -> CapsuleMark? in
            guard let state else { throw .missing(summary.origin) }
            return try state.capsuleMark(of: summary.origin)
        }
        if let applied {
            guard capsule.counter >= applied.counter else {
                return .refused(
                    .rollback(counter: capsule.counter, applied: applied.counter), summary)
            }
            guard capsule.counter > applied.counter || digest == applied.digest else {
                return .refused(.fork(counter: capsule.counter), summary)
            }
        }
        return .proven(
            ProvenCapsule(
                bundle: summary, capsule: capsule, digest: digest, signature: judged.signature,
                testimony: judged.testimony, evidence: judged.evidence))
    }
}

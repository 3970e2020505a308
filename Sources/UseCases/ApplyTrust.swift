internal import Audit
internal import Configuration
internal import Encodings
internal import Files
public import Receiving
internal import State
public import Trust
internal import Verification
internal import X509

/// The trust capsule of which bundle is to be this site's trust.
public struct ApplyTrustRequest: Sendable {
    /// The bundle: a tar or a folder.
    public var source: String
    /// Says what would be done, and changes nothing.
    public var isRehearsal = false
    /// Takes trust that is weaker, too.
    public var acceptsWeaker = false
    /// Why, in the operator's words, for the record.
    public var reason: String?

    /// A request for the bundle at `source`.
    public init(_ source: String) { self.source = source }
}

/// What became of the capsule of a bundle.
public enum ApplyTrustOutcome: Sendable {
    /// It is in force.
    case applied(AppliedCapsule)
    /// It would be.
    case rehearsed(AppliedCapsule)
    /// It was before; nothing was changed or recorded.
    case present(AppliedCapsule)
    /// Nothing was changed. The difference is there where it came so far.
    case refused(CapsuleRefusal, ReceivedBundle?, TrustDifference?)
    /// Nothing was changed, since nobody can tell whether its signature counts.
    case undecided(ReceiveDoubt, ReceivedBundle?)
}

/// A capsule that was applied, or could be.
public struct AppliedCapsule: Sendable {
    /// The bundle that brought it.
    public let bundle: ReceivedBundle
    /// Its counter.
    public let counter: Int64
    /// What makes it of the trust that was in force.
    public let difference: TrustDifference
    /// Stores that its policies name and that it does not hold: signatures that need them fail.
    public let missingStores: [TrustStoreName]
    /// The number under which the old trust is kept; nil where none was replaced.
    public let replaced: Int64?
    /// Whether all of it stands where notation looks.
    public let isSettled: Bool
}

extension Site {
    /// Makes the trust that a peer's capsule says the trust of this site: its policies and stores, and
    /// no others.
    ///
    /// Peers, `verification.json` and this site's name are this site's alone. The record comes first,
    /// and the old trust is kept.
    ///
    /// - Throws: where the fault is this machine's.
    public func applyTrust(_ request: ApplyTrustRequest) throws -> ApplyTrustOutcome {
        let home = try home()
        guard try home.ownName() != nil else { throw SiteError.noName(homePath: homePath) }
        // A rehearsal changes nothing, and so waits for nobody.
        let writer = try request.isRehearsal ? nil : HomeWriter(home, patience: patience)
        let state = try request.isRehearsal ? existingState() : self.state()
        let reception = CapsuleReception(by: home, in: state, on: files, clock: clock)
        let proven: ProvenCapsule
        switch try reception.run(request.source) {
        case .proven(let capsule): proven = capsule
        case .refused(let refusal, let bundle):
            return try refuse(refusal, bundle, nil, request)
        case .undecided(let doubt, let bundle):
            try record("trust-apply-undecided", [:], bundle, request)
            return .undecided(doubt, bundle)
        }
        let wanted = TrustState(proven.capsule)
        let settings = try home.verificationSettings()
        if let policy = wanted.imagePolicy, let conflict = settings.conflict(with: policy) {
            return try refuse(.settings(conflict), proven.bundle, nil, request)
        }
        let difference = TrustDifference(
            from: try home.trustState(), to: wanted, under: settings)
        func report(_ installed: HomeWriter.Installation? = nil) -> AppliedCapsule {
            AppliedCapsule(
                bundle: proven.bundle, counter: proven.capsule.counter, difference: difference,
                missingStores: wanted.missingStores, replaced: installed?.replaced,
                isSettled: installed?.isSettled ?? true)
        }
        if difference.isEmpty, try state?.capsuleMark(of: proven.bundle.origin) == proven.mark {
            return .present(report())
        }
        guard difference.weaknesses.isEmpty || request.acceptsWeaker else {
            return try refuse(.weaker, proven.bundle, difference, request)
        }
        guard let writer, let state else { return .rehearsed(report()) }
        return .applied(
            report(try install(proven, wanted, difference, request, by: writer, in: state)))
    }

    /// Evidence, floors, record, counter, home: the counter before the home, so that no earlier capsule can be
    /// applied after one that was. A run that ends in between is repeated with the same capsule.
    private func install(
        _ proven: ProvenCapsule, _ wanted: TrustState, _ difference: TrustDifference,
        _ request: ApplyTrustRequest, by writer: HomeWriter, in state: StateFolder
    ) throws -> HomeWriter.Installation? {
        // Before a floor moves: none may lie above everything that is at hand.
        try recordedInPortions(
            "revocation-add", "evidence", proven.evidence.pieces,
            json: { .string($0.digest.description) },
            change: { try writer.add(RevocationEvidence($0)) })
        try state.changeFloors { floors in
            floors.raise(by: proven.testimony)
            floors.raise(
                by: ClockFloor(
                    time: proven.bundle.created,
                    witness: "bundle \(proven.bundle.sequence) from \(proven.bundle.origin)"))
        }
        let details: JSONObject = [
            "bundle": proven.bundle.record, "source": .string(request.source),
            "capsule": .string(proven.digest.description),
            "counter": .integer(proven.capsule.counter),
            "weaker": .boolean(!difference.weaknesses.isEmpty),
            "reason": request.reason.map { .string($0) } ?? .null,
            "difference": difference.record,
        ]
        var installation: HomeWriter.Installation?
        try recorded("trust-apply", details) {
            try state.receiving(from: proven.bundle.origin).advance(to: proven.mark)
            guard !difference.isEmpty else { return }
            installation = try writer.install(
                wanted, at: clock.now,
                cause: "trust apply of capsule \(proven.capsule.counter) "
                    + "from \(proven.bundle.origin)")
        }
        return installation
    }

    private func refuse(
        _ refusal: CapsuleRefusal, _ bundle: ReceivedBundle?, _ difference: TrustDifference?,
        _ request: ApplyTrustRequest
    ) throws -> ApplyTrustOutcome {
        try record(
            "trust-apply-refused", ["code": .string(refusal.code)], bundle, request)
        return .refused(refusal, bundle, difference)
    }

    /// Says that nothing was changed; a rehearsal leaves no trace.
    private func record(
        _ kind: String, _ details: JSONObject, _ bundle: ReceivedBundle?,
        _ request: ApplyTrustRequest
    ) throws {
        guard !request.isRehearsal else { return }
        var details = details
        details["source"] = .string(request.source)
        // By its own word: what is refused may have lied.
        details["claims"] = bundle?.record ?? .null
        _ = try state().audit.append(event(kind, details))
    }
}

extension ProvenCapsule {
    /// The mark that it leaves.
    fileprivate var mark: CapsuleMark {
        CapsuleMark(counter: capsule.counter, digest: digest)
    }
}

extension TrustState {
    /// Stores that a policy names and that are not there.
    var missingStores: [TrustStoreName] {
        Set(policies.values.flatMap(\.statements).flatMap(\.trustStores))
            .filter { stores[$0] == nil }.sorted()
    }
}

extension TrustDifference {
    /// What a line of the record holds at most of each kind: far below its limit.
    private static let recordedMax = 20

    /// The difference as the audit record has it.
    var record: JSON {
        [
            "policies": .array(
                policies.map {
                    ["file": .string($0.file.rawValue), "is": .string($0.fate.rawValue)]
                }),
            "stores": .array(
                stores.prefix(Self.recordedMax).map { store in
                    [
                        "store": .string(store.name.description),
                        "added": Self.fingerprints(store.added),
                        "removed": Self.fingerprints(store.removed),
                    ]
                }),
            "storeCount": .integer(Int64(stores.count)),
            "weaknessCount": .integer(Int64(weaknesses.count)),
        ]
    }

    private static func fingerprints(_ certificates: [Certificate]) -> JSON {
        .array(certificates.prefix(recordedMax).map { .string($0.sha256Fingerprint) })
    }
}

extension ReceivedBundle {
    /// The bundle as the audit record has it.
    fileprivate var record: JSON {
        [
            "digest": .string(bundle.description), "origin": .string(origin.text),
            "destination": .string(destination.text), "stream": .string(stream.text),
            "sequence": .integer(sequence), "created": .string(created.description),
            "useBy": .string(useBy.description),
        ]
    }
}

extension RevocationEvidence {
    fileprivate var isEmpty: Bool { lists.isEmpty && responses.isEmpty }

    /// The digests of everything in it, for the record.
    fileprivate var digests: JSON {
        .array((lists.map(\.list.digest) + responses.map(\.digest)).map { .string($0.description) })
    }
}

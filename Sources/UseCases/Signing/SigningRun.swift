internal import Audit
internal import Cryptography
internal import Encodings
internal import Files
internal import Notary
internal import OCI
internal import OCILayout
internal import State
internal import X509

/// Signs what a plan holds, portion by portion. However many images there are, the signatures of one
/// portion are in memory.
struct SigningRun {
    /// A portion ends here even where there are more images: with a slow key, little is lost by a
    /// kill. In seconds.
    private static let portionSeconds: Int64 = 10

    let site: Site
    let request: SignRequest
    let key: ReadyKey
    let state: StateFolder
    /// The run in the journal; nil for a single image.
    let operation: OperationID?
    /// Told of each image when it is concluded.
    let tell: (ImageSigning) -> Void

    /// Signs every target of `plan`.
    ///
    /// - Returns: why it ended early; nil if it did not.
    func sign(_ plan: inout SigningPlan) -> SigningReport.Stop? {
        do {
            return request.isAllOrNothing ? try signAll(&plan) : try signPortions(&plan)
        } catch { return .failed(error) }
    }

    /// Each portion becomes visible as soon as it is made.
    private func signPortions(_ plan: inout SigningPlan) throws -> SigningReport.Stop? {
        for layout in plan.layouts {
            var rest = layout.targets[...]
            while !rest.isEmpty {
                var (portion, stop) = make(from: &rest, in: layout)
                if !portion.made.isEmpty {
                    let writer = try LayoutWriter(layout.layout, patience: request.patience)
                    try portion.write(by: writer)
                    try list(portion, in: layout, by: writer)
                    conclude(portion, &plan)
                }
                if let stop { return stop }
            }
        }
        return nil
    }

    /// Every signature is made and written before the first becomes visible, and the layout is held
    /// meanwhile: nobody may take unlisted blobs for orphans.
    private func signAll(_ plan: inout SigningPlan) throws -> SigningReport.Stop? {
        // A request for all or nothing names one layout.
        guard let layout = plan.layouts.first else { return nil }
        let writer = try LayoutWriter(layout.layout, patience: request.patience)
        var whole = SigningPortion()
        var rest = layout.targets[...]
        while !rest.isEmpty {
            var (portion, stop) = make(from: &rest, in: layout)
            if let stop { return stop }
            try portion.write(by: writer)
            whole.append(portion)
        }
        try list(whole, in: layout, by: writer)
        conclude(whole, &plan)
        return nil
    }

    /// Signs from the front of `rest` until the portion is full or the key fails.
    private func make(
        from rest: inout ArraySlice<SigningPlan.Target>, in layout: SigningPlan.LayoutTargets
    ) -> (SigningPortion, SigningReport.Stop?) {
        var portion = SigningPortion()
        var pace = SigningPace()
        let begun = site.clock.now
        while !rest.isEmpty, portion.made.count < request.portionCountMax,
            site.clock.now < begun.adding(seconds: Self.portionSeconds)
        {
            let targets = rest.prefix(
                min(pace.count, request.portionCountMax - portion.made.count))
            let now = site.clock.now
            do {
                let outcomes = try SignatureRequest.signed(
                    targets.map { wanted($0, at: now.wholeSeconds) }, by: key.signer)
                for (target, outcome) in zip(targets, outcomes) {
                    switch outcome {
                    case .signed(let bytes, let envelope):
                        try portion.add(bytes, envelope, for: target, as: request.forms) {
                            event($0, target, layout)
                        }
                    case .refused(let refusal):
                        return (portion, .refused(refusal, key.signer.chain, at: now.wholeSeconds))
                    }
                    rest.removeFirst()
                }
            } catch { return (portion, .failed(error)) }
            pace.adapt(isQuick: site.clock.now < now.adding(seconds: 1))
        }
        return (portion, nil)
    }

    private func wanted(_ target: SigningPlan.Target, at now: Timestamp) -> SignatureRequest {
        SignatureRequest(
            payload: target.payload, format: request.format, signingTime: now,
            expiry: target.lifetimeSeconds.map(now.adding(seconds:)), signingAgent: site.agent)
    }

    /// Journal, record, `index.json`, journal.
    private func list(
        _ portion: SigningPortion, in layout: SigningPlan.LayoutTargets, by writer: LayoutWriter
    ) throws {
        let change = LayoutChange(
            layoutPath: layout.path, referrers: portion.referrers, events: portion.events)
        try change.commit(by: writer, in: state, as: OperationID(from: site.randomness))
    }

    private func conclude(_ portion: SigningPortion, _ plan: inout SigningPlan) {
        for one in portion.made {
            plan.conclude(one.target.place, .signed(one.signature))
            tell(plan.images[one.target.place])
        }
    }

    private func event(
        _ signature: ListedSignature, _ target: SigningPlan.Target,
        _ layout: SigningPlan.LayoutTargets
    ) -> AuditEvent {
        let leaf = key.signer.chain.leaf
        var details: JSONObject = [
            "layout": .string(layout.path), "reference": .string(target.reference),
            "digest": .string(target.descriptor.digest.description),
            "mediaType": .string(target.descriptor.mediaType),
            "signatures": .array(signature.manifests.map { .string($0.description) }),
            "format": .string(signature.format.rawValue),
            "signingTime": signature.signingTime.map { .string($0.description) } ?? .null,
            "expiry": signature.expiry.map { .string($0.description) } ?? .null,
            "certificate": .string(leaf.sha256Fingerprint),
            "subject": .string(leaf.subject.description),
            "publicKey": .string(Base64.encode(leaf.publicKey.spki)),
        ]
        for member in key.details.members { details[member.name] = member.value }
        details["run"] = operation.map { .string($0.text) } ?? .null
        details["clock"] = "system"
        return site.event("sign", details)
    }
}

/// How many signatures are asked of a key at once: as many as it makes in about a second, so that a
/// token with several sessions is kept at work, and one that wants a person for each asks for one.
private struct SigningPace {
    private static let countMax = 128

    private(set) var count = 1

    mutating func adapt(isQuick: Bool) {
        count = isQuick ? min(2 * count, Self.countMax) : max(count / 2, 1)
    }
}

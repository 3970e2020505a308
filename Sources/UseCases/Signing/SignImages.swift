internal import Audit
internal import Encodings
internal import Files
internal import Notary
internal import OCILayout
internal import State
internal import X509

extension Site {
    /// Signs images with one login, and lists the signatures in their layouts.
    ///
    /// Signatures become visible portion by portion, each in one step after its audit records. An image
    /// that cannot be signed keeps no other from being signed, unless it is all or nothing; a key or a
    /// disk that fails ends the run. The same command takes up a run that was interrupted, or whose
    /// report was not delivered.
    ///
    /// - Parameters:
    ///   - request: what to sign, and how.
    ///   - tell: is told of each image when it is concluded, in no certain order.
    ///   - deliver: hands the report over; the run counts as ended only once it has returned.
    /// - Returns: what became of each image.
    /// - Throws: where nothing is known of any image: a reference that names nothing, no state.
    public func sign(
        _ request: SignRequest, _ tell: @escaping (ImageSigning) -> Void = { _ in },
        deliver: (SigningReport) -> Void = { _ in }
    ) throws -> SigningReport {
        // Every reference is resolved before anyone is asked for a PIN.
        var plan = try SigningPlan(request, in: files)
        // Each layout becomes visible by itself, and what is visible is not taken back.
        guard !request.isAllOrNothing || plan.layouts.count <= 1 else {
            throw SigningPlanError.severalLayouts(count: plan.layouts.count)
        }
        var report = SigningReport(isRehearsal: request.isRehearsal)
        for image in plan.images {
            if case .failed = image.outcome { tell(image) }
        }
        let state = request.isRehearsal ? nil : try state()
        var intent: SigningIntent?
        do { intent = try sign(&plan, request, state, &report, tell) } catch {
            report.stop = .failed(error)
        }
        report.images = plan.images
        deliver(report)
        // What failed on the way is for the next run; what was refused is not.
        if case .failed? = report.stop { return report }
        do { try intent?.finish() } catch { report.stop = report.stop ?? .failed(error) }
        return report
    }

    /// Returns the run as it stands in the journal, which is to be struck out; nil where it has none.
    private func sign(
        _ plan: inout SigningPlan, _ request: SignRequest, _ state: StateFolder?,
        _ report: inout SigningReport, _ tell: @escaping (ImageSigning) -> Void
    ) throws -> SigningIntent? {
        guard plan.hasTargets else { return nil }
        // Before anyone is asked for a PIN; a rehearsal asks likewise.
        try existingState()?.checkSigningClock(clock.now, tolerance: clockTolerance())
        let key = try preparedKey(request)
        // Where the chain is with the key, the key comes first.
        var ready: ReadyKey?
        if key.chain == nil, let state { ready = try readyKey(key, state) }
        guard let chain = key.chain ?? ready?.signer.chain else {
            throw KeyAccessError.chainWithKey
        }
        report.key = SigningReport.Key(
            leaf: chain.leaf, developmentPath: key.developmentPath,
            isReached: ready != nil)
        if let (refusal, time) = refusal(of: plan, request, chain) {
            report.stop = .refused(refusal, chain, at: time)
            return nil
        }
        let command = try request.command(plan.wishes, by: chain.leaf)
        var intent: SigningIntent?
        var since: Timestamp?
        if plan.images.count > 1 {
            if let state {
                intent = try .interrupted(command, in: state, now: clock.now)
                since = intent?.since
            } else if files.kind(at: statePath) != nil {
                since = try SigningIntent.beginning(of: command, in: self.state())
            }
        }
        report.isResumed = since != nil
        try skip(&plan, request, chain, since: since, tell)
        if request.isAllOrNothing, plan.hasFailures { report.stop = .notAll }
        // Where nothing is left to sign, nobody is asked for a PIN.
        if let state, report.stop == nil, plan.hasTargets {
            let ready = try ready ?? readyKey(key, state)
            report.key?.isReached = true
            try state.beginSigning(at: clock.now)
            if intent == nil, plan.images.count > 1 {
                intent = try .begin(
                    command, in: state, at: clock.now.wholeSeconds,
                    as: OperationID(from: randomness))
            }
            let run = SigningRun(
                site: self, request: request, key: ready, state: state,
                operation: intent?.operation, tell: tell)
            report.stop = run.sign(&plan)
        }
        return intent
    }

    /// Why no signature would count; the same for every image.
    private func refusal(
        of plan: SigningPlan, _ request: SignRequest, _ chain: CertificateChain
    ) -> (SigningRefusal, Timestamp)? {
        guard let target = plan.layouts.lazy.flatMap(\.targets).first else { return nil }
        let now = clock.now.wholeSeconds
        let wanted = SignatureRequest(
            payload: target.payload, format: request.format, signingTime: now,
            signingAgent: agent)
        return wanted.refusal(for: chain).map { ($0, now) }
    }

    /// Leaves out what is signed already: by the run that is taken up, or as the request allows.
    private func skip(
        _ plan: inout SigningPlan, _ request: SignRequest, _ chain: CertificateChain,
        since: Timestamp?, _ tell: (ImageSigning) -> Void
    ) throws {
        guard since != nil || request.skips != nil else { return }
        let now = clock.now
        for layout in plan.layouts where !layout.targets.isEmpty {
            // As it is now: what a run that died had begun was completed at this run's start.
            let standing = try StandingSignatures(in: layout.layout, by: chain.leaf)
            for target in layout.targets {
                let found = try standing.signature(over: target.payload) { envelope in
                    let attributes = envelope.attributes
                    if let since, let made = attributes.signingTime, made >= since,
                        envelope.envelope.format == request.format,
                        attributes.expiry == target.lifetimeSeconds.map(made.adding(seconds:))
                    {
                        return true
                    }
                    guard let rule = request.skips else { return false }
                    let until = now.adding(seconds: rule.remainingSeconds)
                    // A certificate that ends is no reason: the new signature would end with it.
                    return attributes.expiry.map { $0 > until } ?? true
                }
                guard let found else { continue }
                plan.conclude(target.place, .skipped(found))
                tell(plan.images[target.place])
            }
        }
        plan.keepOpenTargets()
    }

    /// An event of this moment, by whoever runs the program.
    func event(_ kind: String, _ details: JSONObject) -> AuditEvent {
        AuditEvent(
            operation: OperationID(from: randomness), kind: kind, time: clock.now,
            userName: userName, userID: userID, details: details)
    }
}

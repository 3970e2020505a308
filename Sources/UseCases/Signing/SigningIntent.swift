internal import Audit
internal import Cryptography
internal import Encodings
internal import Notary
internal import State
internal import X509

/// A run that signs several images, as it stands in the journal from before its first signature
/// becomes visible until after its last one has. A run that takes up an interrupted one leaves alone
/// what that one has signed.
///
/// What has been signed is not in the journal: the layouts say it, and are believed only as far as the
/// signatures verify.
struct SigningIntent {
    private static let kind = "sign-run"
    /// How long an interrupted run can be taken up, in seconds: a month.
    private static let keptSeconds: Int64 = 30 * 86_400

    /// Names the run in the audit record.
    let operation: OperationID
    /// When the first of the runs began.
    let since: Timestamp
    private let open: OpenIntent
    private let journal: Journal

    /// The interrupted run that was given the same command; nil if there is none. Strikes out those
    /// that are too old to be meant.
    static func interrupted(
        _ command: Digest, in state: StateFolder, now: Timestamp
    ) throws -> SigningIntent? {
        let journal = try state.journal()
        for open in try journal.pending(kind) {
            guard let (digest, since) = read(open.intent) else { continue }
            if since.adding(seconds: keptSeconds) < now {
                try journal.finish(open)
            } else if digest == command {
                return SigningIntent(
                    operation: open.intent.operation, since: since, open: open, journal: journal)
            }
        }
        return nil
    }

    /// When the run of the same command began that is in the journal, interrupted or not; for a
    /// rehearsal, which holds nothing and strikes nothing out.
    static func beginning(of command: Digest, in state: StateFolder) throws -> Timestamp? {
        for intent in try state.journal().intents() where intent.kind == kind {
            if let (digest, since) = read(intent), digest == command { return since }
        }
        return nil
    }

    /// Writes down that a run begins.
    static func begin(
        _ command: Digest, in state: StateFolder, at now: Timestamp, as operation: OperationID
    ) throws -> SigningIntent {
        let journal = try state.journal()
        let open = try journal.begin(
            Intent(
                operation: operation, kind: kind,
                body: [
                    "command": .string(command.description), "since": .string(now.description),
                ]))
        return SigningIntent(operation: operation, since: now, open: open, journal: journal)
    }

    /// Strikes the run out: it came to its end.
    func finish() throws { try journal.finish(open) }

    private static func read(_ intent: Intent) -> (Digest, Timestamp)? {
        do {
            let place = JSONPlace(.object(intent.body))
            return (try place.member("command").digest(), try place.member("since").timestamp())
        } catch { return nil }
    }
}

extension SignRequest {
    /// What tells this command from others: equal for the same images, signed in the same way by the
    /// same certificate.
    func command(_ wishes: [JSON], by leaf: Certificate) throws -> Digest {
        let text: JSON = [
            "images": .array(wishes), "all": .boolean(all),
            "recursion": .string("\(recursion)"),
            "certificate": .string(leaf.sha256Fingerprint),
            "format": .string(format.rawValue),
            "forms": .array(forms.map { .string($0.rawValue) }),
        ]
        return try BlobHasher.digest(of: text.serialized())
    }
}

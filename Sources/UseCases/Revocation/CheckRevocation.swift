internal import Configuration
public import Encodings
internal import Files
internal import State
public import Trust
internal import Verification
public import X509

/// What is known of the revocation of one chain.
public struct CheckedSubject: Sendable {
    /// The chain, and where it was found.
    public let subject: RevocationSubject
    /// Each certificate but the root, leaf first, and what is known of it.
    public let certificates: [(certificate: Certificate, revocation: CertificateRevocation)]
}

/// What of the kept evidence is stale.
public enum RevocationCurrency: Sendable, Equatable {
    /// It counts, as far as its dates say.
    case current
    /// It will be due at this time, which is soon.
    case endsSoon(Timestamp)
    /// The next one was due.
    case expired(Timestamp)
    /// It is older than this site allows.
    case tooOld(Timestamp)
    /// It says that it was made at a time which has not come.
    case fromFuture(Timestamp)
    /// It does not say when the next one is due, and so never counts.
    case withoutEnd
}

extension Site {
    /// What would be concluded of each chain, now: floors are asked, and not moved.
    ///
    /// - Parameters:
    ///   - paths: files of certificates, layouts and archives.
    ///   - skip: told of each signature in a layout that cannot be read, so that nobody knows by whose
    ///     chain it is.
    /// - Returns: the chains, and what is known of each.
    /// - Throws: where something cannot be read, or the clock is behind its floor.
    public func checkRevocation(
        of paths: [String], skip: (_ path: String, _ signature: Digest) -> Void = { _, _ in }
    ) throws -> [CheckedSubject] {
        try checkClock()
        let subjects = try revocationSubjects(of: paths, skip: skip)
        let check = try revocationCheck()
        return subjects.map { subject in
            let status = check.status(of: subject.chain, at: clock.now, reference: nil)
            return CheckedSubject(
                subject: subject,
                certificates: Array(zip(subject.chain.certificates, status.certificates)))
        }
    }

    /// What tells of revocation here, with the floors as they are.
    func revocationCheck() throws -> RevocationCheck {
        RevocationCheck(
            evidence: try home().revocationStore().evidence, rules: try revocationRules(),
            floors: try existingState()?.floors().ofRevocationLists ?? RevocationFloors())
    }

    /// What this site asks about revocation.
    func revocationRules() throws -> RevocationRules {
        guard files.kind(at: homePath) == .folder else { return .standard }
        return try home().verificationSettings().revocation
    }
}

extension RevocationCurrency {
    /// What the dates of a list or response say.
    ///
    /// - Parameters:
    ///   - made: when it was made.
    ///   - due: when the next one is due; nil where it does not say.
    ///   - now: the time.
    ///   - maxAge: how old it may be, in seconds; nil for any age.
    ///   - tolerance: how far clocks may differ, in seconds.
    ///   - soon: which rest of its time is short, in seconds.
    init(
        made: Timestamp, due: Timestamp?, now: Timestamp, maxAge: Int64?, tolerance: Int64,
        soon: Int64
    ) {
        guard made <= now.adding(seconds: tolerance) else {
            self = .fromFuture(made)
            return
        }
        guard let due else {
            self = .withoutEnd
            return
        }
        let aged = maxAge.map { made.adding(seconds: $0) }
        if now.wholeSeconds > due {
            self = .expired(due)
        } else if let aged, now.wholeSeconds > aged {
            self = .tooOld(made)
        } else {
            let end = min(due, aged ?? due)
            self = end < now.adding(seconds: soon) ? .endsSoon(end) : .current
        }
    }
}

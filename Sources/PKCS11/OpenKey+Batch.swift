internal import Synchronization

/// One more session with a token, on a thread of its own.
final class Lane: Sendable {
    let thread: TokenThread
    private nonisolated(unsafe) var key: SigningKey?

    init(timeout: TokenTimeout, opening key: @escaping () throws(PKCS11Error) -> SigningKey)
        throws(PKCS11Error)
    {
        thread = try TokenThread(timeout: timeout)
        try thread.run { [self] () throws(PKCS11Error) in unsafe self.key = try key() }
    }

    /// Signs whatever is left of `batch` that nobody else signs.
    func start(_ batch: Batch) -> TokenThread.Pending<Void> {
        thread.start { [self] () throws(PKCS11Error) in
            guard let key = unsafe key else { return }
            batch.sign(with: key)
        }
    }

    /// Closes the session, unless its thread has been given up: then nothing is touched again.
    func close() {
        do throws(PKCS11Error) {
            try thread.run { [self] () throws(PKCS11Error) in unsafe key = nil }
        } catch {
            _ = unsafe Unmanaged.passRetained(self)
        }
    }
}

/// What several sessions sign together: each takes the next when it has signed one.
final class Batch: Sendable {
    private struct State {
        var next = 0
        var signatures: [[UInt8]?]
        var failure: PKCS11Error?
    }

    private let subjects: [(digest: [UInt8], message: [UInt8])]
    private let hash: TokenHash
    private let state: Mutex<State>

    init(_ subjects: [(digest: [UInt8], message: [UInt8])], hash: TokenHash) {
        self.subjects = subjects
        self.hash = hash
        state = Mutex(State(signatures: Array(repeating: nil, count: subjects.count)))
    }

    /// Signs until nothing is left or somebody failed.
    func sign(with key: SigningKey) {
        while let index = take() {
            do throws(PKCS11Error) {
                let (digest, message) = subjects[index]
                let signature = try key.sign(digest: digest, of: message, hash: hash)
                state.withLock { $0.signatures[index] = signature }
            } catch {
                fail(error)
            }
        }
    }

    private func take() -> Int? {
        state.withLock { state in
            guard state.failure == nil, state.next < subjects.count else { return nil }
            state.next += 1
            return state.next - 1
        }
    }

    /// Keeps the others from taking more. The gravest failure stays, whichever came first.
    func fail(_ error: PKCS11Error) {
        state.withLock { state in
            if let failure = state.failure, failure.gravity >= error.gravity { return }
            state.failure = error
        }
    }

    /// Why not all was signed; nil if nobody failed.
    var failure: PKCS11Error? { state.withLock(\.failure) }

    /// What is signed so far.
    var signatures: [[UInt8]?] { state.withLock(\.signatures) }
}

extension PKCS11Error {
    /// The session is gone, and may be opened again.
    var meansLoss: Bool {
        if case .call(_, let value) = self { value.meansLoss } else { false }
    }

    /// Which of several sessions' failures decides what comes next: a module that does not answer is
    /// not called again, a PIN that was refused is not tried again, and a loss explains the rest.
    fileprivate var gravity: Int {
        switch self {
        case .noAnswer: 3
        case .pinIncorrect, .pinRejectedEarlier, .pinOutcomeUnknown, .pinLocked, .pinTriesLow,
            .pinNotInitialised, .pinExpired, .pinNotGiven:
            2
        default: meansLoss ? 1 : 0
        }
    }
}

extension OpenKey {
    /// Sessions that sign one batch: enough to keep a token at work while an answer is on its way.
    private static let sessionCountMax = 4
    /// Fewer signatures are not worth another session.
    private static let batchCountMin = 8

    /// Signs many digests, over several sessions at once where the token has room for them.
    ///
    /// - Parameters:
    ///   - subjects: the digests, each with the message that it was made of.
    ///   - hash: the algorithm.
    /// - Returns: a signature for each, in their order.
    /// - Throws: what the token refused; then none is returned.
    public func sign(_ subjects: [(digest: [UInt8], message: [UInt8])], hash: TokenHash)
        throws(PKCS11Error) -> [[UInt8]]
    {
        let batch = Batch(subjects, hash: hash)
        if subjects.count >= Self.batchCountMin { try sign(batch, over: try openLanes()) }
        var signatures: [[UInt8]] = []
        for (signature, (digest, message)) in zip(batch.signatures, subjects) {
            // What a lost session left is signed in one that may be opened again.
            if let signature {
                signatures.append(signature)
            } else {
                signatures.append(try sign(digest: digest, of: message, hash: hash))
            }
        }
        return signatures
    }

    /// Signs as much as the sessions that are open do. What a loss leaves is for the session that is
    /// opened after it.
    private func sign(_ batch: Batch, over lanes: [Lane]) throws(PKCS11Error) {
        guard !lanes.isEmpty else { return }
        let pending =
            [
                thread.start { [access] () throws(PKCS11Error) in
                    if let key = unsafe access.key?.key { batch.sign(with: key) }
                }
            ] + lanes.map { $0.start(batch) }
        for piece in pending {
            do throws(PKCS11Error) { try piece.finish() } catch {
                batch.fail(error)
                // What the others are at is not waited for.
                if error.isSilence { break }
            }
        }
        guard let failure = batch.failure else { return }
        if failure.isSilence { thread.giveUp(failure) }
        closeLanes()
        guard failure.meansLoss else { throw failure }
        try thread.run { [access] () throws(PKCS11Error) in
            _ = try unsafe access.key?.reopen(after: failure)
        }
    }

    /// Opens as many sessions as the token has room for, the first time.
    private func openLanes() throws(PKCS11Error) -> [Lane] {
        if let open = lanes.withLock({ $0 }) { return open }
        let room = try thread.run { [access] () throws(PKCS11Error) in
            guard let key = unsafe access.key, key.key?.asksForPINAlways == false else { return 0 }
            return try key.roomForSessions()
        }
        lanes.withLock { $0 = [] }
        for _ in 0..<min(room, Self.sessionCountMax - 1) {
            do throws(PKCS11Error) {
                let lane = try Lane(timeout: timeout) { [access] () throws(PKCS11Error) in
                    guard let key = unsafe access.key else { throw .pinNotGiven }
                    return try key.inAnotherSession()
                }
                lanes.withLock { $0?.append(lane) }
            } catch {
                if error.isSilence { thread.giveUp(error) }
                // Another process has taken the room, unless it is graver than that.
                guard error.endsOtherSessions else { break }
                closeLanes()
                guard error.meansLoss else { throw error }
                // The session of the key shows for itself whether it was lost, too.
                break
            }
        }
        return lanes.withLock { $0 ?? [] }
    }

    /// Closes them; none is opened again.
    func closeLanes() {
        let open = lanes.withLock { lanes in
            defer { lanes = [] }
            return lanes ?? []
        }
        for lane in open {
            // What one session waits for in vain the others need not wait for, too.
            if let late = thread.late { lane.thread.giveUp(late) }
        }
        for lane in open { lane.close() }
    }
}

extension PKCS11Error {
    /// The module does not answer, and is not called again.
    fileprivate var isSilence: Bool {
        if case .noAnswer = self { true } else { false }
    }

    /// A session that could not be opened beside others says something of those.
    fileprivate var endsOtherSessions: Bool {
        if case .anotherKey = self { true } else { isSilence || meansLoss }
    }
}

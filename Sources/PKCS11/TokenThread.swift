internal import CP11Kit
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// How long one call of a module may take.
public struct TokenTimeout: Sendable, Equatable {
    /// In seconds; nil for as long as it likes.
    public let seconds: Int?

    /// As long as it likes with nil.
    public init(seconds: Int?) {
        precondition(seconds ?? 1 > 0, "a time to wait is longer than nothing")
        self.seconds = seconds
    }

    /// A minute: longer than the slowest key that is known takes to sign.
    public static let standard = TokenTimeout(seconds: 60)
}

/// The thread on which a token is spoken to, so that one that does not answer can be given up.
///
/// A module that hangs cannot be stopped. Its thread is left to the end of the process with all that
/// it holds, and the module is not called again, not even to finalise it.
public final class TokenThread: Sendable {
    /// What the calls of this thread are timed by.
    @TaskLocal static var watch: TokenWatch?

    private let watch: TokenWatch
    private let line = JobLine()
    private let thread: pthread_t

    /// Starts the thread.
    public init(timeout: TokenTimeout) throws(PKCS11Error) {
        watch = TokenWatch(timeout)
        // Both live for as long as either thread needs them.
        let work = unsafe Unmanaged.passRetained(ThreadWork(watch, line))
        var thread = pthread_t()
        let reason = unsafe pthread_create(
            &thread, nil,
            { start in
                guard let start = unsafe start else { return nil }
                let work = unsafe Unmanaged<ThreadWork>.fromOpaque(start).takeRetainedValue()
                TokenThread.$watch.withValue(work.watch) { work.line.serve() }
                return nil
            }, work.toOpaque())
        guard reason == 0 else {
            unsafe work.release()
            throw .thread(Errno(rawValue: reason))
        }
        self.thread = thread
    }

    // A module may have left something at the thread that goes when the thread ends: not while the
    // module is finalised elsewhere, or the process ends. A thread that was given up has no end.
    deinit {
        line.put(nil)
        if watch.late != nil || pthread_equal(pthread_self(), thread) != 0 {
            pthread_detach(thread)
        } else {
            pthread_join(thread, nil)
        }
    }

    /// Does `body` on the thread and waits for it.
    ///
    /// - Throws: `.noAnswer` when a call in it takes too long. Then `body` may still be running, and
    ///   never comes to another call.
    public func run<Result>(_ body: @escaping () throws(PKCS11Error) -> Result)
        throws(PKCS11Error) -> Result
    {
        try start(body).finish()
    }

    /// Begins with `body` on the thread, which has nothing else to do.
    func start<Result>(_ body: @escaping () throws(PKCS11Error) -> Result) -> Pending<Result> {
        let pending = Pending<Result>(self)
        if let late = watch.late {
            pending.outcome.value = .failure(late)
            line.end.signal()
            return pending
        }
        line.put(
            Job { [outcome = pending.outcome] in
                do throws(PKCS11Error) { outcome.value = .success(try body()) } catch {
                    outcome.value = .failure(error)
                }
            })
        return pending
    }

    /// Why the thread was given up; nil while it was not.
    var late: PKCS11Error? { watch.late }

    /// Gives the thread up, for another of the same module did not come back.
    func giveUp(_ reason: PKCS11Error) { watch.giveUp(reason) }

    /// A piece of work that somebody has to wait for, once.
    struct Pending<Result> {
        fileprivate let outcome = Outcome<Result>()
        private let thread: TokenThread

        fileprivate init(_ thread: TokenThread) { self.thread = thread }

        func finish() throws(PKCS11Error) -> Result {
            while !thread.line.waitForEnd(atMost: thread.watch.patience) {
                if let late = thread.watch.giveUpIfLate() { throw late }
            }
            guard let value = outcome.value else {
                preconditionFailure("a job that ended has an end")
            }
            return try value.get()
        }
    }

    /// What a job came to. Only one of the two threads is at work at any time.
    fileprivate final class Outcome<Value> {
        var value: Result<Value, PKCS11Error>?
    }

    private final class ThreadWork {
        let watch: TokenWatch
        let line: JobLine

        init(_ watch: TokenWatch, _ line: JobLine) {
            self.watch = watch
            self.line = line
        }
    }
}

/// Something to do on another thread, whose owner waits for it.
private final class Job: Sendable {
    private nonisolated(unsafe) let body: () -> Void

    init(_ body: @escaping () -> Void) { unsafe self.body = body }

    func run() { unsafe body() }
}

/// Hands jobs to a thread, one at a time.
private final class JobLine: Sendable {
    private let next = Mutex<Job?>(nil)
    private let begin = Semaphore()
    let end = Semaphore()

    /// Hands over a job; nil ends the thread.
    func put(_ job: Job?) {
        next.withLock { $0 = job }
        begin.signal()
    }

    func serve() {
        while doNext() { end.signal() }
    }

    /// Does a job and lets go of it, before anybody is told that it is done.
    private func doNext() -> Bool {
        begin.wait()
        guard let job = next.withLock({ $0.take() }) else { return false }
        job.run()
        return true
    }

    func waitForEnd(atMost duration: Duration?) -> Bool {
        guard let duration else {
            end.wait()
            return true
        }
        return end.wait(atMost: duration)
    }
}

/// Knows which call a thread is in, and since when.
final class TokenWatch: Sendable {
    private struct State {
        var call: (name: String, begun: ContinuousClock.Instant)?
        var late: PKCS11Error?
    }

    private let timeout: TokenTimeout
    private let state = Mutex(State())

    init(_ timeout: TokenTimeout) { self.timeout = timeout }

    /// Why the thread was given up; nil while it was not.
    var late: PKCS11Error? { state.withLock(\.late) }

    /// Notes that a call begins. A thread that was given up begins none.
    func begin(_ call: String, isTimed: Bool) throws(PKCS11Error) {
        let now = ContinuousClock.now
        let late = state.withLock { state -> PKCS11Error? in
            if isTimed { state.call = (call, now) }
            return state.late
        }
        if let late { throw late }
    }

    /// Notes that it came back.
    func end() throws(PKCS11Error) {
        let late = state.withLock { state -> PKCS11Error? in
            state.call = nil
            return state.late
        }
        if let late { throw late }
    }

    /// Has no further call begin.
    func giveUp(_ reason: PKCS11Error) { state.withLock { $0.late = $0.late ?? reason } }

    /// How long to wait before looking again; nil for ever.
    var patience: Duration? {
        timeout.seconds.map { seconds in
            let begun = state.withLock { $0.call?.begun } ?? .now
            return max(.milliseconds(1), .seconds(seconds) - (.now - begun))
        }
    }

    /// Gives the thread up if its call takes too long.
    func giveUpIfLate() -> PKCS11Error? {
        guard let seconds = timeout.seconds else { return nil }
        let late = state.withLock { state -> PKCS11Error? in
            guard let call = state.call, .now - call.begun >= .seconds(seconds) else { return nil }
            state.late = .noAnswer(call: call.name, seconds: seconds)
            return state.late
        }
        if late != nil { TokenCalls.leaveModulesAlone() }
        return late
    }
}

/// Makes one call of a module. `isTimed` is false where a person has to act at the token first.
func calling<Result>(_ name: String, isTimed: Bool = true, _ body: () -> Result)
    throws(PKCS11Error) -> Result
{
    let watch = TokenThread.watch
    try watch?.begin(name, isTimed: isTimed)
    TokenCalls.enter()
    let result = body()
    TokenCalls.leave()
    try watch?.end()
    return result
}

/// Makes one call of a module, and gives what it returned.
func ask(_ call: String, isTimed: Bool = true, _ value: @autoclosure () -> CK_RV)
    throws(PKCS11Error) -> ReturnValue
{
    ReturnValue(rawValue: try calling(call, isTimed: isTimed, value))
}

/// Makes one call of a module that must return `CKR_OK`.
func check(_ call: String, isTimed: Bool = true, _ value: @autoclosure () -> CK_RV)
    throws(PKCS11Error)
{
    let value = try ask(call, isTimed: isTimed, value())
    guard value == .ok else { throw .call(call, value) }
}

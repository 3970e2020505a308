internal import CP11Kit
internal import Glibc
internal import Synchronization

/// The calls of modules that are going on in this process, and the modules that have been started.
///
/// A process that is told to end finalises them first: then the token logs out at once, and not when
/// it finds that nobody is there any more.
public enum TokenCalls {
    private struct State {
        var callCount = 0
        /// Tries of a PIN that are going on, each with the mark of what the token said.
        var settlingCount = 0
        var isEnding = false
        var started: [Module] = []
        var isIdle: Bool { callCount == 0 && settlingCount == 0 }
    }

    @safe private struct Module {
        nonisolated(unsafe) let functions: UnsafeMutablePointer<CK_FUNCTION_LIST>
    }

    private static let state = Mutex(State())
    private static let idle = Semaphore()
    /// How long an ending process waits for the call that is going on.
    private static let patience = Duration.seconds(3)
    /// How long it waits for a token that judges a PIN: what it says must not be lost.
    private static let settlingPatience = Duration.seconds(10)

    // MARK: Bookkeeping

    static func enter() {
        let isHeld = state.withLock { state in
            // A try that has its mark is brought to its end.
            if state.isEnding, state.settlingCount == 0 { return true }
            state.callCount += 1
            return false
        }
        // The process ends while this thread waits.
        if isHeld { Semaphore().wait() }
    }

    static func leave() {
        state.withLock { state in
            state.callCount -= 1
            if state.isEnding, state.isIdle { idle.signal() }
        }
    }

    /// An ending process waits for what is written down of a try, as it waits for a call.
    static func beginSettling() {
        let isEnding = state.withLock { state in
            if !state.isEnding { state.settlingCount += 1 }
            return state.isEnding
        }
        if isEnding { Semaphore().wait() }
    }

    static func endSettling() {
        state.withLock { state in
            state.settlingCount -= 1
            if state.isEnding, state.isIdle { idle.signal() }
        }
    }

    static func started(_ functions: UnsafeMutablePointer<CK_FUNCTION_LIST>) {
        let module = unsafe Module(functions: functions)
        state.withLock { $0.started.append(module) }
    }

    static func ended(_ functions: UnsafeMutablePointer<CK_FUNCTION_LIST>) {
        state.withLock { state in
            let index = state.started.lastIndex { unsafe $0.functions == functions }
            if let index { state.started.remove(at: index) }
        }
    }

    /// Ends the process without the destructors of modules, one of which hangs.
    static func leaveModulesAlone() {
        state.withLock { $0.started = [] }
        unsafe on_exit(
            { status, _ in
                fflush(nil)
                _exit(status)
            }, nil)
    }

    // MARK: Signals

    /// From now on a signal that ends this process finalises the modules first. It must be called
    /// while the process has one thread.
    ///
    /// - Parameter last: done before the process ends.
    public static func endOnSignals(_ last: @escaping @Sendable () -> Void) {
        let isFirst = isWaiting.withLock { waiting in
            defer { waiting = true }
            return !waiting
        }
        guard isFirst else { return }
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] where !isIgnored(signal) {
            unsafe sigaddset(&signals, signal)
        }
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
        let waiter = Waiter(signals, last)
        var thread = pthread_t()
        let reason = unsafe pthread_create(
            &thread, nil,
            { start in
                guard let start = unsafe start else { return nil }
                unsafe Unmanaged<Waiter>.fromOpaque(start).takeRetainedValue().wait()
                return nil
            }, Unmanaged.passRetained(waiter).toOpaque())
        // Without the thread, signals end the process as they do by themselves.
        if reason != 0 { unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil) }
    }

    private static let isWaiting = Mutex(false)

    private static func isIgnored(_ signal: Int32) -> Bool {
        var action = sigaction()
        unsafe sigaction(signal, nil, &action)
        return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    private final class Waiter {
        private var signals: sigset_t
        private let last: @Sendable () -> Void

        init(_ signals: sigset_t, _ last: @escaping @Sendable () -> Void) {
            self.signals = signals
            self.last = last
        }

        func wait() {
            var number: Int32 = 0
            guard unsafe sigwait(&signals, &number) == 0 else { return }
            last()
            // A second signal ends the process at once.
            unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
            TokenCalls.finalise()
            kill(getpid(), number)
        }
    }

    /// Finalises every module, unless a call does not come back.
    private static func finalise() {
        let (isIdle, patience) = state.withLock { state in
            state.isEnding = true
            return (state.isIdle, state.settlingCount > 0 ? settlingPatience : Self.patience)
        }
        guard isIdle || idle.wait(atMost: patience) else { return }
        for module in state.withLock(\.started) { unsafe p11_kit_module_finalize(module.functions) }
    }
}

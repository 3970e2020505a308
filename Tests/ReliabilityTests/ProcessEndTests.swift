import Files
import Glibc
import Synchronization
import TestSupport
import Testing

/// The seam ends the process that acts, with all that it holds. Only verbs that need no token: a
/// process that is started for a test has none.
@Suite(.enabled(if: Token.isAvailable, "softhsm2 is not installed"))
struct `A process that ends at an operation` {
    static let names = ["import an archive", "receive a folder", "remove"]

    @Test(arguments: names, [SIGKILL, SIGTERM, SIGINT])
    func `leaves the old state or the new, and no lock`(_ name: String, _ signal: Int32)
        async throws
    {
        let scenario = try #require(Scenario.all.first { $0.name == name })
        let replay = try Replay(scenario)
        let root = replay.world.root
        let places = Effort.places(replay.operations.count, test: signal == SIGKILL ? 2 : 1)
        for place in places where signal == SIGKILL || place % 4 == 0 || !Effort.isSoak {
            try replay.world.restore(replay.base)
            await #expect(processExitsWith: .signal(signal)) {
                [name, root = root as String, place = place as Int, signal] in
                let scenario = try #require(Scenario.all.first { $0.name == name })
                // Whoever started the tests may have chosen to hold it back.
                _ = Glibc.signal(signal, SIG_DFL)
                var none = sigset_t()
                sigemptyset(&none)
                pthread_sigmask(SIG_SETMASK, &none, nil)
                let count = Atomic(0)
                let files = FileSystem { operation in
                    guard operation.isChange else { return nil }
                    if count.add(1, ordering: .relaxed).oldValue == place { raise(signal) }
                    return nil
                }
                try scenario.run(World(at: root), on: files)
            }
            try replay.expectRecovery("\(name), signal \(signal) at \(place)")
            Effort.report("process ends survived", 1)
        }
    }
}

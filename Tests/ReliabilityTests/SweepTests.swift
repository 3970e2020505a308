import Files
import SystemPackage
import TestSupport
import Testing
import UseCases

@Suite(.enabled(if: Token.isAvailable, "softhsm2 is not installed"))
struct `Every verb that writes` {
    /// One way to fail.
    struct Way: Sendable {
        let fault: FileFault
        let duration: FaultyFiles.Duration

        static let common = [
            Way(fault: .shortWrite(byteCount: 3, .noSpace), duration: .forGood),
            Way(fault: .fail(.ioError), duration: .once),
        ]
        static let all =
            common + [
                Way(fault: .fail(.noSpace), duration: .once),
                Way(fault: .fail(.ioError), duration: .forGood),
                Way(fault: .fail(.readOnlyFileSystem), duration: .forGood),
                Way(fault: .shortWrite(byteCount: 64, .ioError), duration: .once),
            ]
    }

    @Test(arguments: Scenario.all)
    func `leaves the old state or the new when any operation fails`(_ scenario: Scenario) throws {
        let replay = try Replay(scenario)
        var failed = 0
        for way in Effort.isSoak ? Way.all : Way.common {
            for place in Effort.places(replay.operations.count, test: 2).map({ $0 + 1 }) {
                let context = "\(scenario.name), operation \(place), \(way)"
                let faulty = FaultyFiles(at: place, for: way.duration, by: way.fault)
                try replay.world.restore(replay.base)
                let isDone = (try? scenario.run(replay.world, on: faulty.files)) != nil
                #expect(faulty.hasStruck, "\(context)")
                failed += 1
                if isDone {
                    let found = try replay.facts()
                    #expect(replay.isNew(found), "\(context): said to be done")
                }
                try replay.expectRecovery(context)
            }
        }
        Effort.report("operations failed", failed)
    }

    @Test(arguments: Scenario.all)
    func `changes nothing and throws when any read fails`(_ scenario: Scenario) throws {
        let replay = try Replay(scenario)
        var failed = 0
        for place in Effort.places(replay.readCount, test: 2).map({ $0 + 1 }) {
            let context = "\(scenario.name), read \(place)"
            let faulty = FaultyFiles(at: place, of: .reads, by: .fail(.ioError))
            try replay.world.restore(replay.base)
            let isDone: Bool
            do {
                try scenario.run(replay.world, on: faulty.files)
                isDone = true
            } catch {
                isDone = false
                #expect(!(error is Scenario.Refused), "\(context): \(error)")
                #expect(!error.isDamage, "\(context): \(error)")
            }
            #expect(faulty.hasStruck, "\(context)")
            failed += 1
            let found = try replay.facts()
            // What the journal holds is completed by the next run.
            #expect(
                isDone
                    ? replay.isNew(found)
                    : replay.isOld(found) || replay.isNew(found) || replay.hasIntent,
                "\(context): \(isDone ? "done" : "failed")\n\(found)\n\(replay.before)")
            try replay.expectRecovery(context)
        }
        Effort.report("reads failed", failed)
    }
}

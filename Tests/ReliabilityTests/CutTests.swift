import Files
import TestSupport
import Testing
import UseCases

@Suite(.enabled(if: Token.isAvailable, "softhsm2 is not installed"))
struct `A verb that is cut short` {
    /// Cuts `operations` at every point, and inside every write, and hands out each state that may
    /// be found then. The same state is handed out once.
    private static func forEachCut(
        of operations: [FileOperation], from start: DiskModel, seed: UInt64,
        _ body: (_ context: String, _ tree: Tree, _ disk: DiskModel) throws -> Void
    ) throws {
        var random = SeededRandom(seed: seed)
        var seen: Set<Tree> = []
        var disk = start
        func hand(_ place: Int, _ disk: DiskModel, _ what: String) throws {
            let some = [DiskModel.Loss](repeating: .some, count: Effort.count(test: 1, soak: 3))
            for loss in [.nothing, .everything, .contents] + some {
                let tree = disk.tree(after: loss, by: &random)
                guard seen.insert(tree).inserted else { continue }
                try body("cut \(place) of \(operations.count)\(what), \(loss) lost", tree, disk)
            }
        }
        let chosen = Set(Effort.places(operations.count, test: 2))
        for (place, operation) in operations.enumerated() {
            guard chosen.contains(place) else {
                try disk.apply(operation)
                continue
            }
            try hand(place, disk, " before \(operation.brief)")
            if case .write(let path, let bytes) = operation, bytes.count > 1 {
                var torn = disk
                try torn.apply(.write(path, bytes: Array(bytes.prefix(bytes.count / 2))))
                try hand(place, torn, " inside \(operation.brief)")
            }
            try disk.apply(operation)
        }
        try hand(operations.count, disk, "")
    }

    @Test(arguments: Scenario.all)
    func `is done or not done, whatever was not synchronised`(_ scenario: Scenario) throws {
        let replay = try Replay(scenario)
        var count = 0
        try Self.forEachCut(of: replay.operations, from: replay.disk, seed: Effort.seed) {
            context, tree, _ in
            try replay.world.restore(tree)
            try replay.expectRecovery("\(scenario.name), \(context)")
            count += 1
        }
        Effort.report("cuts replayed", count)
    }

    @Test(arguments: Scenario.all)
    func `has lost nothing of what it said was done`(_ scenario: Scenario) throws {
        let replay = try Replay(scenario)
        var random = SeededRandom(seed: Effort.seed)
        var disk = replay.disk
        for operation in replay.operations { try disk.apply(operation) }
        // The model is the file system's: otherwise no cut says anything.
        try replay.world.restore(replay.base)
        let recorder = Recorder()
        try scenario.run(replay.world, on: recorder.files)
        var model = replay.disk
        for operation in recorder.operations { try model.apply(operation) }
        #expect(model.tree(after: .nothing, by: &random) == (try replay.world.tree()))
        try replay.world.restore(disk.tree(after: .everything, by: &random))
        let found = try replay.facts()
        #expect(replay.isNew(found), "\(found)\n\(replay.after)")
    }

    /// A run that finds what a killed one left must not take it for durable: the system goes on
    /// after the kill, and may stop later.
    @Test(arguments: Scenario.all)
    func `is finished durably by the next run`(_ scenario: Scenario) throws {
        let replay = try Replay(scenario)
        var random = SeededRandom(seed: Effort.seed)
        var disk = replay.disk
        var count = 0
        let chosen = Set(Effort.places(replay.operations.count, test: 2))
        for (place, operation) in replay.operations.enumerated() {
            guard chosen.contains(place) else {
                try disk.apply(operation)
                continue
            }
            let context = "\(scenario.name), killed before \(place), \(operation.brief)"
            try replay.world.restore(disk.tree(after: .nothing, by: &random))
            count += 1
            let recorder = Recorder()
            let isDone = (try? scenario.run(replay.world, on: recorder.files)) != nil
            let said = try replay.facts()
            // A bundle that is at its place is named by the next run, and struck out.
            #expect(isDone || scenario.second == .refuses, "\(context)")
            var second = disk
            for operation in recorder.operations { try second.apply(operation) }
            try replay.world.restore(second.tree(after: .everything, by: &random))
            var found = try replay.facts()
            // A blob that nothing needs may come back.
            found.isLittered = said.isLittered
            #expect(!isDone || found == said, "\(context), then cut:\n\(found)\n\(said)")
            try replay.expectSound("\(context), then cut")
            try replay.expectVisible("\(context), then cut")
            try disk.apply(operation)
        }
        Effort.report("cuts replayed", count)
    }

    /// The run after a kill, recovery first, is cut too.
    @Test(arguments: Scenario.all)
    func `may be cut short again in the next run`(_ scenario: Scenario) throws {
        let replay = try Replay(scenario)
        var random = SeededRandom(seed: Effort.seed)
        for _ in 0..<Effort.count(test: 2, soak: 100) {
            let place = Int.random(in: 0...replay.operations.count, using: &random)
            var disk = replay.disk
            for operation in replay.operations.prefix(place) { try disk.apply(operation) }
            try replay.world.restore(disk.tree(after: .nothing, by: &random))
            let recorder = Recorder()
            _ = try? scenario.run(replay.world, on: recorder.files)
            let again = Int.random(in: 0...recorder.operations.count, using: &random)
            for operation in recorder.operations.prefix(again) { try disk.apply(operation) }
            let losses: [DiskModel.Loss] = [.nothing, .everything, .contents, .some]
            let loss = losses[Int.random(in: 0..<4, using: &random)]
            try replay.world.restore(disk.tree(after: loss, by: &random))
            let context = "\(scenario.name), killed at \(place), cut at \(again), \(loss) lost"
            switch scenario.second {
            // The second run may have added to what the first had finished.
            case .adds: try replay.expectConsistency(context)
            case .succeeds, .refuses: try replay.expectRecovery(context)
            }
        }
        Effort.report("cuts replayed", Effort.count(test: 2, soak: 100))
    }

    @Test(arguments: Scenario.all)
    func `can be cut short again in its recovery`(_ scenario: Scenario) throws {
        let replay = try Replay(scenario)
        var random = SeededRandom(seed: Effort.seed)
        var disk = replay.disk
        var count = 0
        for (place, operation) in replay.operations.enumerated() {
            try disk.apply(operation)
            try replay.world.restore(disk.tree(after: .nothing, by: &random))
            let recorder = Recorder()
            _ = try replay.world.site(scenario.side, on: recorder.files).recover()
            let seed = Effort.seed &+ UInt64(place)
            // Each run takes another part: every point of both would be a square of them.
            guard recorder.operations.count > 2, seed % (Effort.isSoak ? 2 : 5) == 0 else {
                continue
            }
            try Self.forEachCut(of: recorder.operations, from: disk, seed: seed) {
                context, tree, _ in
                try replay.world.restore(tree)
                try replay.expectRecovery(
                    "\(scenario.name), killed after \(place), recovery: \(context)")
                count += 1
            }
        }
        Effort.report("cuts replayed", count)
    }
}

extension FileOperation {
    /// Which it is, and where, for a reader of a failure.
    var brief: String {
        if case .write(let path, let bytes) = self { return "write \(bytes.count) to \(path)" }
        return "\(self)"
    }
}

import Audit
import Encodings
import Files
import OCI
import OCILayout
import Sending
import State
import TestSupport
import Testing
import UseCases

/// A verb, the facts before and after it, and what must hold in whatever state it is cut short.
struct Replay {
    let scenario: Scenario
    let world: World
    /// The world that the verb finds.
    let base: Tree
    let before: Facts
    let after: Facts
    /// What the verb did, undisturbed, in its order.
    let operations: [FileOperation]
    /// How often it read.
    let readCount: Int

    init(_ scenario: Scenario) throws {
        self.scenario = scenario
        world = try scenario.world()
        base = try world.tree()
        before = try Self.facts(scenario, world)
        let recorder = Recorder()
        try scenario.run(world, on: recorder.files)
        operations = recorder.operations
        readCount = recorder.readCount
        after = try Self.facts(scenario, world)
        try #require(before != after)
    }

    /// The facts of the world now.
    func facts() throws -> Facts { try Self.facts(scenario, world) }

    private static func facts(_ scenario: Scenario, _ world: World) throws -> Facts {
        var facts = try Facts(of: world)
        if scenario.judgesTidiness { try facts.addTidiness(of: world) }
        return facts
    }

    /// The base as a disk that can be cut.
    var disk: DiskModel { DiskModel(base, at: world.root) }

    /// Whether the journal of the side that acts holds anything.
    var hasIntent: Bool {
        let journal = try? FileSystem.real.folder(at: world.path("\(scenario.side)/state/journal"))
        return (try? journal?.entries().isEmpty) == false
    }

    // MARK: What must hold

    /// What holds at every moment, for readers that come while a run is at work or dead.
    func expectSound(_ context: String) throws {
        try world.settleStates()
        for path in World.layouts {
            guard let layout = try? Layout(at: world.path(path)) else { continue }
            let check = try LayoutCheck(layout)
            #expect(check.isWhole, "\(context): \(path): \(check.problems)")
            try expectRecorded(layout, path, context)
        }
        let media = try FileSystem.real.folder(at: world.path("media")).entries().map(\.name)
        for name in media where !TemporaryName.matches(name) {
            let check = try world.site(World.low).check(world.path("media/\(name)"))
            #expect(check.isWhole, "\(context): \(name): \(check.problems)")
        }
    }

    /// A signature that can be seen was recorded, and an image that came was.
    private func expectRecorded(_ layout: Layout, _ path: String, _ context: String) throws {
        let side = path.hasPrefix(World.low) ? World.low : World.high
        let graph = try LayoutGraph(layout)
        var known: Set<String> = []
        for record in try Record.standing(in: world, side) {
            for digest in Self.digests(record.event.details) { known.insert(digest) }
        }
        for image in layout.index.entries where image.referenceName?.contains("registry") == true {
            if side == World.high {
                #expect(known.contains(image.digest.description), "\(context): not recorded")
            }
            for referrer in graph.referrers(of: image)
            where referrer.document.artifactType?.contains("notary") == true {
                let digest = referrer.descriptor.digest.description
                #expect(known.contains(digest), "\(context): signature not recorded")
            }
        }
    }

    /// Every digest that a record names as signed or received.
    private static func digests(_ details: JSONObject) -> [String] {
        var found: [String] = []
        func collect(_ value: JSON) {
            switch value {
            case .string(let text): found.append(text)
            case .array(let values): for value in values { collect(value) }
            case .object(let object): for member in object.members { collect(member.value) }
            default: break
            }
        }
        for name in ["signatures", "roots"] { if let value = details[name] { collect(value) } }
        return found
    }

    private static func text(_ value: JSON?) -> String {
        guard case .string(let text)? = value else { return "" }
        return text
    }

    /// What was recorded and not taken back can be seen.
    func expectVisible(_ context: String) throws {
        for (side, path) in [(World.low, "low/layout"), (World.high, "high/layout")] {
            let listed = try? Layout(at: world.path(path)).index.entries.map(\.digest.description)
            // An image that was removed took its signatures with it.
            for record in try Record.standing(in: world, side)
            where record.event.kind == "sign"
                && listed?.contains(Self.text(record.event.details["digest"])) == true
            {
                for digest in Self.digests(record.event.details) {
                    #expect(
                        listed?.contains(digest) == true,
                        "\(context): recorded and not there: \(digest)")
                }
            }
            for record in try Record.standing(in: world, side)
            where record.event.kind == "receive" {
                #expect(try facts().mark == after.mark, "\(context): mark")
            }
        }
    }

    /// Nothing lies about that nobody would remove.
    func expectTidy(_ context: String) throws {
        // Layouts are swept by their next writer.
        for path in World.layouts {
            if let layout = try? Layout(at: world.path(path)) { _ = try LayoutWriter(layout) }
        }
        let left = try world.tree().paths.filter { path in
            path.split(separator: "/").contains { TemporaryName.matches(String($0)) }
                || path.contains("/journal/") && !path.hasSuffix("/journal/")
                || path.contains("/pending-")
        }.filter { !scenario.mayLeave($0) }
        #expect(left.isEmpty, "\(context): left behind: \(left)")
    }

    // MARK: The next run

    /// The state that a cut or a failure left is sound, and the next run makes the new one of it.
    func expectRecovery(_ context: String) throws {
        try expectConsistency(context)
        let found = try facts()
        let isNew = isNew(found)
        #expect(
            isNew || isOld(found), "\(context): neither old nor new:\n\(found)\n\(before)\n\(after)"
        )
        try repeatVerb(whereNew: isNew, context)
        try expectSound("\(context), repeated")
        try expectTidy(context)
    }

    /// The state that a cut or a failure left is sound, and record and layout agree after recovery.
    func expectConsistency(_ context: String) throws {
        try expectSound(context)
        let recoveries = try world.site(scenario.side).recover()
        if !recoveries.isEmpty { try expectSound("\(context), recovered") }
        try expectVisible("\(context), recovered")
    }

    func isNew(_ facts: Facts) -> Bool {
        normal(facts) == normal(after) && !facts.isBound
            && after.records.allSatisfy { facts.records[$0.key, default: 0] >= $0.value }
    }

    func isOld(_ facts: Facts) -> Bool { normal(facts) == normal(before) }

    private func normal(_ facts: Facts) -> Facts {
        var facts = facts
        scenario.between(&facts)
        return facts
    }

    private func repeatVerb(whereNew isNew: Bool, _ context: String) throws {
        guard isNew else {
            try scenario.run(world)
            let found = try facts()
            #expect(self.isNew(found), "\(context), repeated:\n\(found)\n\(after)")
            // Whatever was signed before is not signed again.
            #expect(found.layouts == after.layouts, "\(context), repeated:\n\(found)\n\(after)")
            return
        }
        // A run that stands in the journal is taken up, and signs nothing twice.
        let isTakenUp = hasIntent
        switch scenario.second {
        case .refuses:
            #expect(throws: (any Error).self, "\(context), repeated") { try scenario.run(world) }
        case .succeeds, .adds: try scenario.run(world)
        }
        let found = try facts()
        switch scenario.second {
        case .succeeds: #expect(self.isNew(found), "\(context), repeated:\n\(found)\n\(after)")
        case .refuses: #expect(found.layouts == after.layouts && found.mark == after.mark)
        case .adds:
            let counts = found.layouts.mapValues { $0.map(\.signatureCount) }
            let isUnchanged = counts == after.layouts.mapValues { $0.map(\.signatureCount) }
            #expect(isUnchanged == isTakenUp, "\(context)")
        }
    }
}

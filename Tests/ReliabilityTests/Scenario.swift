import Configuration
import Encodings
import Files
import OCI
import OCILayout
import PKCS11
import Receiving
import Sending
import Synchronization
import SystemPackage
import TestSupport
import Testing
import Trust
import UseCases
import X509

/// One verb that writes, and the world that it finds.
struct Scenario: Sendable, CustomTestStringConvertible {
    /// What a second run does where the first has come to its end.
    enum Second: Sendable {
        /// The same, and nothing changes but the record.
        case succeeds
        /// It says that it was done, and changes nothing.
        case refuses
        /// The same once more: images have one signature more.
        case adds
    }

    let name: String
    /// The side that acts.
    let side: String
    let second: Second
    /// What stands after the world was populated.
    let prepare: @Sendable (World) throws -> Void
    /// The verb, as the program calls it.
    let act: @Sendable (World, Site) throws -> Void
    /// Facts of an interrupted run that are neither those from before nor those from after, and
    /// that the next run completes.
    let between: @Sendable (inout Facts) -> Void

    var testDescription: String { name }

    /// Whether the verb is there to tidy up.
    var judgesTidiness: Bool { ["prune", "check --repair"].contains(name) }

    /// What the next run cannot know to be nobody's: a bundle that was given up half-way, on its
    /// medium, and a chain or a configuration in a folder that others use.
    func mayLeave(_ path: String) -> Bool {
        switch name {
        case "export --void": path.hasPrefix("media/")
        case "state export": path.hasPrefix("low/.airseal-backup.tar")
        case "trust export": path.hasPrefix("low/.airseal-notation")
        case "key generate-test": path.hasPrefix("low/.airseal-new.pem")
        default: false
        }
    }

    init(
        _ name: String, on side: String, second: Second,
        prepare: @escaping @Sendable (World) throws -> Void = { _ in },
        between: @escaping @Sendable (inout Facts) -> Void = { _ in },
        act: @escaping @Sendable (World, Site) throws -> Void
    ) {
        self.name = name
        self.side = side
        self.second = second
        self.prepare = prepare
        self.act = act
        self.between = between
    }

    /// The verb said no.
    struct Refused: Error {
        let outcome: String
    }

    /// Runs the verb as the program does: what an earlier run left is finished first.
    func run(_ world: World, on files: FileSystem = .real) throws {
        let site = world.site(side, on: files)
        _ = try site.recover()
        try act(world, site)
    }

    /// The world that the verb finds.
    func world() throws -> World {
        let world = try World()
        try world.populate()
        try prepare(world)
        return world
    }
}

extension Scenario {
    static let all: [Scenario] =
        imports + signatures + exports + receptions
        + upkeep + trust + capsules + states + revocation + others

    // MARK: import

    private static let imports = [
        Scenario("import a folder", on: World.low, second: .succeeds, prepare: source) {
            try importImages(["source"], into: "low/layout", $0, $1)
        },
        Scenario("import into a new layout", on: World.low, second: .succeeds, prepare: source) {
            try importImages(["source"], into: "low/fresh", $0, $1)
        },
        Scenario(
            "import an archive", on: World.low, second: .succeeds,
            prepare: { world in
                try source(world)
                try world.pack("source", as: "source.tar")
            },
            act: { try importImages(["source.tar"], into: "low/layout", $0, $1) }),
    ]

    @Sendable private static func source(_ world: World) throws {
        try world.addImage("new:v1", layer: [7, 7], to: "source", withRemark: true)
    }

    private static func importImages(
        _ sources: [String], into layout: String, _ world: World, _ site: Site
    ) throws {
        var request = ImportRequest(sources: sources.map(world.path), layout: world.path(layout))
        request.patience = .brief
        let run = site.importImages(request)
        if let failure = run.failure { throw failure }
        for one in run.outcomes {
            guard case .imported = one.outcome else { throw Refused(outcome: "\(one.outcome)") }
        }
    }

    // MARK: sign

    private static let signatures = [
        Scenario("sign", on: World.low, second: .adds) { world, site in
            try sign(["low/layout:registry.test/app:v1"], world, site)
        },
        Scenario(
            "sign all", on: World.low, second: .adds,
            prepare: { try $0.addImage("registry.test/app:v3", layer: [6], to: "low/layout") },
            between: whileSigning,
            // Several steps for few images.
            act: { world, site in
                try sign(["low/layout"], all: true, world, site) { $0.portionCountMax = 1 }
            }),
        Scenario(
            "sign many", on: World.low, second: .adds, prepare: manyImages,
            between: whileSigning,
            act: { world, site in
                try sign(["low/layout"], all: true, world, site) { $0.portionCountMax = 5 }
            }),
        Scenario(
            "sign all or nothing", on: World.low, second: .adds, prepare: manyImages,
            act: { world, site in
                try sign(["low/layout"], all: true, world, site) {
                    $0.portionCountMax = 5
                    $0.isAllOrNothing = true
                }
            }),
    ]

    /// Some images may be signed and others not.
    @Sendable private static func whileSigning(_ facts: inout Facts) {
        facts.records["low sign"] = nil
        facts.layouts = facts.layouts.mapValues { images in
            images.map { image in
                Facts.Image(
                    name: image.name, digest: image.digest, signatureCount: 0,
                    otherReferrerCount: image.otherReferrerCount)
            }
        }
    }

    /// So many that their blobs are brought onto the medium together.
    @Sendable private static func manyImages(_ world: World) throws {
        for number in 3...7 {
            try world.addImage(
                "registry.test/app:v\(number)", layer: [10, UInt8(number)], to: "low/layout")
        }
    }

    private static func sign(
        _ references: [String], all: Bool = false, _ world: World, _ site: Site,
        _ change: (inout SignRequest) -> Void = { _ in }
    ) throws {
        var request = try world.signing(references, all: all)
        change(&request)
        let report = try site.sign(request)
        if case .failed(let error)? = report.stop { throw error }
        for case .failed(.unreadable(let error)) in report.images.map(\.outcome) { throw error }
        guard report.isComplete else { throw Refused(outcome: "\(report)") }
    }

    // MARK: export

    /// A number may be bound, and recorded as sent, before the bundle has its name.
    @Sendable private static func whileExporting(_ facts: inout Facts) {
        if facts.isBound { facts.media = [] }
        facts.isBound = false
        facts.records["low export"] = nil
        facts.next = max(facts.next, 1)
    }

    private static let exports = [
        Scenario(
            "export a folder", on: World.low, second: .refuses, prepare: signed,
            between: whileExporting
        ) {
            try export("low/layout", to: "media/bundle", $0, $1)
        },
        Scenario(
            "export a tar", on: World.low, second: .refuses, prepare: signed,
            between: whileExporting
        ) {
            try export("low/layout:registry.test/app:v1", to: "media/bundle.tar", $0, $1)
        },
        Scenario(
            "export several, signed twice", on: World.low, second: .refuses, prepare: signed,
            between: whileExporting,
            act: { world, site in
                let images = ["v1", "v2"].map { "low/layout:registry.test/app:\($0)" }
                let outcome = try site.export(
                    world.exporting(images, to: "media/bundle", withSecondKey: true))
                guard case .exported = outcome else { throw Refused(outcome: "\(outcome)") }
            }),
        Scenario(
            "export --void", on: World.low, second: .refuses,
            prepare: { world in
                try signed(world)
                let blocked = FileSystem { operation in
                    if case .rename(_, world.path("media/bundle.tar")) = operation {
                        return .fail(.ioError)
                    }
                    return nil
                }
                let site = world.site(World.low, on: blocked)
                _ = try? export("low/layout", to: "media/bundle.tar", world, site)
            },
            // The record comes first.
            between: { $0.records["low export-void"] = nil },
            act: { _, site in
                let outcome = try site.voidExport(1, to: SiteName("high-side"), reason: "lost")
                guard case .voided = outcome else { throw Refused(outcome: "\(outcome)") }
            }),
    ]

    @Sendable static func signed(_ world: World) throws {
        try sign(["low/layout"], all: true, world, world.site(World.low))
    }

    static func export(
        _ reference: String, to target: String, _ world: World, _ site: Site
    ) throws {
        let outcome = try site.export(world.exporting([reference], to: target))
        guard case .exported = outcome else { throw Refused(outcome: "\(outcome)") }
    }

    // MARK: receive

    private static let receptions = [
        Scenario(
            "receive a tar", on: World.high, second: .refuses,
            prepare: { world in
                try signed(world)
                let site = world.site(World.low)
                try export(
                    "low/layout:registry.test/app:v1", to: "media/bundle.tar", world, site)
            },
            act: { try receive("media/bundle.tar", $0, $1) }),
        Scenario(
            "receive a folder", on: World.high, second: .refuses,
            prepare: { world in
                try signed(world)
                try export("low/layout", to: "media/bundle", world, world.site(World.low))
                try world.addImage("mine:v1", layer: [8], to: "high/layout")
            },
            act: { try receive("media/bundle", $0, $1) }),
        Scenario(
            "receive --hold", on: World.high, second: .refuses, prepare: sent,
            act: { try receive("media/bundle.tar", $0, $1, as: .hold) }),
        Scenario(
            "receive --reject", on: World.high, second: .refuses, prepare: sent,
            act: { try receive("media/bundle.tar", $0, $1, as: .reject) }),
        Scenario(
            "release", on: World.high, second: .refuses, prepare: held,
            act: { try release($0, $1) }),
        Scenario(
            "release --partial", on: World.high, second: .refuses,
            prepare: { world in
                try held(world)
                // The policy of today speaks for one of the images only.
                try world.write(
                    World.policy(for: "registry.test/app").serialized(),
                    to: "high/home/trustpolicy.oci.json")
            },
            act: { try release($0, $1) { $0.isPartial = true } }),
        Scenario(
            "release --reject", on: World.high, second: .refuses, prepare: held,
            act: { try release($0, $1) { $0.isRejection = true } }),
        Scenario(
            "prune --rejected", on: World.high, second: .succeeds,
            prepare: { world in
                try held(world)
                try release(world, world.site(World.high)) { $0.isRejection = true }
            },
            act: { world, site in
                var request = PruneRequest(path: world.path("high/layout"))
                request.dropsRejected = true
                request.patience = .brief
                _ = try site.prune(request)
            }),
    ]

    /// A bundle of two repositories.
    @Sendable private static func sent(_ world: World) throws {
        try world.addImage("registry.test/other:v1", layer: [3, 9], to: "low/layout")
        try signed(world)
        try export("low/layout", to: "media/bundle.tar", world, world.site(World.low))
    }

    @Sendable private static func held(_ world: World) throws {
        try sent(world)
        try world.addImage("mine:v1", layer: [8], to: "high/layout")
        try receive("media/bundle.tar", world, world.site(World.high), as: .hold)
        // No medium is needed any more.
        try world.remove("media/bundle.tar")
    }

    private static func receive(
        _ source: String, _ world: World, _ site: Site,
        as purpose: ReceiveRequest.Purpose = .release
    ) throws {
        var request = ReceiveBundleRequest(world.path(source), into: world.path("high/layout"))
        request.purpose = purpose
        request.reason = purpose == .reject ? "no" : nil
        request.patience = .brief
        try expectTaken(try site.receive(request))
    }

    private static func release(
        _ world: World, _ site: Site, _ change: (inout ReleaseBundleRequest) -> Void = { _ in }
    ) throws {
        var request = ReleaseBundleRequest(from: world.path("high/layout"))
        change(&request)
        request.reason = request.isRejection ? "no" : nil
        request.patience = .brief
        try expectTaken(try site.release(request))
    }

    private static func expectTaken(_ outcome: ReceiveOutcome) throws {
        switch outcome {
        case .released, .held, .rejected: return
        case .refused, .undecided: throw Refused(outcome: "\(outcome)")
        }
    }

    // MARK: remove, prune, check --repair

    private static let upkeep = [
        Scenario(
            "remove", on: World.low, second: .refuses, prepare: signed,
            act: { try remove("low/layout:registry.test/app:v1", $0, $1) }),
        Scenario(
            "prune", on: World.low, second: .succeeds,
            prepare: { world in
                try signed(world)
                // A run that died between `index.json` and the blobs.
                let blocked = FileSystem { operation in
                    if case .remove(let path) = operation, path.contains("/blobs/") {
                        return .fail(.ioError)
                    }
                    return nil
                }
                _ = try? remove(
                    "low/layout:registry.test/app:v1", world, world.site(World.low, on: blocked))
            },
            act: { world, site in
                _ = try site.prune(PruneRequest(path: world.path("low/layout")))
            }),
        Scenario(
            "check --repair", on: World.low, second: .succeeds,
            prepare: { world in
                try signed(world)
                let writer = try LayoutWriter(Layout(at: world.path("low/layout")))
                var index = writer.layout.index
                index.removeEntries { $0.referenceName?.hasPrefix("sha256-") == true }
                try writer.replaceIndex(with: index)
            },
            act: { world, site in
                _ = try site.repair(
                    world.path("low/layout"), adopting: false, dryRun: false, patience: .brief)
            }),
    ]

    private static func remove(_ reference: String, _ world: World, _ site: Site) throws {
        var request = RemoveRequest(references: [world.path(reference)])
        request.patience = .brief
        if let obstacle = try site.remove(request).obstacle { throw obstacle }
    }

    // MARK: trust, policy

    private static let trust = [
        Scenario(
            "trust add", on: World.low, second: .succeeds, prepare: otherAnchors,
            between: { $0.records["low trust-add"] = nil },
            act: { try addTrust(["low/one.pem", "low/two.pem"], to: "ca:others", $0, $1) }),
        Scenario(
            "trust add to a store that is there", on: World.low, second: .succeeds,
            prepare: otherAnchors, between: { $0.records["low trust-add"] = nil },
            act: { try addTrust(["low/one.pem"], to: "ca:main", $0, $1) }),
        Scenario(
            "trust remove", on: World.low, second: .refuses,
            prepare: { world in
                try otherAnchors(world)
                try addTrust(["low/one.pem"], to: "ca:main", world, world.site(World.low))
            },
            between: { $0.records["low trust-remove"] = nil },
            act: { try removeTrust(["one.pem"], $0, $1) }),
        Scenario(
            "trust remove --all", on: World.low, second: .refuses,
            between: { $0.records["low trust-remove"] = nil },
            act: { try removeTrust(nil, $0, $1) }),
        Scenario(
            "trust export", on: World.low, second: .succeeds,
            act: { world, site in
                let outcome = try site.exportTrust(
                    to: world.path("low/notation"), replacing: false)
                if case .inTheWay = outcome { throw Refused(outcome: "\(outcome)") }
            }),
        Scenario(
            "policy import", on: World.low, second: .succeeds,
            between: { $0.records["low policy-import"] = nil },
            act: { _, site in
                let text = """
                    {"version": "1.0", "trustPolicies": [{"name": "one", "trustStores": ["ca:main"],
                    "registryScopes": ["registry.test/app"], "trustedIdentities": ["*"],
                    "signatureVerification": {"level": "audit"}}]}
                    """
                let policy = try TrustPolicyDocument(parsing: Array(text.utf8), as: .oci)
                var edit = PolicyEdit(policy, kind: "policy-import")
                edit.replacing = true
                edit.forNotation1 = true
                _ = try site.setPolicy(edit)
            }),
    ]

    @Sendable static func otherAnchors(_ world: World) throws {
        for name in ["one", "two"] {
            let anchor = try TestCertificate(name).certificate
            try world.write(Array(anchor.pem.utf8), to: "low/\(name).pem")
        }
    }

    static func addTrust(
        _ paths: [String], to store: String, _ world: World, _ site: Site
    ) throws {
        let store = try #require(TrustStoreName(store))
        let outcome = try site.addTrust(paths.map(world.path), to: store)
        if case .refused = outcome { throw Refused(outcome: "\(outcome)") }
    }

    private static func removeTrust(_ names: [String]?, _ world: World, _ site: Site) throws {
        _ = try site.removeTrust(names, from: #require(TrustStoreName("ca:main")))
    }

    // MARK: The rest

    private static let others = [
        Scenario(
            "peer self", on: World.low, second: .succeeds,
            between: { $0.records["low peer-self"] = nil },
            act: { _, site in try site.nameSelf(SiteName("another")) }),
        Scenario(
            "peer add", on: World.high, second: .succeeds,
            prepare: { world in
                try world.remove("high/home")
                try world.remove("high/state")
            },
            // The record and the mark come before the entry that they are for.
            between: { facts in
                facts.records["high peer-add"] = nil
                facts.mark = nil
            },
            act: { world, site in
                try world.enrol(
                    anchors: [Token.chain.root], repositories: ["registry.test"], at: site)
            }),
        Scenario(
            "peer add to another entry", on: World.high, second: .succeeds,
            between: { $0.records["high peer-add"] = nil },
            act: { world, site in
                try world.enrol(
                    anchors: [Token.chain.root, Token.secondChain.root],
                    repositories: ["registry.test/team"], at: site)
            }),
        Scenario(
            "peer suspend", on: World.high, second: .succeeds,
            between: { $0.records["high peer-suspend"] = nil },
            act: { _, site in
                _ = try site.suspendPeer(SiteName("low-side"), reason: "token lost")
            }),
        Scenario(
            "peer remove", on: World.high, second: .refuses,
            between: { $0.records["high peer-remove"] = nil },
            act: { _, site in
                try site.removePeer(SiteName("low-side"), reason: "site closed")
            }),
        Scenario(
            "key generate-test", on: World.low, second: .refuses,
            act: { world, site in
                // A token is no part of what is set back, so each try needs a label of its own.
                let label = "key-\(labels.wrappingAdd(1, ordering: .relaxed).newValue)"
                _ = try site.generateTestKey(
                    .p256, Token.access(label), chainPath: world.path("low/new.pem"), days: 1)
            }),
    ]

    private static let labels = Atomic(0)
}

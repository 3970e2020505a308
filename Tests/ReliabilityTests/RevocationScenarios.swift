import Encodings
import Files
import State
import TestSupport
import Testing
import Trust
import UseCases
import X509

// What a home keeps about revocation, and the floors.
extension Scenario {
    static let revocation = [
        Scenario(
            "revocation add", on: World.low, second: .succeeds, prepare: lists,
            between: { $0.records["low revocation-add"] = nil },
            act: { world, site in try add(["older.crl"], world, site) }),
        Scenario(
            "revocation add of where a list is from", on: World.low, second: .succeeds,
            prepare: { world in
                try lists(world)
                try add(["older.crl"], world, world.site(World.low))
            },
            between: { $0.records["low revocation-add"] = nil },
            act: { world, site in
                try add(["older.crl"], from: "http://crl.test/one.crl", world, site)
            }),
        Scenario(
            "revocation prune", on: World.low, second: .succeeds,
            prepare: { world in
                try lists(world)
                let site = world.site(World.low)
                try add(["older.crl", "newer.crl"], world, site)
                let store = try #require(TrustStoreName("ca:authority"))
                _ = try site.addTrust([world.path("low/authority.pem")], to: store)
            },
            // Its list and where that was from go one after the other, and the record before both.
            between: { $0.records["low revocation-remove"] = nil },
            act: { _, site in _ = try site.pruneRevocation(for: [], rehearsing: false) }),
        Scenario(
            "revocation reset", on: World.low, second: .refuses, prepare: floors,
            between: { $0.records["low revocation-reset"] = nil },
            act: { _, site in _ = try site.resetRevocation(of: issuerKey, reason: "anew") }),
        Scenario(
            "revocation export", on: World.low, second: .succeeds,
            prepare: { world in
                try lists(world)
                try add(
                    ["newer.crl"], from: "http://crl.test/one.crl", world, world.site(World.low))
            },
            act: { world, site in
                _ = try site.exportRevocation(
                    to: world.path("low/cache"), for: [world.path("low/signer.pem")])
            }),
        Scenario(
            "clock accept", on: World.low, second: .succeeds, prepare: floors,
            between: { $0.records["low clock-accept"] = nil },
            act: { _, site in _ = try site.acceptClock(reason: "it was set wrong") }),
    ]

    private static let issuerKey = String(repeating: "ab", count: 32)

    /// Two lists of one authority, one newer than the other, and a chain that asks for them.
    @Sendable private static func lists(_ world: World) throws {
        let authority = try TestCertificate("authority")
        let signer = try TestCertificate(
            "signer", issuer: authority,
            extensions: TestCertificate.leaf + [
                .init("crlDistributionPoints", "URI:http://crl.test/one.crl")
            ])
        try world.write(Array(authority.certificate.pem.utf8), to: "low/authority.pem")
        let chain = signer.certificate.pem + authority.certificate.pem
        try world.write(Array(chain.utf8), to: "low/signer.pem")
        for (name, number, age) in [("older", 1, 7_200), ("newer", 2, 3_600)] as [(_, UInt8, Int64)]
        {
            let list = TestRevocationList(by: authority).with {
                $0.number = [number]
                $0.thisUpdate = World.now.adding(seconds: -age)
                $0.nextUpdate = World.now.adding(seconds: 86_400)
            }
            try world.write(list.der, to: "low/\(name).crl")
        }
    }

    private static func add(
        _ names: [String], from url: String? = nil, _ world: World, _ site: Site
    ) throws {
        var request = RevocationAddRequest(paths: names.map { world.path("low/\($0)") })
        request.url = url
        let outcome = try site.addRevocation(request)
        if case .refused = outcome { throw Refused(outcome: "\(outcome)") }
    }

    /// A list and a time that were proven, a day after what the clock says.
    @Sendable private static func floors(_ world: World) throws {
        let state = try StateFolder(at: world.path("low/state"), in: .real)
        let later = World.now.adding(seconds: 86_400)
        try state.changeFloors { floors in
            floors.clock = ClockFloor(time: later, witness: "a list")
            floors.revocationLists = [
                RevocationListFloor(
                    issuerKey: issuerKey, issuer: "CN=authority", distributionPoint: "",
                    isDelta: false, number: "01", thisUpdate: later)
            ]
        }
    }
}

import Configuration
import Encodings
import Files
import UseCases
import X509

extension Scenario {
    // MARK: trust apply, trust restore

    static let capsules = [
        Scenario(
            "trust apply", on: World.high, second: .succeeds, prepare: bundled,
            between: { $0.records["high trust-apply"] = nil },
            act: { try apply($0, $1) }),
        Scenario(
            "trust restore", on: World.high, second: .succeeds,
            prepare: { world in
                try bundled(world)
                try apply(world, world.site(World.high))
            },
            between: { $0.records["high trust-restore"] = nil },
            act: { _, site in _ = try site.restoreTrust(1, reason: "it was right") }),
    ]

    /// A bundle whose capsule has another store and another policy than the high side.
    @Sendable private static func bundled(_ world: World) throws {
        try signed(world)
        try otherAnchors(world)
        let low = world.site(World.low)
        try addTrust(["low/one.pem"], to: "ca:others", world, low)
        let text = """
            {"version": "1.0", "trustPolicies": [{"name": "one", "trustStores": ["ca:others"],
            "registryScopes": ["registry.test/app"], "trustedIdentities": ["*"],
            "signatureVerification": {"level": "strict"}}]}
            """
        try world.write(Array(text.utf8), to: "low/home/trustpolicy.oci.json")
        try world.enrol(
            anchors: [Token.chain.root], repositories: ["registry.test"],
            permissions: [.bundles, .capsules], at: world.site(World.high))
        try export("low/layout:registry.test/app:v1", to: "media/bundle.tar", world, low)
    }

    @Sendable private static func apply(_ world: World, _ site: Site) throws {
        var request = ApplyTrustRequest(world.path("media/bundle.tar"))
        request.acceptsWeaker = true
        request.reason = "looked at"
        switch try site.applyTrust(request) {
        case .applied, .present: return
        case let outcome: throw Refused(outcome: "\(outcome)")
        }
    }
}

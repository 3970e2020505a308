import Encodings
import TestSupport
import Testing
import Trust
import X509

/// A change of one thing in a policy, and what of it weakens trust.
struct TrustChange: Sendable, CustomTestStringConvertible {
    let what: String
    let old: [JSON]
    let new: [JSON]
    let losses: [TrustWeakness.Loss]
    var testDescription: String { what }

    init(_ what: String, _ old: [JSON], _ new: [JSON], _ losses: [TrustWeakness.Loss]) {
        self.what = what
        self.old = old
        self.new = new
        self.losses = losses
    }

    static let one = PolicyText.with([:])

    static func with(_ name: String, _ value: JSON?) -> JSON { PolicyText.with([name: value]) }

    static func level(_ text: String, _ overrides: JSONObject = JSONObject()) -> JSON {
        var verification: JSONObject = ["level": .string(text)]
        if !overrides.members.isEmpty { verification["override"] = .object(overrides) }
        return with("signatureVerification", .object(verification))
    }

    static func identities(_ texts: String...) -> JSON {
        with("trustedIdentities", .array(texts.map { .string($0) }))
    }

    static func stores(_ names: String...) -> JSON {
        with("trustStores", .array(names.map { .string($0) }))
    }

    static func scoped(_ name: String, _ scopes: String..., level: String = "strict") -> JSON {
        PolicyText.with([
            "name": .string(name), "registryScopes": .array(scopes.map { .string($0) }),
            "signatureVerification": ["level": .string(level)],
        ])
    }

    /// A store more.
    static func believed(_ name: String) -> [TrustWeakness.Loss] {
        [TrustStoreName(name).map { .store($0) }].compactMap(\.self)
    }

    static let subject = "x509.subject: C=US, ST=WA, O=Example"

    static let weaker: [TrustChange] = [
        TrustChange("no policy before", [], [one], [.newlyJudged]),
        TrustChange(
            "a repository more", [scoped("a", "r.test/a")], [scoped("a", "r.test/a", "r.test/b")],
            [.newlyJudged]),
        TrustChange(
            "every repository", [scoped("a", "r.test/a")],
            [scoped("a", "r.test/a"), scoped("all", "*")], [.newlyJudged]),
        TrustChange(
            "level permissive", [one], [level("permissive")],
            [
                .action(.authenticTimestamp, from: .enforce, to: .log),
                .action(.expiry, from: .enforce, to: .log),
                .action(.revocation, from: .enforce, to: .log),
            ]),
        TrustChange("level skip", [one], [.object(PolicyText.skip)], [.unverified]),
        TrustChange(
            "an override to log", [one], [level("strict", ["expiry": "log"])],
            [.action(.expiry, from: .enforce, to: .log)]),
        TrustChange(
            "an override to skip", [level("permissive")],
            [level("permissive", ["revocation": "skip"])],
            [.action(.revocation, from: .log, to: .skip)]),
        TrustChange(
            "another store", [one], [stores("ca:main", "ca:other")],
            believed("ca:other")),
        TrustChange(
            "a store of time stamp authorities", [one], [stores("ca:main", "tsa:times")],
            believed("tsa:times")),
        TrustChange(
            "no time stamps any more", [stores("ca:main", "tsa:times")], [one],
            [.timestampNotAsked]),
        TrustChange(
            "time stamps after expiry only", [stores("ca:main", "tsa:times")],
            [
                PolicyText.with([
                    "trustStores": ["ca:main", "tsa:times"],
                    "signatureVerification": [
                        "level": "strict", "verifyTimestamp": "afterCertExpiry",
                    ],
                ])
            ], [.timestampAskedLess]),
        TrustChange("everyone", [identities(subject)], [one], [.identity("*")]),
        TrustChange(
            "a wider subject", [identities("\(subject), CN=a")], [identities(subject)],
            [.identity(subject)]),
        TrustChange(
            "another subject", [identities("\(subject), CN=a")], [identities("\(subject), CN=b")],
            [.identity("\(subject), CN=b")]),
        TrustChange(
            "a statement that constrained is gone",
            [scoped("a", "r.test/a"), scoped("all", "*", level: "audit")],
            [scoped("all", "*", level: "audit")],
            [
                .action(.authenticity, from: .enforce, to: .log),
                .action(.authenticTimestamp, from: .enforce, to: .log),
                .action(.expiry, from: .enforce, to: .log),
                .action(.revocation, from: .enforce, to: .log),
            ]),
    ]

    static let others: [TrustChange] = [
        TrustChange("nothing", [one], [one], []),
        TrustChange("another name", [one], [with("name", "renamed")], []),
        TrustChange(
            "a repository less", [scoped("a", "r.test/a", "r.test/b")], [scoped("a", "r.test/a")],
            []),
        TrustChange("a stricter level", [level("audit")], [one], []),
        TrustChange("no skip any more", [.object(PolicyText.skip)], [one], []),
        TrustChange("a store less", [stores("ca:main", "ca:other")], [one], []),
        TrustChange("fewer signers", [one], [identities(subject)], []),
        TrustChange(
            "a narrower subject", [identities(subject)], [identities("\(subject), CN=a")], []),
        TrustChange(
            "a store where strangers pass anyway", [level("audit")],
            [
                PolicyText.with([
                    "trustStores": ["ca:main", "ca:other"],
                    "signatureVerification": ["level": "audit"],
                ])
            ], []),
        TrustChange(
            "a statement that says what the one for all says", [scoped("all", "*")],
            [scoped("all", "*"), scoped("a", "r.test/a")], []),
    ]
}

@Suite struct `What weakens trust` {
    static func state(_ statements: [JSON], stores: [String: [Certificate]] = [:]) throws
        -> TrustState
    {
        let document: JSON = ["version": "1.0", "trustPolicies": .array(statements)]
        var named: [TrustStoreName: TrustedCertificates] = [:]
        for (name, certificates) in stores {
            let store = try #require(TrustStoreName(name))
            named[store] = try TrustedCertificates(certificates, for: store.type)
        }
        return TrustState(
            policies: statements.isEmpty
                ? [:]
                : [.images: try TrustPolicyDocument(parsing: document.serialized(), as: .oci)],
            stores: named)
    }

    @Test(arguments: TrustChange.weaker + TrustChange.others)
    func `is told of a policy, and nothing else is`(_ change: TrustChange) throws {
        let difference = TrustDifference(
            from: try Self.state(change.old), to: try Self.state(change.new))
        let losses = difference.weaknesses.map { weakness in
            if case .policy(.images, _, _, let loss) = weakness { return loss }
            return .unverified
        }
        #expect(losses == change.losses)
    }

    @Test func `is told of the artifacts that it concerns, once for all`() throws {
        let old = try Self.state([TrustChange.scoped("a", "r.test/a", "r.test/b")])
        let new = try Self.state([
            TrustChange.scoped("a", "r.test/a", "r.test/b", level: "skip").without([
                "trustStores", "trustedIdentities",
            ])
        ])
        #expect(
            TrustDifference(from: old, to: new).weaknesses == [
                .policy(
                    .images, statement: "a",
                    of: [
                        .repository(try RegistryScope("r.test/a")),
                        .repository(try RegistryScope("r.test/b")),
                    ], .unverified)
            ])
    }

    @Test func `is an anchor more, and no anchor less`() throws {
        let (one, two) = (
            try TestCertificate("one").certificate, try TestCertificate("two").certificate
        )
        let few = try Self.state([], stores: ["ca:x": [one]])
        let many = try Self.state([], stores: ["ca:x": [one, two], "tsa:y": [two]])
        let more = TrustDifference(from: few, to: many)
        #expect(
            more.weaknesses == [
                .anchor(try #require(TrustStoreName("ca:x")), two),
                .anchor(try #require(TrustStoreName("tsa:y")), two),
            ])
        #expect(more.stores.map(\.isNew) == [false, true])
        let less = TrustDifference(from: many, to: few)
        #expect(less.weaknesses.isEmpty)
        #expect(less.stores.map(\.isGone) == [false, true])
        #expect(less.stores.map(\.removed) == [[two], [two]])
        #expect(TrustDifference(from: many, to: many).isEmpty)
    }

    @Test func `is a name under which the site asks for fewer signatures`() throws {
        let old = try Self.state([TrustChange.one])
        let new = try Self.state([
            TrustChange.one, TrustChange.scoped("other", "r.test/b"),
        ])
        let renamed = try Self.state([TrustChange.with("name", "renamed")])
        let required = try RequiredSignatures(
            policies: ["images"], threshold: 1,
            signers: [.init(name: "a", identities: [TrustChange.subject])])
        let settings = VerificationSettings(requiredSignatures: [required])
        #expect(TrustDifference(from: old, to: old, under: settings).weaknesses.isEmpty)
        #expect(TrustDifference(from: old, to: renamed, under: settings).weaknesses.count == 1)
        #expect(TrustDifference(from: old, to: new, under: settings).weaknesses.count == 1)
    }

    @Test func `is a store more where signers are counted, though none is refused for his name`()
        throws
    {
        func state(_ stores: JSON) throws -> TrustState {
            try Self.state([
                PolicyText.with([
                    "signatureVerification": ["level": "audit"], "trustStores": stores,
                ])
            ])
        }
        let (old, new) = (try state(["ca:main"]), try state(["ca:main", "ca:more"]))
        let required = try RequiredSignatures(
            policies: ["images"], threshold: 1,
            signers: [.init(name: "a", identities: [TrustChange.subject])])
        let settings = VerificationSettings(requiredSignatures: [required])
        #expect(TrustDifference(from: old, to: new).weaknesses.isEmpty)
        #expect(TrustDifference(from: old, to: new, under: settings).weaknesses.count == 1)
        // Of time stamps an authority more is always one.
        let stamped = try state(["ca:main", "tsa:more"])
        #expect(TrustDifference(from: old, to: stamped).weaknesses.count == 1)
    }

    @Test func `of a policy for blobs is told by the statement's name`() throws {
        func state(_ statements: JSON...) throws -> TrustState {
            let document: JSON = ["version": "1.0", "trustPolicies": .array(statements)]
            return TrustState(
                policies: [
                    .blobs: try TrustPolicyDocument(parsing: document.serialized(), as: .blob)
                ], stores: [:])
        }
        func statement(_ name: String, isGlobal: Bool, level: String = "strict") -> JSON {
            PolicyText.with([
                "registryScopes": nil, "name": .string(name), "globalPolicy": .boolean(isGlobal),
                "signatureVerification": ["level": .string(level)],
            ])
        }
        let old = try state(statement("a", isGlobal: false))
        let wider = try state(statement("a", isGlobal: true))
        #expect(
            TrustDifference(from: old, to: wider).weaknesses == [
                .policy(.blobs, statement: "a", of: [.otherBlobs], .newlyJudged)
            ])
        #expect(TrustDifference(from: wider, to: old).weaknesses.isEmpty)
    }

    @Test func `is looked for in the policy that is in force, whatever its file is called`() throws
    {
        let bytes = PolicyText.document(TrustChange.one)
        let policy = try TrustPolicyDocument(parsing: bytes, as: .oci)
        let old = TrustState(policies: [.imagesVersion1: policy], stores: [:])
        let new = TrustState(policies: [.images: policy, .imagesVersion1: policy], stores: [:])
        let difference = TrustDifference(from: old, to: new)
        #expect(difference.policies.map(\.fate) == [.added])
        #expect(difference.weaknesses.isEmpty)
    }
}

extension JSON {
    fileprivate func without(_ names: [String]) -> JSON {
        guard case .object(var object) = self else { return self }
        for name in names { object[name] = nil }
        return .object(object)
    }
}

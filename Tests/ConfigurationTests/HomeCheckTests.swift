import Configuration
import Encodings
import Files
import Glibc
import TestSupport
import Testing
import Trust
import X509

@Suite struct `A check of a home` {
    let home: TemporaryHome
    let root: Certificate
    let main: TrustStoreName
    static let now = Timestamp(seconds: 1_795_392_000)

    init() throws {
        home = try TemporaryHome()
        root = try TestCertificate("root").certificate
        main = try #require(TrustStoreName("ca:main"))
        try home.put("truststore/x509/ca/main/root.pem", root.pem)
        for file in ["trustpolicy.oci.json", "trustpolicy.json"] {
            try home.put(file, Self.policy(stores: ["ca:main"]))
        }
        unsafe chmod(home.path, 0o755)
    }

    static func policy(stores: [String], identities: [String] = ["*"]) -> [UInt8] {
        let statement: JSON = [
            "name": "all", "registryScopes": ["*"], "signatureVerification": ["level": "strict"],
            "trustStores": .array(stores.map { .string($0) }),
            "trustedIdentities": .array(identities.map { .string($0) }),
        ]
        let document: JSON = ["version": "1.0", "trustPolicies": [statement]]
        return document.serialized()
    }

    func findings(at time: Timestamp = now) throws -> [HomeCheck.Finding] {
        try HomeCheck(home.home, at: time, warningDays: 30).findings
    }

    @Test func `finds nothing in a sound home`() throws {
        let check = try HomeCheck(home.home, at: Self.now, warningDays: 30)
        #expect(check.findings.isEmpty)
        #expect(check.passes)
        #expect(check.policies == [.images])
        #expect(check.stores == [main])
    }

    @Test(arguments: [
        ".", "trustpolicy.oci.json", "truststore", "truststore/x509/ca/main",
        "truststore/x509/ca/main/root.pem",
    ]) func `finds what others may change`(_ path: String) throws {
        unsafe chmod("\(home.path)/\(path)", path.hasSuffix("n") || path == "." ? 0o775 : 0o757)
        #expect(try findings() == [.exposed(path: path)])
        #expect(try !HomeCheck(home.home, at: Self.now, warningDays: 30).passes)
    }

    @Test func `finds settings that cannot be used, or not with the policy`() throws {
        func put(_ text: String) throws { try home.put("verification.json", Array(text.utf8)) }
        try put(#"{"version": "1.0", "requireExpiry": true}"#)
        #expect(try findings().isEmpty)
        try put(#"{"version": "1.0", "requireExpire": true}"#)
        let path = "\(home.path)/verification.json"
        #expect(
            try findings() == [
                .settings(.shape(path: path, .unknownMember(path: "requireExpire")))
            ])
        try put(
            #"{"version": "1.0", "requiredSignatures": [{"policies": ["a"], "threshold": 1, "#
                + #""signers": [{"name": "b", "identities": ["x509.subject:C=a,ST=b,O=c"]}]}]}"#)
        #expect(
            try findings() == [
                .settings(.settings(path: path, .conflict(.unknownPolicy("a"))))
            ])
        #expect(try !HomeCheck(home.home, at: Self.now, warningDays: 30).passes)
    }

    @Test func `finds a link in a policy's place, and in a store (R4)`() throws {
        home.link("trustpolicy.blob.json", to: "trustpolicy.json")
        home.link("truststore/x509/ca/main/b.pem", to: "root.pem")
        let link = "truststore/x509/ca/main/b.pem"
        #expect(
            try findings() == [
                .wrongKind(path: "trustpolicy.blob.json"), .wrongKind(path: link),
                .store(main, .notAFile(name: "b.pem"), namedBy: ["all"]),
            ])
    }

    @Test func `finds each thing that is wrong with a policy (Y4, Y5)`() throws {
        try home.put("trustpolicy.oci.json", Self.policy(stores: ["x", "y"], identities: []))
        let rules = try findings().filter { $0.weight == .problem }.map(\.rule)
        #expect(rules == ["Y5", "Y5", "Y4"])
    }

    @Test func `R9: finds a store that a policy names and that is not there`() throws {
        try home.put("trustpolicy.oci.json", Self.policy(stores: ["ca:main", "ca:other"]))
        try home.put("trustpolicy.json", Self.policy(stores: ["ca:main", "ca:other"]))
        let other = try #require(TrustStoreName("ca:other"))
        #expect(try findings() == [.store(other, .missing, namedBy: ["all"])])
    }

    @Test func `R7: finds a store that cannot be used, though no policy names it`() throws {
        let signer = try TestCertificate(
            "leaf", issuer: TestCertificate("other"), extensions: TestCertificate.leaf)
        try home.put("truststore/x509/ca/other/leaf.pem", signer.certificate.pem)
        let other = try #require(TrustStoreName("ca:other"))
        let fingerprint = signer.certificate.sha256Fingerprint
        let fault = TrustStoreFault.unfit(.notAnAuthority(fingerprint: fingerprint))
        #expect(try findings() == [.store(other, fault, namedBy: [])])
    }

    @Test func `R2, R12: finds strays, and stores that no policy names`() throws {
        try home.put("truststore/x509/CA/main/root.pem", root.pem)
        try home.put("truststore/x509/ca/a b/root.pem", root.pem)
        try home.put("truststore/x509/tsa/times/root.pem", root.pem)
        let times = try #require(TrustStoreName("tsa:times"))
        #expect(
            try findings() == [
                .stray(path: "truststore/x509/CA"), .stray(path: "truststore/x509/ca/a b"),
                .unusedStore(times),
            ])
    }

    @Test func `warns of certificates whose time has not come, is over, or nearly so`() throws {
        let end = TestCertificate.notAfter
        #expect(try findings(at: end) == [.expiring(main, file: "root.pem", root)])
        #expect(
            try findings(at: end.adding(seconds: 1)) == [.expired(main, file: "root.pem", root)])
        #expect(
            try findings(at: TestCertificate.notBefore.adding(seconds: -1))
                == [.notYetValid(main, file: "root.pem", root)])
        #expect(try findings(at: end.adding(seconds: -31 * 86_400)).isEmpty)
    }

    @Test func `Y6, R10: warns of a statement that can trust nobody`() throws {
        try home.put("truststore/x509/tsa/times/root.pem", root.pem)
        let policy = Self.policy(stores: ["tsa:times"], identities: ["plugin:x"])
        for file in ["trustpolicy.oci.json", "trustpolicy.json"] { try home.put(file, policy) }
        #expect(
            try findings() == [
                .noAuthorities(.images, statement: "all"),
                .foreignIdentity(.images, statement: "all", identity: "plugin:x"),
                .unusedStore(main),
            ])
    }

    @Test func `R4, R5: notes the stores that stock notation refuses`() throws {
        try home.put("truststore/x509/ca/main/README.md", "text")
        try home.put("truststore/x509/ca/main/sub/root.pem", root.pem)
        #expect(try findings() == [.notationRefusesStore(main, names: ["README.md", "sub"])])
        #expect(try HomeCheck(home.home, at: Self.now, warningDays: 30).passes)
    }

    @Test func `warns where there is no policy, or a second one that nobody reads`() throws {
        try home.put("trustpolicy.json", Self.policy(stores: ["ca:main"], identities: ["x:y"]))
        #expect(try findings() == [.shadowedPolicy])
        try home.folder.remove("trustpolicy.json")
        #expect(try findings() == [.notationMissesPolicy])
        try home.folder.remove("trustpolicy.oci.json")
        #expect(try findings() == [.noImagePolicy, .unusedStore(main)])
    }
}

@Suite(.enabled(if: VectorFolder.shared.isPresent, "the shared vectors are not here"))
struct `A check of the shared trust stores` {
    @Test func `R4, R5: notes exactly the usable ones that stock notation refused`() throws {
        let main = try #require(TrustStoreName("ca:main"))
        var noted: [String] = []
        for place in try VectorFolder.shared.json("cases.json").array()
        where try place.member("category").string() == "L" {
            let id = try place.member("id").string()
            let path = VectorFolder.shared.path(try place.member("truststore").string())
            // A copy may have lost empty folders.
            guard FileSystem.real.kind(at: path) == .folder else { continue }
            let home = try Home.open(at: path)
            guard case .usable = try home.trustStore(main) else { continue }
            let findings = try HomeCheck(home, at: `A check of a home`.now, warningDays: 30)
                .findings
            let isNoted = findings.contains { finding in
                guard case .notationRefusesStore(main, _) = finding else { return false }
                return true
            }
            let isVerified = try place.member("expect").member("verdict").string() == "verified"
            let status = try place.member("notation").member("head").member("exit").integer()
            if isVerified { #expect(isNoted == (status != 0), "\(id)") }
            if isNoted { noted.append(id) }
        }
        #expect(noted.count >= 3, "\(noted)")
    }
}

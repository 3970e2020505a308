import Testing
import Trust

@Suite struct `The difference between two policies` {
    static func policy(_ statements: [String]) throws -> TrustPolicyDocument {
        let text = statements.joined(separator: ",")
        return try TrustPolicyDocument(
            parsing: Array("{\"version\":\"1.0\",\"trustPolicies\":[\(text)]}".utf8), as: .oci)
    }

    static func statement(_ name: String, level: String = "strict", store: String = "ca:x")
        -> String
    {
        """
        {"name": "\(name)", "registryScopes": ["a.example/\(name)"],
        "signatureVerification": {"level": "\(level)"}, "trustStores": ["\(store)"],
        "trustedIdentities": ["*"]}
        """
    }

    @Test func `names statements that come, go, and change`() throws {
        let old = try Self.policy([Self.statement("a"), Self.statement("b")])
        let new = try Self.policy([
            Self.statement("c"), Self.statement("b", level: "audit", store: "ca:y"),
        ])
        let difference = TrustPolicyDifference(from: old, to: new)
        #expect(
            difference.changes == [
                .removed(name: "a"),
                .changed(name: "b", member: "level", from: "strict", to: "audit"),
                .changed(
                    name: "b", member: "actions",
                    from: "integrity enforce, authenticity enforce, authenticTimestamp enforce, "
                        + "expiry enforce, revocation enforce",
                    to: "integrity enforce, authenticity log, authenticTimestamp log, "
                        + "expiry log, revocation log"),
                .changed(name: "b", member: "trustStores", from: "ca:x", to: "ca:y"),
                .added(name: "c"),
            ])
        #expect(TrustPolicyDifference(from: nil, to: old).changes.count == 2)
        #expect(TrustPolicyDifference(from: old, to: old).changes.isEmpty)
    }
}

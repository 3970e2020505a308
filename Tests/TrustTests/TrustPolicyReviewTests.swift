import Encodings
import TestSupport
import Testing
import Trust

@Suite struct `The review of a policy` {
    static func review(_ text: String, as kind: TrustPolicyDocument.Kind = .oci)
        -> TrustPolicyReview
    {
        TrustPolicyReview(of: Array(text.utf8), as: kind)
    }

    func told(_ review: TrustPolicyReview) -> [String] {
        review.findings.map { finding in
            let place = finding.line.map { "line \($0)" } ?? finding.path
            return "\(finding.error.rule) \(place) \(finding.error.notationView)"
        }
    }

    @Test func `has nothing to say of an acceptable one`() {
        let review = Self.review(
            """
            {"version": "1.0", "trustPolicies": [{"name": "a", "registryScopes": ["a.example/b"],
            "signatureVerification": {"level": "strict"}, "trustStores": ["ca:x"],
            "trustedIdentities": ["*"]}]}
            """)
        #expect(review.findings.isEmpty)
        #expect(review.policy?.statements.count == 1)
    }

    @Test func `tells everything that is wrong, with its place and rule`() {
        let review = Self.review(
            """
            {"version": "1.0", "remark": 1, "trustPolicies": [
              {"name": "", "registryScopes": ["A", "a.example/b", "a.example/b"], "hint": 1,
               "signatureVerification": {"level": "strict", "verifyTimestamp": "never",
                 "override": {"integrity": "log", "expiry": "skip"}, "Level": 1},
               "trustStores": ["ca:x", "ca:.", "x"],
               "trustedIdentities": ["x", "x509.subject: C=a, ST=b, O=c, L=d",
                 "x509.subject: C=a, ST=b, O=c, OU=e"]},
              {"name": "", "registryScopes": ["*"], "signatureVerification": {"level": "skip",
                 "override": {"expiry": "log"}}, "trustStores": ["ca:x"]},
              {"name": "c", "registryScopes": ["*", "*"],
               "signatureVerification": {"level": "lax"}},
              {"name": 1}]}
            """)
        #expect(review.policy == nil)
        #expect(
            told(review) == [
                "Y19 remark accepts",
                "Y19 trustPolicies[0].hint accepts",
                "Y19 trustPolicies[0].signatureVerification.Level accepts",
                "Y1 trustPolicies[0].name refuses",
                "Y2 trustPolicies[0].signatureVerification.override.integrity refuses",
                "Y2 trustPolicies[0].signatureVerification.override.expiry refuses",
                "Y3 trustPolicies[0].signatureVerification.verifyTimestamp refuses",
                "Y12 trustPolicies[0].registryScopes[0] refuses",
                "Y5 trustPolicies[0].trustStores[1] accepts",
                "Y5 trustPolicies[0].trustStores[2] refuses",
                "Y6 trustPolicies[0].trustedIdentities[0] refuses",
                "Y9 trustPolicies[0].trustedIdentities[2] accepts",
                "Y1 trustPolicies[1].name refuses",
                "Y2 trustPolicies[1].signatureVerification.override refuses",
                "Y4 trustPolicies[1].trustStores refuses",
                "Y14 trustPolicies[1].registryScopes accepts",
                "Y1 trustPolicies[2].signatureVerification.level refuses",
                "Y12 trustPolicies[2].registryScopes refuses",
                "Y4 trustPolicies[2].trustStores refuses",
                "Y4 trustPolicies[2].trustedIdentities refuses",
                "Y19 trustPolicies[3].name depends",
                "Y13 trustPolicies[0].registryScopes[2] refuses",
                "Y1 trustPolicies[1].name refuses",
                "Y13 trustPolicies[2].registryScopes[0] refuses",
                "Y13 trustPolicies[2].registryScopes[1] refuses",
            ])
    }

    @Test func `Y15: tells the second global statement and a global skip of a policy for blobs`() {
        let review = Self.review(
            """
            {"version": "1.0", "trustPolicies": [
              {"name": "a", "globalPolicy": true, "signatureVerification": {"level": "skip"}},
              {"name": "b", "globalPolicy": true, "signatureVerification": {"level": "strict"},
               "trustStores": ["ca:x"], "trustedIdentities": ["*"]}]}
            """, as: .blob)
        #expect(
            told(review) == [
                "Y15 trustPolicies[0].globalPolicy accepts",
                "Y15 trustPolicies[1].globalPolicy refuses",
            ])
    }

    @Test(arguments: [
        ("", "Y19  refuses"), ("\u{FEFF}{}", "Y19 line 1 refuses"),
        ("{\n\"version\": \"1.0\",\n}", "Y19 line 3 refuses"),
        ("{\"version\": \"1.0\", \"version\": \"1.0\"}", "Y19  accepts"),
        ("{\"version\": \"2.0\"}", "Y1 version refuses"), ("[]", "Y19  depends"),
        ("{\"version\": \"1.0\", \"trustPolicies\": []}", "Y1 trustPolicies refuses"),
        ("{\"version\": \"1.0\", \"trustPolicies\": []}\nx", "Y19 line 2 accepts"),
    ]) func `tells what is no policy at all`(_ text: String, _ finding: String) {
        #expect(told(Self.review(text)) == [finding])
    }
}

@Suite(.enabled(if: VectorFolder.shared.isPresent, "the shared vectors are not here"))
struct `The review of the shared policies` {
    struct Document: Sendable, CustomTestStringConvertible {
        let name: String
        let kind: TrustPolicyDocument.Kind
        /// Whether stock notation loaded it, as measured.
        let isLoaded: Bool
        var testDescription: String { name }
    }

    /// Every policy of the cases that were run for their policy.
    static func documents() throws -> [Document] {
        var documents: [Document] = []
        for place in try VectorFolder.shared.json("cases.json").array() {
            guard case .string(let path) = try place.member("policy").value else { continue }
            let category = try place.member("category").string()
            let run = try place.member("notation").optional("head")
            guard let run, case .object = run.value else { continue }
            let status = try run.member("exit").integer()
            let imported = try place.member("notation").optional("head_policy_import")
            let isImported = try imported.map { try $0.member("exit").integer() == 0 }
            let isExpected =
                try place.member("expect").member("verdict").string() != "invalid-config"
            // A verdict on a signature says nothing of the policy; a failed one of an invalid
            // policy is its refusal. A panic comes after it was loaded.
            let isLoaded =
                isExpected || status == 0 || status == 2 || isImported == true
            documents.append(
                Document(
                    name: path, kind: category == "M" ? .blob : .oci, isLoaded: isLoaded))
        }
        return documents
    }

    @Test func `agrees with the reader, and with what stock notation did`() throws {
        var count = 0
        for document in try Self.documents() {
            let bytes = try VectorFolder.shared.bytes(document.name)
            let review = TrustPolicyReview(of: bytes, as: document.kind)
            let isRead = (try? TrustPolicyDocument(parsing: bytes, as: document.kind)) != nil
            #expect((review.policy != nil) == isRead, "\(document)")
            #expect(review.findings.isEmpty == isRead, "\(document)")
            count += 1
            guard !isRead else { continue }
            let views = review.findings.map(\.error.notationView)
            if views.contains(.refuses) {
                #expect(!document.isLoaded, "\(document): \(review.findings)")
            }
            if views.allSatisfy({ $0 == .accepts }) {
                #expect(document.isLoaded, "\(document): \(review.findings)")
            }
        }
        #expect(count > 200)
    }
}

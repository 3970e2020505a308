import Configuration
import Cryptography
import TestSupport
import Testing
import Trust
import X509

@Suite struct `Settings of verification` {
    private let box: Box

    init() throws {
        box = try Box()
        try box.write(
            Array(
                """
                {"version": "1.0", "trustPolicies": [
                  {"name": "images", "registryScopes": ["*"],
                   "signatureVerification": {"level": "strict"}, "trustStores": ["ca:main"],
                   "trustedIdentities": ["*"]},
                  {"name": "free", "registryScopes": ["site.example/free"],
                   "signatureVerification": {"level": "skip"}}]}
                """.utf8), to: "trustpolicy.oci.json")
    }

    private func settings(_ text: String) throws -> VerificationSettings {
        try box.write(Array(text.utf8), to: "verification.json")
        return try Home.open(at: box.path("")).imageTrust().settings
    }

    private func failure(_ text: String) -> VerificationSettingsError? {
        do {
            _ = try settings(text)
            return nil
        } catch ConfigurationError.settings(_, let error) {
            return error
        } catch {
            Issue.record("\(error)")
            return nil
        }
    }

    private static func required(_ policies: String) -> String {
        """
        {"policies": [\(policies)], "threshold": 1, "signers": [
          {"name": "build", "identities": ["x509.subject: C=DE, ST=BE, O=Example"]}]}
        """
    }

    @Test(arguments: [
        #"{"version": "1.0", "requireExpiri": true}"#, #"{"requireExpiry": true}"#,
        #"{"version": "1.1"}"#, #"{"version": "1.0", "requireExpiry": 1}"#,
        #"{"version": "1.0", "requireExpiry": true, "requireExpiry": false}"#,
        #"{"version": "1.0", "keySpecs": "EC-256"}"#, #"{"version": "1.0"} "# + "x", "",
    ])
    func `are no guess`(_ text: String) throws {
        #expect(throws: ConfigurationError.self) { try settings(text) }
    }

    @Test func `are refused with what they ask for`() {
        #expect(failure(#"{"version": "1.0", "keySpecs": []}"#) == .noKeySpecs)
        #expect(failure(#"{"version": "1.0", "keySpecs": ["ec-256"]}"#) == .keySpec("ec-256"))
        #expect(
            failure(#"{"version": "1.0", "keySpecs": ["EC-256", "EC-256"]}"#) == .keySpec("EC-256"))
        func conflict(_ policies: String...) -> VerificationSettingsError? {
            let list = policies.map(Self.required).joined(separator: ",")
            return failure(#"{"version": "1.0", "requiredSignatures": [\#(list)]}"#)
        }
        #expect(conflict(#""imges""#) == .conflict(.unknownPolicy("imges")))
        #expect(conflict(#""free""#) == .conflict(.skippedPolicy("free")))
        #expect(
            conflict(#""images""#, #""images""#) == .conflict(.requiredTwice(policy: "images")))
        #expect(conflict(#""images", "images""#) == .conflict(.requiredTwice(policy: "images")))
        #expect(conflict("") == .requirement(.noPolicies))
        #expect(conflict(#""images""#) == nil)
    }

    @Test func `are what the file says, and nothing without one`() throws {
        let none = try Home.open(at: box.path("")).imageTrust()
        #expect(none.settingsDigest == nil)
        #expect(none.settings.requiredSignatures(of: "images") == nil)
        let text = """
            {"version": "1.0", "requireExpiry": true, "keySpecs": ["EC-384", "RSA-3072"],
             "strictTrustStores": true, "requiredSignatures": [\(Self.required("\"images\""))]}
            """
        let settings = try settings(text)
        #expect(settings.requiresExpiry)
        #expect(settings.hasStrictTrustStores)
        #expect(settings.keySpecs == [.ec384, .rsa3072])
        #expect(settings.requiredSignatures(of: "images")?.signers.map(\.name) == ["build"])
        let trust = try Home.open(at: box.path("")).imageTrust()
        #expect(try trust.settingsDigest == BlobHasher.digest(of: Array(text.utf8)))
    }

    @Test func `R4, R5: may want nothing but certificates in a trust store`() throws {
        let root = try TestCertificate("CN=root").certificate
        try box.write(Array(root.pem.utf8), to: "truststore/x509/ca/main/root.pem")
        try box.write([], to: "truststore/x509/ca/main/README")
        let name = try #require(TrustStoreName("ca:main"))
        let open = try Home.open(at: box.path("")).imageTrust().store(name)
        #expect(open == .usable(try TrustedCertificates([root], for: .ca), ignored: ["README"]))
        _ = try settings(#"{"version": "1.0", "strictTrustStores": true}"#)
        let strict = try Home.open(at: box.path("")).imageTrust().store(name)
        #expect(strict == .unusable(.foreignEntry(name: "README")))
    }
}

import Encodings
import Testing
import Trust

@Suite struct `Trust policy documents` {
    struct Spoilt: Sendable, CustomTestStringConvertible {
        let rule: String
        let members: [String: JSON?]
        let fault: TrustPolicyFault
        var testDescription: String { "\(rule) \(fault)" }

        init(_ rule: String, _ members: [String: JSON?], _ fault: TrustPolicyFault) {
            self.rule = rule
            self.members = members
            self.fault = fault
        }
    }

    static let spoilt = [
        Spoilt("Y1", ["signatureVerification": ["level": "STRICT"]], .unknownLevel("STRICT")),
        Spoilt("Y1", ["signatureVerification": ["level": ""]], .unknownLevel("")),
        Spoilt(
            "Y2", ["signatureVerification": ["level": "strict", "override": ["foo": "log"]]],
            .unknownValidation("foo")),
        Spoilt(
            "Y2", ["signatureVerification": ["level": "strict", "override": ["payload": "log"]]],
            .unknownValidation("payload")),
        Spoilt(
            "Y2", ["signatureVerification": ["level": "strict", "override": ["Expiry": "log"]]],
            .unknownValidation("Expiry")),
        Spoilt(
            "Y2", ["signatureVerification": ["level": "audit", "override": ["integrity": "log"]]],
            .overrideOfIntegrity),
        Spoilt(
            "Y2", ["signatureVerification": ["level": "strict", "override": ["expiry": "Log"]]],
            .unknownAction(.expiry, "Log")),
        Spoilt(
            "Y2", ["signatureVerification": ["level": "strict", "override": ["expiry": "skip"]]],
            .forbiddenSkip(.expiry)),
        Spoilt(
            "Y2",
            ["signatureVerification": ["level": "strict", "override": ["authenticity": "skip"]]],
            .forbiddenSkip(.authenticity)),
        Spoilt(
            "Y3", ["signatureVerification": ["level": "strict", "verifyTimestamp": "Always"]],
            .unknownVerifyTimestamp("Always")),
        Spoilt("Y4", ["trustStores": []], .noTrustStores),
        Spoilt("Y4", ["trustStores": nil], .noTrustStores),
        Spoilt("Y4", ["trustedIdentities": []], .identities(.none)),
        Spoilt("Y5", ["trustStores": ["CA:main"]], .malformedTrustStore("CA:main")),
        Spoilt("Y5", ["trustStores": ["main"]], .malformedTrustStore("main")),
        Spoilt("R2", ["trustStores": ["ca:.."]], .malformedTrustStore("ca:..")),
        Spoilt("R2", ["trustStores": ["ca:a/b"]], .malformedTrustStore("ca:a/b")),
        Spoilt("R2", ["trustStores": ["ca:ma\u{0}in"]], .malformedTrustStore("ca:ma\u{0}in")),
        Spoilt("Y6", ["trustedIdentities": [""]], .identities(.empty)),
        Spoilt("Y6", ["trustedIdentities": ["x"]], .identities(.withoutPrefix("x"))),
        Spoilt("Y6", ["trustedIdentities": ["*", "a:b"]], .identities(.wildcardBesideOthers)),
        Spoilt("Y12", ["registryScopes": []], .noScopes),
        Spoilt("Y12", ["registryScopes": ["*", "a.test/b"]], .wildcardBesideOtherScopes),
        Spoilt("Y12", ["registryScopes": ["a.test/*"]], .malformedScope("a.test/*")),
    ]

    @Test(arguments: spoilt)
    func `are refused for one spoilt member of a statement`(_ spoilt: Spoilt) {
        #expect(throws: TrustPolicyError.statement(name: "images", spoilt.fault)) {
            try PolicyText.read(PolicyText.with(spoilt.members))
        }
    }

    static let skips = [
        Spoilt(
            "Y2", ["signatureVerification": ["level": "skip", "override": ["expiry": "log"]]],
            .overrideOfSkip),
        Spoilt("Y4", ["trustStores": ["ca:main"]], .trustBesideSkip),
        Spoilt("Y4", ["trustedIdentities": ["*"]], .trustBesideSkip),
        Spoilt("Y14", ["registryScopes": ["*"]], .skipOfEverything),
    ]

    @Test(arguments: skips)
    func `are refused for a level skip that says more or reaches too far`(_ spoilt: Spoilt) {
        #expect(throws: TrustPolicyError.statement(name: "images", spoilt.fault)) {
            try PolicyText.read(PolicyText.with(spoilt.members, in: PolicyText.skip))
        }
    }

    @Test func `the rule that a fault names is the one of the list`() {
        for spoilt in Self.spoilt + Self.skips where !spoilt.rule.hasPrefix("R") {
            #expect(spoilt.fault.rule == spoilt.rule, "\(spoilt.fault)")
        }
    }

    static let misshapen: [(String, JSONShapeError)] = [
        (#"{"trustPolicies":[]}"#, .missing(path: "version")),
        (#"{"version":1.0}"#, .unexpected(path: "version", expected: "a string")),
        (#"{"version":"1.0"}"#, .missing(path: "trustPolicies")),
        (
            #"{"version":"1.0","trustPolicies":{}}"#,
            .unexpected(path: "trustPolicies", expected: "an array")
        ),
        (#"{"version":"1.0","trustPolicies":[],"extra":1}"#, .unknownMember(path: "extra")),
        (#"{"version":"1.0","TrustPolicies":[]}"#, .unknownMember(path: "TrustPolicies")),
        (
            #"{"version":"1.0","trustPolicies":[null]}"#,
            .unexpected(path: "trustPolicies[0]", expected: "an object")
        ),
        (
            #"{"version":"1.0","trustPolicies":[{"globalPolicy":true}]}"#,
            .unknownMember(path: "trustPolicies[0].globalPolicy")
        ),
        ("[]", .unexpected(path: "the document", expected: "an object")),
    ]

    @Test(arguments: misshapen)
    func `Y19: are refused for a member that is missing, unknown or of another type`(
        _ text: String, _ error: JSONShapeError
    ) {
        #expect(throws: TrustPolicyError.shape(error)) {
            try TrustPolicyDocument(parsing: Array(text.utf8), as: .oci)
        }
    }

    static let ambiguous: [(String, JSONError)] = [
        ("", .truncated),
        ("\u{FEFF}{}", .byteOrderMark),
        (#"{"version":"1.0"} {}"#, .trailingBytes(offset: 18)),
        (#"{"version":"1.0","version":"1.0"}"#, .duplicateName("version")),
        (#"{"version":"1.0","v\u0065rsion":"1.0"}"#, .duplicateName("version")),
    ]

    @Test(arguments: ambiguous)
    func `Y19: are refused where two readers could differ`(_ text: String, _ error: JSONError) {
        #expect(throws: TrustPolicyError.json(error)) {
            try TrustPolicyDocument(parsing: Array(text.utf8), as: .oci)
        }
    }

    @Test(arguments: ["2.0", "1", "1.0.0", " 1.0", ""])
    func `Y1: are refused in any other version, by its name`(_ version: String) {
        let document: JSON = ["version": .string(version), "unknown": true]
        #expect(throws: TrustPolicyError.unsupportedVersion(version)) {
            try TrustPolicyDocument(parsing: document.serialized(), as: .oci)
        }
    }

    @Test func `Y1: are refused without statements and with two of one name`() {
        #expect(throws: TrustPolicyError.noStatements) { try PolicyText.read() }
        let other = PolicyText.with(["registryScopes": ["registry.test/other"]])
        #expect(throws: TrustPolicyError.duplicateName("images")) {
            try PolicyText.read(PolicyText.with([:]), other)
        }
    }

    @Test func `Y13: are refused when a scope stands twice, in two statements or in one`() {
        #expect(throws: TrustPolicyError.duplicateScope("registry.test/app")) {
            try PolicyText.read(PolicyText.with([:]), PolicyText.with(["name": "b"]))
        }
        let twice: JSON = ["registry.test/app", "registry.test/app"]
        #expect(throws: TrustPolicyError.duplicateScope("registry.test/app")) {
            try PolicyText.read(PolicyText.with(["registryScopes": twice]))
        }
        let everywhere: [String: JSON?] = ["registryScopes": ["*"]]
        let again: [String: JSON?] = ["registryScopes": ["*"], "name": "b"]
        #expect(throws: TrustPolicyError.duplicateScope("*")) {
            try PolicyText.read(PolicyText.with(everywhere), PolicyText.with(again))
        }
    }

    @Test func `Y16: prefer the statement that names the scope to the one for all`()
        throws
    {
        let document = try PolicyText.read(
            PolicyText.with(["name": "rest", "registryScopes": ["*"]]), PolicyText.with([:]))
        let named = document.statement(for: try RegistryScope("registry.test/app"))
        #expect(named?.name == "images")
        for other in ["registry.test/app/x", "registry.test/ap", "REGISTRY.TEST/app"] {
            #expect(document.statement(for: try RegistryScope(other))?.name == "rest")
        }
    }

    @Test func `Y16: choose none where no statement names the scope`() throws {
        let document = try PolicyText.read(PolicyText.with([:]))
        #expect(document.statement(for: try RegistryScope("registry.test/other")) == nil)
    }

    @Test func `R10: list a store once that is named twice`() throws {
        let document = try PolicyText.read(
            PolicyText.with(["trustStores": ["ca:main", "tsa:t", "ca:main"]]))
        #expect(document.statements.first?.trustStores.map(\.description) == ["ca:main", "tsa:t"])
    }

    @Test func `are named by the digest of their bytes`() throws {
        let document = try PolicyText.read(PolicyText.with([:]))
        let spaced = try TrustPolicyDocument(parsing: document.bytes + [10], as: .oci)
        #expect(try document.digest() != spaced.digest())
    }
}

@Suite struct `Blob policy documents` {
    static func read(_ statements: JSON...) throws(TrustPolicyError) -> TrustPolicyDocument {
        let document: JSON = ["version": "1.0", "trustPolicies": .array(statements)]
        return try TrustPolicyDocument(parsing: document.serialized(), as: .blob)
    }

    static func statement(_ name: String, isGlobal: Bool? = nil, level: String = "strict") -> JSON {
        var statement: JSONObject = [
            "name": .string(name), "signatureVerification": ["level": .string(level)],
        ]
        if let isGlobal { statement["globalPolicy"] = .boolean(isGlobal) }
        if level != "skip" {
            statement["trustStores"] = ["ca:main"]
            statement["trustedIdentities"] = ["*"]
        }
        return .object(statement)
    }

    @Test func `Y15: are refused with two global statements`() {
        #expect(throws: TrustPolicyError.secondGlobalPolicy(name: "b")) {
            try Self.read(
                Self.statement("a", isGlobal: true), Self.statement("b", isGlobal: true))
        }
    }

    @Test func `Y15: are refused with a global statement at level skip`() {
        #expect(throws: TrustPolicyError.statement(name: "a", .skipOfEveryBlob)) {
            try Self.read(Self.statement("a", isGlobal: true, level: "skip"))
        }
    }

    @Test func `Y17: choose by exact name, else the global statement`() throws {
        let document = try Self.read(
            Self.statement("a"), Self.statement("b", isGlobal: true),
            Self.statement("c", isGlobal: false, level: "skip"))
        #expect(document.blobStatement(named: "a")?.name == "a")
        #expect(document.blobStatement(named: nil)?.name == "b")
        #expect(document.blobStatement(named: "A") == nil)
        #expect(try Self.read(Self.statement("a")).blobStatement(named: nil) == nil)
    }
}

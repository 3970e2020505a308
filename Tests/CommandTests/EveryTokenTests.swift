import Encodings
import Testing

/// One life of a key, from an empty token to an empty token, on every kind of token that could be
/// had: docs/tokens.md tells what each is like.
@Suite struct `From key generate to key delete` {
    @Test func `SoftHSM`() async throws {
        try await KeyLife.run(on: .softHSM, types: ["p521", "rsa3072"])
    }

    @Test(
        .enabled(if: TestedToken.nss.missing == nil, "\(TestedToken.nss.missing ?? "") is missing"))
    func `NSS softokn`() async throws {
        try await KeyLife.run(on: .nss, types: ["p256", "rsa2048"])
    }

    @Test(
        .enabled(if: TestedToken.tpm.missing == nil, "\(TestedToken.tpm.missing ?? "") is missing"))
    func `tpm2-pkcs11 with swtpm`() async throws {
        let site = try await KeyLife.run(on: .tpm, types: ["p256", "p384"])
        // The module decrypts to sign with RSA, which a key that only signs does not do. It refuses
        // that, or calls a function that is not there and takes the process with it: never a key.
        let refused = try await site.run(
            "airseal key generate --key \(site.key("r")) --type rsa2048; exit $?")
        #expect(refused.output.isEmpty)
        guard refused.status != 139 else { return }
        #expect(refused.status == 2)
        #expect(refused.errors.contains("will not sign with it (C_Sign: "))
        #expect(refused.errors.contains("the key is removed again"))
    }

    @Test(
        .enabled(
            if: TestedToken.opencryptoki.missing == nil,
            "\(TestedToken.opencryptoki.missing ?? "") is missing"))
    func `opencryptoki`() async throws {
        let site = try await KeyLife.run(on: .opencryptoki, types: ["rsa2048"])
        let refused = try await site.run("airseal key generate --key \(site.key("e")) --type p256")
        #expect(refused.status == 2)
        #expect(refused.errors.contains("refused C_GenerateKeyPair: CKR_MECHANISM_INVALID"))
    }

    @Test(
        .enabled(
            if: TestedToken.remote.missing == nil,
            "\(TestedToken.remote.missing ?? "") is missing"))
    func `p11-kit server, the token another user's`() async throws {
        try await KeyLife.run(on: .remote, types: ["p384", "rsa2048"])
    }
}

/// The life itself.
enum KeyLife {
    /// Lives it once for each kind of key; the last key is gone at the end.
    @discardableResult
    static func run(on token: TestedToken, types: [String]) async throws -> Site {
        let site = try await Site(on: token)
        try await makeAuthority(site)
        try await site.trust(["ca.pem"])
        for type in types {
            try await generate(site, type)
            try await probe(site, type)
            try await certify(site, type)
            try await sign(site, type)
            try await delete(site, type)
        }
        let kinds = try await site.yes("airseal audit show --json").json.array().map {
            try $0.member("kind").string()
        }
        let one = [
            "key-generate", "key-generated", "key-request", "key-install", "sign", "sign",
            "key-delete",
        ]
        // A kind that the token cannot make is in the record as asked for and not completed.
        #expect(
            kinds.split(separator: ["key-generate", "incomplete"]).joined()
                .elementsEqual(types.flatMap { _ in one }), "\(kinds)")
        return site
    }

    /// The labels of the private keys on the token.
    static func labels(_ site: Site) async throws -> [String] {
        let listed = try await site.yes("airseal key list --key \(site.anyKey) --json")
        return try listed.json.array().flatMap { token in
            try token.member("keys").array().map { try $0.member("label").string() }
        }
    }

    /// A root and an authority below it, made by openssl.
    static func makeAuthority(_ site: Site) async throws {
        try await site.yes(
            """
            cat > ca.cnf <<'END'
            [req]
            distinguished_name = name
            prompt = no
            [name]
            C = CH
            ST = Bern
            O = Example
            CN = Example root
            [authority]
            basicConstraints = critical, CA:TRUE
            keyUsage = critical, keyCertSign, cRLSign
            END
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-384 -nodes -keyout ca.key \
                -out ca.pem -config ca.cnf -extensions authority -days 30
            sed -i 's/Example root/Example issuer/' ca.cnf
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout issuer.key \
                -out issuer.csr -config ca.cnf
            openssl x509 -req -in issuer.csr -CA ca.pem -CAkey ca.key -days 20 -out issuer.pem \
                -extfile ca.cnf -extensions authority
            """)
    }

    private static func generate(_ site: Site, _ type: String) async throws {
        let key = site.key(type)
        let made = try await site.yes("airseal key generate --key \(key) --type \(type) --json")
            .json
        let attributes = try made.member("attributes")
        for (name, value) in [
            ("CKA_SENSITIVE", true), ("CKA_ALWAYS_SENSITIVE", true), ("CKA_EXTRACTABLE", false),
            ("CKA_NEVER_EXTRACTABLE", true), ("CKA_SIGN", true), ("CKA_DECRYPT", false),
            ("CKA_UNWRAP", false), ("CKA_DERIVE", false), ("CKA_SIGN_RECOVER", false),
            ("CKA_PRIVATE", true), ("CKA_TOKEN", true),
        ] {
            #expect(try attributes.member(name).value == .boolean(value), "\(name)")
        }
        let again = try await site.run("airseal key generate --key \(key) --type \(type)")
        #expect(again.status == 2 && again.errors.contains("is on the token already"))
        #expect(try await labels(site) == [type])
        // The URI that is told names this key.
        let uri = try made.member("uri").string()
        let separator = uri.contains("?") ? "&" : "?"
        let listed = try await site.yes(
            "airseal key list --key '\(uri)\(separator)pin-source=file:pin' --json")
        let keys = try listed.json.array().flatMap { try $0.member("keys").array() }
        #expect(keys.count == 1)
        #expect(try keys.first?.member("canSign").value == .boolean(true))
        #expect(try keys.first?.member("type").string() == type)
    }

    private static func probe(_ site: Site, _ type: String) async throws {
        let probe = try await site.yes(
            "airseal key probe --key \(site.key(type)) --seconds 0.05 --json"
        ).json
        #expect(try probe.member("ready").value == .boolean(true))
        #expect(try probe.member("keyTypes").member(type).string() == "proved")
        #expect(try probe.member("signatures").integer(atLeast: 1) >= 1)
        let trials = try probe.member("trials").array()
        let raw = type.hasPrefix("p") ? "CKM_ECDSA" : "CKM_RSA_PKCS_PSS"
        #expect(trials.count == 6)
        for trial in trials {
            let result = try trial.member("result").string()
            if try trial.member("mechanism").string() == raw {
                #expect(result == "verified", "\(trial.value)")
            } else {
                #expect(["verified", "not-offered"].contains(result), "\(trial.value)")
            }
        }
    }

    private static func certify(_ site: Site, _ type: String) async throws {
        let key = site.key(type)
        try await site.yes(
            """
            airseal key request --key \(key) --subject 'CN=\(type),O=Example,ST=Bern,C=CH' \
                --out \(type).csr
            """)
        let shown = try await site.yes("openssl req -in \(type).csr -verify -noout -text")
        #expect((shown.output + shown.errors).contains("verify OK"))
        #expect(shown.output.contains("Subject: C = CH, ST = Bern, O = Example, CN = \(type)\n"))
        for wanted in [
            "Basic Constraints: critical\n                    CA:FALSE\n",
            "Key Usage: critical\n                    Digital Signature\n",
            "Extended Key Usage: \n                    Code Signing\n",
        ] {
            #expect(shown.output.contains(wanted), "\(shown.output)")
        }
        try await site.yes(
            """
            openssl x509 -req -in \(type).csr -CA issuer.pem -CAkey issuer.key -days 10 \
                -copy_extensions copyall -out leaf.pem
            cat leaf.pem issuer.pem ca.pem > \(type).pem
            """)
        try await site.copySample("hello", to: "early")
        let early = try await site.run("airseal sign early:v1 --key \(key); rm -r early")
        #expect(early.errors.contains("no certificate of the key"), "\(early)")
        let install = "airseal key install --key \(key) --chain \(type).pem --json"
        let installed = try await site.yes(install).json
        #expect(try installed.member("added").array().count >= 1)
        let again = try await site.yes(install).json
        #expect(try again.member("added").array().isEmpty)
        #expect(try again.member("present").array().count == 3)
    }

    private static func sign(_ site: Site, _ type: String) async throws {
        try await site.copySample("hello", to: type)
        for format in ["jws", "cose"] {
            try await site.yes(
                "airseal sign \(type):v1 --key \(site.key(type)) --format \(format)")
        }
        let verified = try await site.yes("airseal verify \(type):v1 --scope site.example/hello")
        #expect(
            verified.output.split(separator: "\n").count { $0.contains("verified, signed") } == 2)
    }

    private static func delete(_ site: Site, _ type: String) async throws {
        let delete = "airseal key delete --key \(site.key(type))"
        let refused = try await site.run("\(delete) --confirm other")
        #expect(refused.status == 1 && refused.errors.contains("nobody confirmed"))
        #expect(try await labels(site) == [type])
        let gone = try await site.yes("\(delete) --confirm \(type) --json").json
        #expect(try gone.member("certificates").array().count == 1)
        #expect(try await labels(site) == [])
    }
}

import Encodings
import TestSupport
import Testing

@Suite struct `cert lint` {
    /// A throwaway chain of leaf, authority and root in `chain.pem`, made by openssl; `leaf` and
    /// `authority` are lines of its configuration.
    static func chain(
        _ site: Site, leaf: String = "keyUsage=critical,digitalSignature",
        authority: String = "basicConstraints=critical,CA:TRUE",
        subject: String = "/C=US/ST=WA/O=x/CN=signer"
    ) async throws {
        try await site.yes(
            """
            make() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $1.key \
                -subj "$2" -addext "$3" -addext "$4" -x509 -days 100 ${5:+-CA $5.pem -CAkey $5.key} \
                -out $1.pem 2>> log; }
            make root /CN=root basicConstraints=critical,CA:TRUE keyUsage=critical,keyCertSign
            make authority /CN=authority \(authority) keyUsage=critical,keyCertSign root
            make leaf '\(subject)' basicConstraints=CA:FALSE \(leaf) authority
            cat leaf.pem authority.pem root.pem > chain.pem
            """)
    }

    @Test func `refuses what holds no certificates, and says so with status 2`() async throws {
        let site = try await Site()
        let answer = try await site.run("echo hello > text; airseal cert lint text none.pem --json")
        #expect(answer.status == 2)
        #expect(
            answer.sentences == [
                "airseal: error: text: there is no certificate",
                "airseal: error: none.pem: no such file or folder",
            ])
        for entry in try answer.json.array() {
            #expect(try entry.member("verdict").string() == "undecided")
        }
    }

    @Test func `names the certificate, the reason, and stock notation's view (X7, X12)`()
        async throws
    {
        let site = try await Site()
        try await Self.chain(
            site, leaf: "extendedKeyUsage=serverAuth", authority: "basicConstraints=CA:TRUE")
        let answer = try await site.run("airseal cert lint chain.pem")
        #expect(answer.status == 1)
        #expect(answer.output.hasPrefix("fail: chain.pem, certificates: 3, at "))
        for line in [
            """
              X7 fail: authorities have critical basicConstraints with cA true
                certificate 2 of 3 (CN=authority) has basicConstraints that is not critical
                stock notation accepts this
            """,
            """
              X11 fail: the signer's keyUsage is critical and for signatures only
                certificate 1 of 3 (CN=signer) has no keyUsage
              X12 fail: the signer's extendedKeyUsage, if any, is for code only
                certificate 1 of 3 (CN=signer) has extendedKeyUsage with serverAuth
              X14 pass
            """,
        ] { #expect(answer.output.contains(line), "\(answer.output)") }
    }

    @Test func `says that the order is wrong (X5)`() async throws {
        let site = try await Site()
        try await Self.chain(site)
        let answer = try await site.run(
            "cat root.pem leaf.pem authority.pem > c.pem; airseal cert lint c.pem")
        #expect(answer.status == 1)
        #expect(
            answer.output.contains(
                "  order: the file is not from leaf to root; put its certificates in the order "
                    + "2, 3, 1"))
        let json = try await site.run("airseal cert lint c.pem --json").json.array()
        #expect(try json.first?.member("properOrder").array().count == 3)
    }

    @Test func `X15: asks for validity at another time`() async throws {
        let site = try await Site()
        try await Self.chain(site)
        let answer = try await site.run("airseal cert lint chain.pem --at 2099-01-01T00:00:00Z")
        #expect(answer.status == 1)
        #expect(
            answer.output.contains(
                "X15 fail: every certificate is valid at the time\n"
                    + "    certificate 1 of 3 (CN=signer) is valid from "))
    }

    @Test func `Y11: passes a chain, and says what stock notation could not match`() async throws {
        let site = try await Site()
        try await Self.chain(site, subject: "/C=US/ST=WA/O=x/OU=1/OU=2/CN=signer")
        let answer = try await site.yes("airseal cert lint chain.pem")
        #expect(answer.output.hasPrefix("pass: "))
        #expect(
            answer.output.hasSuffix(
                "  Y11 note: stock notation matches no x509.subject identity with the signer: "
                    + "its subject has OU more than once\n"))
        try await Self.chain(site)
        let json = try await site.yes("airseal cert lint chain.pem --json").json.array()
        let rules = try #require(json.first).member("rules").array()
        #expect(rules.count == 15)
        for rule in rules {
            #expect(try rule.member("result").string() == "pass")
            #expect(try rule.member("notation").string() == "pass")
        }
    }

    @Test func `X13: asks other things of a chain for time stamps`() async throws {
        let site = try await Site()
        try await Self.chain(site)
        let answer = try await site.run("airseal cert lint chain.pem --purpose time-stamping")
        #expect(answer.status == 1)
        #expect(
            answer.output.contains(
                """
                  X13 fail: the signer's extendedKeyUsage is critical and for time stamps only
                    certificate 1 of 3 (CN=signer) has no extendedKeyUsage
                """), "\(answer.output)")
        #expect(!answer.output.contains("X12") && !answer.output.contains("Y11"))
        let json = try await site.run(
            "airseal cert lint chain.pem --purpose time-stamping --json"
        ).json.array()
        let report = try #require(json.first)
        #expect(try report.member("purpose").string() == "time-stamping")
        #expect(try report.member("notationIdentity").value == .null)
        #expect(try await site.run("airseal cert lint chain.pem --purpose code").status == 64)
    }

    @Test func `passes what key generate-test makes`() async throws {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.yes("airseal cert lint signer.pem")
    }
}

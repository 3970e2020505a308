import Encodings
import TestSupport
import Testing

@Suite struct `policy` {
    let site: Site

    init() async throws {
        site = try await Site()
        try await site.yes(
            """
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout root.key -x509 \
                -subj /CN=root -out root.pem 2> log
            airseal trust add --type ca --store site root.pem; rm -r state; mkdir state
            cat > draft.json <<'END'
            {"version": "1.0", "trustPolicies": [{"name": "default",
              "registryScopes": ["site.example/app"], "signatureVerification": {"level": "audit"},
              "trustStores": ["ca:site"], "trustedIdentities": ["*"]}]}
            END
            cat > bad.json <<'END'
            {"version": "1.0", "trustPolicies": [{"name": "all", "registryScopes": ["*"],
              "signatureVerification": {"level": "skip"}, "remark": 1},
              {"name": "b", "registryScopes": ["b"], "signatureVerification": {"level": "strict"},
              "trustStores": ["ca:site"], "trustedIdentities": ["x509.subject: C=US"]}]}
            END
            """)
    }

    static let initial =
        "airseal policy init --store ca:site --identity '*' --scope site.example/app"

    func records() async throws -> Int {
        Int(try await site.yes("cat state/audit.jsonl 2> log | wc -l").output.dropLast()) ?? -1
    }

    /// Runs a line that must end with `status` and say these sentences, and change nothing.
    func refused(
        _ line: String, status: Int32 = 1, _ sentences: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let look = "find home state -type f | sort | xargs sha256sum"
        let before = try await site.yes(look).output
        let answer = try await site.run(line)
        #expect(answer.status == status, "\(answer)", sourceLocation: sourceLocation)
        #expect(
            answer.sentences == sentences.map { "airseal: error: \($0)" },
            sourceLocation: sourceLocation)
        #expect(try await site.yes(look).output == before, sourceLocation: sourceLocation)
    }

    @Test func `init refuses what is no policy (Y5, Y7, Y12, Y14)`() async throws {
        let statement = "the policy statement \"default\":"
        try await refused(
            "airseal policy init --store site --identity '*' --scope '*'", status: 2,
            ["\(statement) \"site\" is no trust store; one is written TYPE:NAME"])
        try await refused(
            "airseal policy init --store ca:site --identity 'x509.subject: C=US, ST=x' --scope '*'",
            status: 2,
            ["\(statement) the trusted identity \"x509.subject: C=US, ST=x\": the subject lacks O"])
        try await refused(
            "airseal policy init --store ca:site --identity '*' --scope site.example", status: 2,
            ["\(statement) \"site.example\" is no scope; one is written REGISTRY/REPOSITORY"])
        try await refused(
            "airseal policy init --level skip --scope '*'", status: 2,
            ["\(statement) it skips verification for every repository"])
    }

    @Test func `init writes a strict policy, once`() async throws {
        let answer = try await site.yes("\(Self.initial) --store ca:other")
        #expect(answer.output == "wrote trustpolicy.oci.json\n  new statement \"default\"\n")
        #expect(
            answer.errors == "airseal: note: the home has no usable trust store ca:other yet\n")
        let statement = try #require(
            site.json("home/trustpolicy.oci.json").member("trustPolicies").array().first)
        #expect(
            try statement.member("signatureVerification").member("level").string() == "strict")
        #expect(try await records() == 1)
        #expect(
            try await site.yes("\(Self.initial) --store ca:other").output
                == "this policy is in force already\n")
        #expect(try await records() == 1)
        try await refused(
            Self.initial, ["another policy is in force in trustpolicy.oci.json"])
        try await site.yes("\(Self.initial) --replace")
        #expect(try await records() == 2)
    }

    @Test func `import tells that verification.json does not fit`() async throws {
        try await site.yes(
            """
            cat > home/verification.json <<'END'
            {"version": "1.0", "requiredSignatures": [{"policies": ["images"], "threshold": 1,
              "signers": [{"name": "a", "identities": ["x509.subject: C=US, ST=WA, O=A"]}]}]}
            END
            """)
        let answer = try await site.yes("airseal policy import draft.json --dry-run --json")
        let fault = try answer.json.member("settingsFault").string()
        #expect(answer.errors == "airseal: note: with this policy no image is verified: \(fault)\n")
        #expect(fault.contains("home/verification.json: signatures are required for the policy"))
        try await site.yes("sed -i 's/images/default/' home/verification.json")
        let fitting = try await site.yes("airseal policy import draft.json --json")
        #expect(try fitting.json.member("settingsFault").value == .null)
        #expect(fitting.errors.isEmpty)
    }

    @Test(.enabled(if: Mounts.areAllowed, "mounting needs root and unshare"))
    func `leaves no record of a change that did not come to pass`() async throws {
        let answer = try await site.run(
            """
            unshare -m bash <<'RUN'
            mount -t tmpfs -o size=64k none home
            head -c 1M /dev/zero > home/full 2> log
            \(Self.initial)
            RUN
            """)
        #expect(answer.status == 2)
        let kinds = try await site.yes("grep -o '\"kind\":\"[a-z-]*\"' state/audit.jsonl")
        #expect(
            kinds.output == """
                "kind":"policy-init"
                "kind":"incomplete"
                "kind":"policy-init"

                """)
    }

    @Test func `init writes a policy for blobs (Y17)`() async throws {
        try await site.yes("airseal policy init --blob --global --store ca:site --identity '*'")
        try await site.yes("airseal policy check")
        #expect(
            try await site.yes("airseal policy show --blob --name default").output
                .contains("  globalPolicy: true\n"))
        #expect(
            try await site.run("airseal policy show --blob --name other").sentences
                == ["airseal: error: the trust policy has no statement called \"other\""])
    }

    @Test func `show tells which statement applies (Y16)`() async throws {
        #expect(try await site.run("airseal policy show").status == 2)
        try await site.yes("airseal policy import draft.json")
        let shown = try await site.yes("airseal policy show --scope site.example/app").output
        #expect(
            shown.hasSuffix(
                """
                statement "default"
                  registryScopes: site.example/app
                  level: audit
                  actions: integrity enforce, authenticity log, authenticTimestamp log, expiry log, \
                revocation log
                  verifyTimestamp: always
                  trustStores: ca:site
                  trustedIdentities: *

                """))
        let json = try await site.yes("airseal policy show --json").json
        #expect(try json.member("statements").array().count == 1)
        let none = try await site.run("airseal policy show --scope site.example/other")
        #expect(none.status == 2)
        #expect(
            none.sentences
                == ["airseal: error: the trust policy has no statement for site.example/other"])
    }

    @Test func `check tells everything that is wrong, and stock notation's view (Y14, Y19)`()
        async throws
    {
        let answer = try await site.run("airseal policy check bad.json")
        #expect(answer.status == 1)
        #expect(
            answer.output == """
                fail: bad.json
                  Y19: trustPolicies[0].remark: the policy: has the unknown \
                member trustPolicies[0].remark; stock notation accepts this
                  Y14: trustPolicies[0].registryScopes: the policy statement "all": it skips \
                verification for every repository; stock notation accepts this
                  Y12: trustPolicies[1].registryScopes[0]: the policy statement "b": "b" is no \
                scope; one is written REGISTRY/REPOSITORY
                  Y7: trustPolicies[1].trustedIdentities[0]: the policy statement "b": the trusted \
                identity "x509.subject: C=US": the subject lacks ST

                """)
        let json = try await site.run("airseal policy check bad.json --json").json.array()
        #expect(try json.first?.member("findings").array().count == 4)
        #expect(
            try await site.run("printf '{\\n\"version\" 1' > x.json; airseal policy check x.json")
                .output == """
                    fail: x.json
                      Y19: line 2: the policy: is no JSON: unexpected byte at offset 12

                    """)
        #expect(try await site.run("airseal policy check").status == 2)
        #expect(try await site.run("airseal policy check none.json").status == 2)
        #expect(
            try await site.yes("airseal policy check draft.json").output
                == "pass: draft.json, statements: 1\n")
    }

    @Test func `import refuses a policy that is not acceptable, and another without --replace`()
        async throws
    {
        try await site.yes(Self.initial)
        let answer = try await site.run("airseal policy import bad.json --json")
        #expect(answer.status == 1)
        #expect(answer.sentences.count == 4)
        #expect(try answer.json.member("findings").array().count == 4)
        try await refused(
            "airseal policy import draft.json",
            ["another policy is in force in trustpolicy.oci.json"])
        let rehearsal = try await site.yes("airseal policy import draft.json --replace --dry-run")
        #expect(
            rehearsal.output == """
                would write trustpolicy.oci.json
                  statement "default": level: strict becomes audit
                  statement "default": actions: integrity enforce, authenticity enforce, \
                authenticTimestamp enforce, expiry enforce, revocation enforce becomes \
                integrity enforce, authenticity log, authenticTimestamp log, expiry log, \
                revocation log

                """)
        #expect(try await records() == 1)
        try await site.yes("airseal policy import draft.json --replace")
        #expect(try site.bytes("home/trustpolicy.oci.json") == site.bytes("draft.json"))
        let again = try await site.yes("airseal policy import draft.json")
        #expect(again.output == "this policy is in force already\n")
        #expect(try await records() == 2)
    }

    @Test func `import says that trustpolicy.json is not read any more, or writes both`()
        async throws
    {
        try await site.yes("\(Self.initial); mv home/trustpolicy.oci.json home/trustpolicy.json")
        try await refused(
            "airseal policy import draft.json",
            ["another policy is in force in trustpolicy.json"])
        let answer = try await site.yes("airseal policy import draft.json --replace")
        #expect(
            answer.errors == "airseal: note: trustpolicy.json is not read any more by airseal, "
                + "and notation 1 reads no other\n")
        // The other one is not in force, and would be lost all the same.
        try await refused(
            "airseal policy import draft.json --for-notation-1",
            ["another policy stands in trustpolicy.json"])
        let both = "airseal policy import draft.json --for-notation-1 --replace"
        #expect(
            try await site.yes(both).output
                == "wrote trustpolicy.json\n")
        try await site.yes("cmp home/trustpolicy.json home/trustpolicy.oci.json")
    }

    @Test func `import changes nothing where it cannot be recorded, nor follows a link`()
        async throws
    {
        try await site.yes("mv state gone; echo > state")
        #expect(try await site.run("airseal policy import draft.json").status == 2)
        #expect(try await site.run("[ -e home/trustpolicy.oci.json ]").status == 1)
        try await site.yes(
            "rm state; mv gone state; cp draft.json other.json; "
                + "ln -s ../other.json home/trustpolicy.oci.json")
        #expect(try await site.run("\(Self.initial) --replace").status == 2)
        try await site.yes("cmp other.json draft.json")
    }
}

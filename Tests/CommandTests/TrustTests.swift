import Encodings
import TestSupport
import Testing

@Suite struct `trust` {
    let site: Site

    init() async throws {
        site = try await Site()
        try await `cert lint`.chain(site)
    }

    /// The kinds of the records, in their order.
    func records() async throws -> [String] {
        try await site.yes(
            "touch state/audit.jsonl; sed 's/.*\"kind\":\"\\([^\"]*\\)\".*/\\1/' state/audit.jsonl"
        ).output.split(separator: "\n").map(String.init)
    }

    /// Runs a line that must be refused with `sentence`, and change neither home nor state.
    func refused(
        _ line: String, status: Int32 = 1, _ sentence: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let look = "find home state -type f | sort | xargs -r sha256sum; find home | sort"
        let before = try await site.yes(look).output
        let answer = try await site.run(line)
        #expect(answer.status == status, "\(answer)", sourceLocation: sourceLocation)
        #expect(
            answer.sentences == ["airseal: error: \(sentence)"], sourceLocation: sourceLocation)
        #expect(try await site.yes(look).output == before, sourceLocation: sourceLocation)
    }

    func fingerprint(_ file: String) async throws -> String {
        let line = "openssl x509 -in \(file) -outform DER | sha256sum | cut -c-64"
        return String(try await site.yes(line).output.dropLast())
    }

    @Test func `add refuses what may not lie in the store (R5, R6, R7, R8)`() async throws {
        let add = "airseal trust add --store s --type"
        try await refused(
            "\(add) ca leaf.pem",
            "leaf.pem: the certificate with the SHA-256 fingerprint "
                + "\(try await fingerprint("leaf.pem")) is neither an authority's nor self-signed: "
                + "it may not lie in a store of the type ca (rule R7)")
        try await refused(
            "\(add) tsa authority.pem",
            "authority.pem: the certificate with the SHA-256 fingerprint "
                + "\(try await fingerprint("authority.pem")) is not that of a self-signed "
                + "authority: it may not lie in a store of the type tsa (rule R8)")
        try await site.yes(
            "cp root.pem root.txt; echo hello > junk.pem; cat root.pem root.key > k.pem")
        try await refused(
            "\(add) ca root.txt",
            "root.txt: a file of this name would be passed over in a trust store")
        try await refused("\(add) ca root.pem junk.pem", "junk.pem: there is no certificate")
        #expect(try await site.run("\(add) ca k.pem").status == 1)
        try await refused("\(add) ca none.pem", status: 2, "none.pem: no such file or folder")
    }

    @Test func `add refuses another file of the same name, and says what is there already`()
        async throws
    {
        let first = try await site.yes("airseal trust add --type ca --store s root.pem")
        #expect(
            first.output
                == "added root.pem to ca:s\n  \(try await fingerprint("root.pem")) CN=root\n")
        #expect(try await records() == ["trust-add"])
        try await site.yes("mkdir other; cp authority.pem other/root.pem; cp root.pem again.crt")
        try await refused(
            "airseal trust add --type ca --store s other/root.pem",
            "ca:s has another file called root.pem, which is not replaced")
        let again = try await site.yes("airseal trust add --type ca --store s again.crt root.pem")
        #expect(
            again.output == """
                again.crt: everything in it is in ca:s already
                root.pem: everything in it is in ca:s already

                """)
        #expect(try await records() == ["trust-add"])
        #expect(try site.bytes("home/truststore/x509/ca/s/root.pem") == site.bytes("root.pem"))
    }

    @Test func `add changes nothing where it cannot be recorded`() async throws {
        let answer = try await site.run(
            "rmdir state; echo > state; airseal trust add --type ca --store s root.pem")
        #expect(answer.status == 2)
        #expect(try await site.run("find home -name '*.pem'").output.isEmpty)
    }

    @Test func `list, show and remove`() async throws {
        try await refused(
            "airseal trust show --type ca --store s", status: 2,
            "the trust store ca:s cannot be used: it does not exist")
        try await site.yes("airseal trust add --type ca --store s root.pem authority.pem")
        try await site.yes("airseal trust add --type signingAuthority --store s root.pem")
        #expect(
            try await site.yes("airseal trust list").output == """
                ca:s: certificates: 2, named by no policy
                signingAuthority:s: certificates: 1, named by no policy

                """)
        #expect(
            try await site.yes("airseal trust list --type tsa --json").json.array().isEmpty)
        let shown = try await site.yes("airseal trust show --type ca --store s root.pem").output
        #expect(shown.hasPrefix("root.pem\n  subject: CN=root\n  issuer: CN=root\n  serial: "))
        #expect(shown.contains("  SHA-256 fingerprint: \(try await fingerprint("root.pem"))\n"))
        #expect(shown.hasSuffix("  key: EC prime256v1\n"))
        try await refused(
            "airseal trust remove --type ca --store s none.pem", status: 2,
            "the trust store ca:s has no file none.pem")
        #expect(
            try await site.yes("airseal trust remove --type ca --store s root.pem").output
                == "removed root.pem from ca:s\n")
        let all = try await site.yes("airseal trust remove --type ca --store s --all --json").json
        #expect(try all.member("storeGone").boolean())
        try await refused(
            "airseal trust remove --type ca --store s --all", status: 2,
            "the trust store ca:s cannot be used: it does not exist")
        #expect(
            try await records() == ["trust-add", "trust-add", "trust-remove", "trust-remove"])
        #expect(
            try await site.yes("find home -type f").output
                == "home/truststore/x509/signingAuthority/s/root.pem\n")
    }

    @Test func `remove says which statements name a store that is gone`() async throws {
        try await site.trust(["root.pem"])
        let answer = try await site.yes("airseal trust remove --type ca --store signers root.pem")
        #expect(
            answer.errors
                == "airseal: note: the policy still names ca:signers: \"images\" "
                + "can trust no signature by it\n")
    }

    @Test func `check tells problems, warnings and notes`() async throws {
        try await site.trust(["root.pem"])
        try await site.yes("chmod -R go-w home; airseal trust add --type tsa --store t root.pem")
        #expect(
            try await site.yes("airseal trust check --warn-days 1").output == """
                acceptable policies: trustpolicy.oci.json
                usable trust stores: ca:signers, tsa:t
                warning: tsa:t: no policy names this store (rule R12)
                notation: notation 1 reads its policy from trustpolicy.json only, which is not there

                """)
        try await site.yes(
            """
            chmod g+w home/trustpolicy.oci.json; rm home/truststore/x509/ca/signers/root.pem
            mkdir home/truststore/x509/tsa/t/sub
            """)
        let answer = try await site.run("airseal trust check --warn-days 1")
        #expect(answer.status == 1)
        #expect(
            answer.output == """
                acceptable policies: trustpolicy.oci.json
                usable trust stores: tsa:t
                problem: trustpolicy.oci.json: its group or everybody may change it
                problem: ca:signers: the store cannot be used: there is no certificate; \
                named by "images" (rule R9)
                warning: tsa:t: no policy names this store (rule R12)
                notation: notation 1 reads its policy from trustpolicy.json only, which is not there
                notation: tsa:t: stock notation refuses the store because of sub (rule R5)

                """)
        let json = try await site.run("airseal trust check --json").json
        #expect(try json.member("verdict").string() == "fail")
        #expect(try await site.run("airseal trust check --home nowhere").status == 2)
    }
}

/// Folders that stock notation and Airseal both read (section 13 of the conformance list).
@Suite struct `A configuration folder of notation` {
    let site: Site

    /// A signed image `l:v1`, and a folder `n` as notation makes it, which trusts the signer.
    init() async throws {
        site = try await Site()
        try await site.makeKey("signer")
        try await site.yes(
            """
            airseal import --into l '\(Site.package)/layouts/hello'
            airseal sign l:v1 \(site.signing("signer"))
            mkdir -p n/localkeys n/plugins/x n/truststore/x509/ca/acme-rockets
            echo '{"insecureRegistries": [], "credsStore": "", "signatureFormat": "cose"}' > n/config.json
            echo '{"default": "k", "keys": [{"name": "k", "keyPath": "n/localkeys/k.key",
                "certPath": "n/localkeys/k.crt"}]}' > n/signingkeys.json
            cp signer.pem n/localkeys/k.crt; echo none > n/localkeys/k.key
            ln -s ../localkeys n/plugins/link
            cp signer-root.pem n/truststore/x509/ca/acme-rockets/root.crt
            cat > n/trustpolicy.json <<'END'
            {
                "version": "1.0",
                "trustPolicies": [
                    {
                        "name": "wabbit-networks-images",
                        "registryScopes": [ "*" ],
                        "signatureVerification": { "level": "strict" },
                        "trustStores": [ "ca:acme-rockets" ],
                        "trustedIdentities": [ "*" ]
                    }
                ]
            }
            END
            chmod -R go-w n
            """)
    }

    @Test func `works as a home, unchanged`() async throws {
        let before = try await site.yes("tar -C n -cf - . | sha256sum").output
        try await site.yes("airseal verify l:v1 --scope site.example/hello --home n")
        #expect(
            try await site.yes("airseal trust check --home n --warn-days 1").output == """
                acceptable policies: trustpolicy.json
                usable trust stores: ca:acme-rockets

                """)
        try await site.yes("airseal policy check --home n && airseal policy show --home n")
        try await site.yes("airseal trust list --home n")
        #expect(try await site.yes("tar -C n -cf - . | sha256sum").output == before)
    }

    @Test func `is written by export, and verifies the same`() async throws {
        try await site.yes(
            "cp -r n home2; echo text > home2/truststore/x509/ca/acme-rockets/README")
        let export = "airseal trust export --home home2 --notation out"
        #expect(
            try await site.yes(export).output == """
                wrote truststore/x509/ca/acme-rockets/root.crt
                wrote trustpolicy.oci.json
                wrote trustpolicy.json

                """)
        #expect(
            try await site.yes("cd out; find . -type f | sort").output == """
                ./trustpolicy.json
                ./trustpolicy.oci.json
                ./truststore/x509/ca/acme-rockets/root.crt

                """)
        try await site.yes("cmp out/trustpolicy.json out/trustpolicy.oci.json")
        try await site.yes("airseal verify l:v1 --scope site.example/hello --home out")
        #expect(try await site.yes(export).output == "out holds all of it already\n")
    }

    @Test func `is not overwritten without --replace`() async throws {
        let export = "airseal trust export --home n --notation out"
        try await site.yes(
            """
            \(export); echo '{}' > out/trustpolicy.json; echo '{}' > out/config.json
            cp signer.pem out/truststore/x509/ca/acme-rockets/more.pem
            mkdir -p out/truststore/x509/ca/mine; cp signer.pem out/truststore/x509/ca/mine
            """)
        let look = "cd out; find . -type f | sort | xargs sha256sum"
        let before = try await site.yes(look).output
        let answer = try await site.run(export)
        #expect(answer.status == 1)
        #expect(
            answer.sentences == [
                "airseal: error: out has other content: trustpolicy.json, "
                    + "truststore/x509/ca/acme-rockets/more.pem"
            ])
        #expect(try await site.yes(look).output == before)
        #expect(
            try await site.yes("\(export) --replace").output == """
                wrote trustpolicy.json
                removed truststore/x509/ca/acme-rockets/more.pem

                """)
        try await site.yes(
            "grep -q '{}' out/config.json; [ -e out/truststore/x509/ca/mine/signer.pem ]")
    }

    @Test func `is not written from a home that cannot be used, nor onto the home`() async throws {
        #expect(
            try await site.run("airseal trust export --home n --notation n").sentences
                == ["airseal: error: n is the home itself, or lies in it"])
        for inside in ["n/out", "./n/truststore", "n/../n/a/b"] {
            #expect(
                try await site.run("airseal trust export --home n --notation \(inside)").sentences
                    == ["airseal: error: \(inside) is the home itself, or lies in it"])
        }
        #expect(try await site.run("[ -e n/out ] || [ -e n/a ]").status == 1)
        try await site.yes("echo junk > n/truststore/x509/ca/acme-rockets/junk.pem")
        let answer = try await site.run("airseal trust export --home n --notation out")
        #expect(answer.status == 2)
        #expect(
            answer.sentences == [
                "airseal: error: the trust store ca:acme-rockets cannot be used: "
                    + "junk.pem in it: there is no certificate"
            ])
        #expect(try await site.run("[ -e out ]").status == 1)
    }

    @Test func `leaves nothing of a run that died, and tells what notation does not know`()
        async throws
    {
        try await site.yes(
            """
            cp -r n full; echo '{"version": "1.0", "requireExpiry": true}' > full/verification.json
            mkdir .airseal-out-0123456789abcdef .airseal-other-0123456789abcdef
            touch .airseal-out-0123456789abcdef/trustpolicy.json
            """)
        let answer = try await site.yes("airseal trust export --home full --notation out --json")
        #expect(
            answer.errors == """
                airseal: note: verification.json asks for more than notation can check, \
                and was left out

                """)
        #expect(
            try answer.json.member("leftOut").array().map { try $0.string() }
                == ["verification.json"])
        #expect(
            try await site.yes("ls -d .airseal-*").output == ".airseal-other-0123456789abcdef\n")
        // A policy for blobs that this home never had is none of its trust.
        try await site.yes("echo '{}' > out/trustpolicy.blob.json")
        let refusal = try await site.run("airseal trust export --home full --notation out")
        #expect(refusal.status == 1)
        #expect(
            refusal.sentences == [
                "airseal: error: out has other content: trustpolicy.blob.json"
            ])
        #expect(
            try await site.yes("airseal trust export --home full --notation out --replace").output
                == "removed trustpolicy.blob.json\n")
    }

    @Test(
        .enabled("needs notation on PATH") {
            try await Site().run("command -v notation").status == 0
        })
    func `serves notation when it is exported`() async throws {
        try await site.yes("airseal trust export --home n --notation out")
        try await site.yes(
            """
            NOTATION_CONFIG=$PWD/out NOTATION_EXPERIMENTAL=1 \
                notation verify --oci-layout --scope site.example/hello l:v1
            """)
    }
}

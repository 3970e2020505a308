import Encodings
import Glibc
import Testing

@Suite struct `Revocation without a network` {
    // Refusals.

    @Test func `is unknown where nothing is at hand`() async throws {
        let ward = try await Ward()
        try await ward.undecided(
            "no CRL of CN=Root,O=Example,ST=BE,C=DE is at hand, from \(Ward.url)")
    }

    @Test(arguments: ["revocation list", "revocation check", "revocation check l", "status"])
    func `is not looked for in a home that is not there`(_ verb: String) async throws {
        let ward = try await Ward()
        let answer = try await ward.site.run("airseal \(verb) --home nowhere")
        #expect(answer.status == 2, "\(answer)")
        #expect(answer.output.isEmpty)
        #expect(answer.sentences.first?.contains("nowhere") == true, "\(answer)")
        try await ward.site.yes("test ! -e nowhere")
    }

    @Test func `takes no file that is no CRL, and then nothing`() async throws {
        let ward = try await Ward()
        try await ward.list("good.crl")
        try await ward.site.yes(
            """
            echo hello > junk; head -c 100 good.crl > cut.crl; echo '{"baseCRL": "AA=="}' > cache
            openssl crl -in good.crl -outform DER | head -c 50 > cut.der
            """)
        for file in ["junk", "cut.crl", "cache", "cut.der", "ca.pem"] {
            let answer = try await ward.site.run("airseal revocation add good.crl \(file)")
            #expect(answer.status == 1, "\(file): \(answer)")
            #expect(answer.sentences.count == 1)
            #expect(answer.sentences.first?.contains("\(file): ") == true, "\(answer)")
        }
        try await ward.site.yes("test ! -e home/revocation; ! airseal audit show | grep revocation")
    }

    @Test
    func `is not believed of forged CRLs, of another authority of the name, or of the future`()
        async throws
    {
        let ward = try await Ward()
        try await ward.list("late.crl", from: "2040-01-01", to: "2041-01-01")
        try await ward.site.yes(
            """
            sed 's/= ca\\./= other./' ca.cnf > other.cnf
            openssl ca -config other.cnf -gencrl -out other.crl -crldays 30
            """)
        try await ward.list("forged.pem")
        try await ward.site.yes(
            """
            python3 - <<'END'
            import base64
            text = open("forged.pem").read().split("-----")[2]
            der = bytearray(base64.b64decode(text))
            der[-1] ^= 1
            open("forged.crl", "wb").write(der)
            END
            airseal revocation add late.crl other.crl forged.crl --url \(Ward.url) \
                || airseal revocation add late.crl other.crl forged.crl
            """)
        try await ward.undecided("CRL of CN=Root,O=Example,ST=BE,C=DE")
        // Nobody's floor has moved.
        let status = try await ward.site.yes("airseal clock status --json")
        #expect(try status.json.member("floor").value == .null)
        let kept = try await ward.site.yes("airseal revocation list --json")
        #expect(try kept.json.member("floors").array().isEmpty)
        // And everything else works.
        try await ward.list("good.crl")
        try await ward.site.yes("airseal revocation add good.crl && \(Ward.verify)")
    }

    @Test func `refuses a revoked signer`() async throws {
        let ward = try await Ward()
        try await ward.site.yes(
            "openssl ca -config ca.cnf -revoke signer.pem -crl_reason keyCompromise")
        try await ward.list("revoked.crl")
        try await ward.site.yes("airseal revocation add revoked.crl")
        let answer = try await ward.site.run(Ward.verify)
        #expect(answer.status == 1)
        #expect(answer.output.contains("is revoked since "), "\(answer)")
        #expect(answer.output.contains(", keyCompromise"), "\(answer)")
        let checked = try await ward.site.run("airseal revocation check l chain.pem")
        #expect(checked.status == 1)
        #expect(checked.output.contains("revoked: CN=signer"), "\(checked)")
    }

    @Test func `is unknown from the second after nextUpdate on`() async throws {
        let ward = try await Ward()
        try await ward.list("short.crl", to: "+2 days")
        let added = try await ward.site.yes("airseal revocation add short.crl --json")
        let end = try added.json.member("items").array()[0].member("nextUpdate").string()
        let last = try await ward.site.yes("\(Ward.verify) --at \(end)")
        #expect(last.output.contains("verified: "))
        let after = try await ward.site.yes("date -u -d '\(end) +1 sec' +%Y-%m-%dT%H:%M:%SZ")
        let late = try await ward.site.run("\(Ward.verify) --at \(after.output.dropLast())")
        #expect(late.status == 2)
        #expect(
            late.output.contains("CRL of CN=Root,O=Example,ST=BE,C=DE expired on \(end)"), "\(late)"
        )
        #expect(try await ward.site.run("faketime -f '+3d' airseal revocation check").status == 2)
    }

    @Test func `does not go back to an older CRL, unless it is reset`() async throws {
        let ward = try await Ward()
        try await ward.list("old.crl", from: "-3 hours")
        try await ward.list("new.crl", from: "-2 hours")
        try await ward.site.yes("airseal revocation add new.crl && \(Ward.verify)")
        try await ward.site.yes("rm -r home/revocation && airseal revocation add old.crl")
        try await ward.undecided("and a later one, of ")
        let floors = try await ward.site.yes("airseal revocation list --json")
        #expect(try floors.json.member("floors").array().count == 1)
        let other = try await ward.site.run("airseal revocation reset other.pem --reason test")
        #expect(other.status == 2)
        #expect(try await ward.site.run("airseal revocation reset ca.pem --reason ''").status == 64)
        try await ward.site.yes("airseal revocation reset ca.pem --reason 'starts over'")
        try await ward.site.yes(Ward.verify)
        let record = try await ward.site.yes("airseal audit show --kind revocation-reset --json")
        #expect(
            try record.json.array()[0].member("details").member("reason").string()
                == "starts over")
    }

    @Test func `is not read where something in the home was changed`() async throws {
        let ward = try await Ward()
        try await ward.list("good.crl")
        try await ward.site.yes("airseal revocation add good.crl")
        for spoil in [
            "printf x >> home/revocation/crl/*.crl", "cp junk home/revocation/crl/",
            "cp junk home/revocation/", "ln -s /etc/passwd home/revocation/ocsp",
        ] {
            try await ward.site.yes(
                "echo > junk; rm -rf kept; cp -a home/revocation kept; \(spoil)")
            let answer = try await ward.site.run(Ward.verify)
            #expect(answer.status == 2, "\(spoil): \(answer)")
            try await ward.site.yes("rm -rf home/revocation; mv kept home/revocation")
        }
        try await ward.site.yes(Ward.verify)
    }

    // Acceptances.

    @Test func `passes in a network namespace without interfaces, and moves the floors`()
        async throws
    {
        let ward = try await Ward()
        try await ward.list("good.crl")
        try await ward.site.yes("openssl crl -in good.crl -outform DER -out good.der")
        let added = try await ward.site.yes(
            "airseal revocation add good.der --for chain.pem --for l && airseal audit show")
        #expect(added.output.contains("revocation-add"))
        #expect(added.output.contains("from \(Ward.url)"), "\(added)")
        let verified = try await ward.site.yes("unshare -rn \(Ward.verify) --json")
        let report = try verified.json.array()[0]
        #expect(try report.member("verdict").string() == "verified")
        #expect(try report.member("revocationDigest").string().hasPrefix("sha256:"))
        let clock = try await ward.site.yes("airseal clock status")
        #expect(clock.output.contains("by CRL of CN=Root,O=Example,ST=BE,C=DE"), "\(clock)")
        let again = try await ward.site.yes("airseal revocation add good.crl")
        #expect(again.output.hasPrefix("present "))
    }

    @Test func `goes on by a newer CRL, and the older one can be pruned`() async throws {
        let ward = try await Ward()
        try await ward.list("old.crl", from: "-3 hours")
        try await ward.list("new.crl", from: "-2 hours")
        try await ward.site.yes("airseal revocation add old.crl new.crl; \(Ward.verify)")
        let rehearsed = try await ward.site.yes("airseal revocation prune --dry-run")
        #expect(rehearsed.output.hasPrefix("would remove CRL 05 of "), "\(rehearsed)")
        let pruned = try await ward.site.yes("airseal revocation prune")
        #expect(pruned.output.hasPrefix("removed CRL 05 of "))
        let second = try await ward.site.yes("airseal revocation prune; \(Ward.verify)")
        #expect(second.output.hasPrefix("nothing to remove"))
    }

    @Test func `is not undone by tidying up`() async throws {
        let ward = try await Ward()
        // The authority takes the certificate off its list again, which nobody may do.
        try await ward.site.yes(
            "cp index.txt before; openssl ca -config ca.cnf -revoke signer.pem -crl_reason keyCompromise"
        )
        try await ward.list("old.crl", from: "-3 hours", to: "-2 hours")
        try await ward.site.yes("cp before index.txt")
        try await ward.list("new.crl", from: "-1 hour")
        let answer = try await ward.site.yes(
            "airseal revocation add old.crl new.crl; airseal revocation prune")
        #expect(answer.output.hasSuffix("nothing to remove\n"), "\(answer)")
        let verdict = try await ward.site.run(Ward.verify)
        #expect(verdict.status == 1, "\(verdict)")
        // Stock notation looks at the newest alone, so it gets none.
        let export = try await ward.site.run(
            "airseal revocation export --notation-cache cache --for l")
        #expect(export.status == 2, "\(export)")
        #expect(export.errors.contains("the certificate is revoked since"), "\(export)")
        try await ward.site.yes("[ -z \"$(ls cache/crl)\" ]")
    }

    @Test func `wants to know from where each CRL is`() async throws {
        let ward = try await Ward()
        try await ward.list("good.crl")
        let name = try await ward.site.yes(
            """
            airseal revocation add good.crl --url http://crl.test/another.crl
            mkdir cache; openssl crl -in good.crl -outform DER | base64 -w 0 > b64
            printf '{"baseCRL":"%s"}' "$(cat b64)" \
                > cache/$(printf http://crl.test/another.crl | sha256sum | cut -c -64)
            """)
        #expect(name.errors.isEmpty)
        try await ward.undecided("no CRL of ")
        try await ward.site.yes("rm home/revocation/sources.json")
        let lost = try await ward.site.run(Ward.verify)
        #expect(lost.status == 2, "\(lost)")
        #expect(lost.errors.contains("is not in sources.json"), "\(lost)")
        try await ward.site.yes("rm -r home/revocation")
        let nameless = try await ward.site.run("airseal revocation add cache/* --for l")
        #expect(nameless.status == 1, "\(nameless)")
        #expect(
            nameless.errors.contains("nobody says of which distribution point"), "\(nameless)")
    }

    @Test func `is taken away with a reason`() async throws {
        let ward = try await Ward()
        try await ward.list("good.crl")
        let digest =
            try await ward.site.yes(
                """
                airseal revocation add good.crl --url http://crl.test/another.crl
                openssl crl -in good.crl -outform DER | sha256sum | cut -c -64
                """
            ).output.split(separator: "\n").last.map(String.init) ?? ""
        let unknown = try await ward.site.run(
            "airseal revocation remove sha256:\(digest) sha256:\(String(repeating: "0", count: 64)) --reason x"
        )
        #expect(unknown.status == 2, "\(unknown)")
        #expect(unknown.errors.contains("keeps nothing about revocation with the digest"))
        let removed = try await ward.site.yes(
            "airseal revocation remove sha256:\(digest) --reason 'wrong URL'; airseal revocation list"
        )
        #expect(removed.output.hasPrefix("removed CRL "), "\(removed)")
        #expect(removed.output.hasSuffix("the home keeps nothing about revocation\n"))
        try await ward.site.yes(
            "airseal revocation add good.crl; \(Ward.verify); grep -q 'wrong URL' state/audit.jsonl"
        )
    }

    @Test func `is asked about whole chains`() async throws {
        let ward = try await Ward()
        for verb in ["check signer.pem", "export --notation-cache cache --for signer.pem"] {
            let answer = try await ward.site.run("airseal revocation \(verb)")
            #expect(answer.status == 2, "\(answer)")
            #expect(
                answer.sentences == [
                    "airseal: error: signer.pem: the chain ends with CN=signer,O=Example,ST=BE,C=DE, which another issued"
                ])
        }
    }

    @Test func `asks for more where the site does`() async throws {
        let ward = try await Ward()
        try await ward.list("good.crl", from: "-3 hours")
        try await ward.site.yes(
            """
            airseal revocation add good.crl && \(Ward.verify)
            echo '{"version": "1.0", "maxCRLAge": "2h"}' > home/verification.json
            """)
        try await ward.undecided("and older than the 7200 s that this site allows")
        try await ward.site.yes(
            """
            echo '{"version": "1.0", "maxCRLAge": "4h", "requireRevocationInfo": true}' \
                > home/verification.json
            \(Ward.verify)
            """)
    }

    /// Whether stock notation is there to be asked.
    private static let hasNotation: Bool = {
        guard let path = unsafe getenv("PATH") else { return false }
        return unsafe String(cString: path).split(separator: ":").contains { folder in
            unsafe access("\(folder)/notation", X_OK) == 0
        }
    }()

    @Test(.enabled(if: hasNotation, "notation is not on PATH"))
    func `lets stock notation pass at strict without a network`() async throws {
        let ward = try await Ward()
        try await ward.list("good.crl")
        let notation = """
            env NOTATION_EXPERIMENTAL=1 NOTATION_CONFIG=$PWD/config NOTATION_CACHE=$PWD/cache \
                unshare -rn notation verify --oci-layout l:v1 --scope site.example/hello
            """
        try await ward.site.yes("airseal trust export --notation config")
        #expect(try await ward.site.run(notation).status == 1)
        try await ward.site.yes(
            """
            airseal revocation add good.crl
            airseal revocation export --notation-cache cache --for l
            \(notation)
            """)
    }

    @Test func `is written as notation's cache`() async throws {
        let ward = try await Ward()
        let export = "airseal revocation export --notation-cache cache --for l"
        let nothing = try await ward.site.run(export)
        #expect(nothing.status == 2)
        #expect(
            nothing.errors.contains("nothing is written for \(Ward.url), which CN=signer,"),
            "\(nothing)")
        #expect(nothing.errors.contains(": no CRL of CN=Root,"), "\(nothing)")
        try await ward.list("good.crl")
        let written = try await ward.site.yes("airseal revocation add good.crl; \(export)")
        #expect(written.output.contains("wrote crl/"))
        let again = try await ward.site.yes(
            """
            hash=$(printf '\(Ward.url)' | sha256sum | cut -c -64)
            openssl crl -in good.crl -outform DER | base64 -w 0 > b64
            printf '{"baseCRL":"%s"}' "$(cat b64)" | cmp - cache/crl/$hash
            [ "$(stat -c %a cache/crl)" = 700 ]; ls cache/crl | wc -l
            \(export)
            airseal revocation add cache/crl/$hash --for l
            """)
        #expect(again.output.contains("present crl/"), "\(again)")
    }
}

@Suite struct `Revocation across the gap` {
    /// The near side signs with a certificate that names a CRL, and sends bundles by a token; the far
    /// side trusts both, and knows nothing of the CRL.
    private static func gap() async throws -> (ward: Ward, high: Site) {
        let ward = try await Ward()
        let low = ward.site
        let high = try await Site()
        try await low.makeKey("bundles")
        try await low.yes("airseal peer self low-side")
        try await high.yes(
            """
            airseal peer self high-side
            cp \(low.root)/ca.pem . && cp \(low.root)/bundles-root.pem .
            """)
        try await high.trust(["ca.pem"])
        try await high.yes(
            """
            airseal peer add low-side --anchor bundles-root.pem --identity '*' \
                --repositories site.example --fingerprint \
                $(openssl x509 -in bundles-root.pem -outform DER | sha256sum | cut -c -64)
            """)
        return (ward, high)
    }

    private static func carry(_ name: String, _ low: Site, _ high: Site) async throws {
        try await low.yes(
            """
            airseal export l --to \(name) --destination high-side --scope site.example/hello \
                \(low.signing("bundles"))
            """)
        try await high.yes("cp \(low.root)/\(name) .")
    }

    @Test func `a bundle without a current CRL is undecided, and leaves nothing`() async throws {
        let (ward, high) = try await Self.gap()
        try await ward.list("stale.crl", from: "-3 days", to: "-1 day")
        try await ward.site.yes("airseal revocation add stale.crl")
        try await Self.carry("b.tar", ward.site, high)
        let answer = try await high.run("airseal receive b.tar --into l")
        #expect(answer.status == 2, "\(answer)")
        #expect(answer.errors.contains("expired on ") || answer.output.contains("expired on "))
        try await high.yes("test ! -e l; test ! -e home/revocation")
    }

    @Test func `a bundle that reveals the signer's revocation is refused`() async throws {
        let (ward, high) = try await Self.gap()
        try await ward.site.yes("openssl ca -config ca.cnf -revoke signer.pem")
        try await ward.list("revoked.crl")
        try await ward.site.yes("airseal revocation add revoked.crl")
        try await Self.carry("b.tar", ward.site, high)
        let answer = try await high.run("airseal receive b.tar --into l")
        #expect(answer.status == 1, "\(answer)")
        try await high.yes("test ! -e l")
    }

    @Test func `a far side whose CRLs have expired recovers by a bundle that carries fresh ones`()
        async throws
    {
        let (ward, high) = try await Self.gap()
        try await ward.list("stale.crl", from: "-3 days", to: "-1 day")
        try await high.yes("airseal revocation add \(ward.site.root)/stale.crl")
        try await ward.list("fresh.crl")
        // A CRL of somebody whom nobody here trusts comes along, and counts for nothing.
        try await ward.site.yes(
            """
            sed 's/= ca\\./= other./' ca.cnf > other.cnf
            openssl ca -config other.cnf -gencrl -out other.crl -crldays 30
            airseal revocation add fresh.crl other.crl
            """)
        try await Self.carry("b.tar", ward.site, high)
        let before = try await high.yes(
            "find home -path home/revocation -prune -o -type f -print | sort | xargs sha256sum")
        try await high.yes("airseal receive b.tar --into l && \(Ward.verify)")
        let kept = try await high.yes("airseal revocation list --json")
        #expect(try kept.json.member("lists").array().count == 2)
        #expect(try kept.json.member("floors").array().count == 1)
        let after = try await high.yes(
            "find home -path home/revocation -prune -o -type f -print | sort | xargs sha256sum")
        #expect(after.output == before.output)
    }
}

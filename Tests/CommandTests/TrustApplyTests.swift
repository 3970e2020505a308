import Encodings
import TestSupport
import Testing

/// A gap whose far side takes the trust of the near one.
struct TrustGap {
    let gap: Gap
    var low: Site { gap.low }
    var high: Site { gap.high }

    /// The far side has enrolled the near one for these things, and begins with the trust of `Gap`:
    /// one store that the near side does not have under that name, and one statement for `*`.
    init(may: String = "bundles,capsules") async throws {
        gap = try await Gap(enrolled: false)
        let line = "openssl x509 -in low-root.pem -outform DER | sha256sum | cut -d ' ' -f 1"
        let fingerprint = try await high.yes(line).output.dropLast()
        try await high.yes(
            """
            airseal peer add low-side --anchor low-root.pem --fingerprint \(fingerprint) \
                --identity '*' --repositories site.example --may \(may)
            """)
        try await gap.sign()
    }

    /// Gives the near side a statement of this level for one repository.
    func setPolicy(level: String = "strict", store: String = "ca:signers") async throws {
        let trust =
            level == "skip" ? "" : #", "trustStores": ["\#(store)"], "trustedIdentities": ["*"]"#
        try await low.yes(
            """
            cat > home/trustpolicy.oci.json <<'END'
            {"version": "1.0", "trustPolicies": [{"name": "images",
            "registryScopes": ["site.example/hello"],
            "signatureVerification": {"level": "\(level)"}\(trust)}]}
            END
            """)
    }

    /// Makes both sides trust the same, by hand.
    func level() async throws {
        try await high.yes("rm -rf home/truststore home/trustpolicy*")
        try await high.yes("cp -r \(low.root)/home/{truststore,trustpolicy.oci.json} home")
    }

    /// A bundle of the near side, carried over.
    func bundle(_ name: String) async throws {
        try await low.yes(gap.export(name))
        try await gap.carry(name)
    }

    /// The far side's trust, byte by byte.
    func trust() async throws -> String {
        try await high.yes(
            "cd home && find truststore trustpolicy* -type f | sort | xargs sha256sum"
        ).output
    }

    /// The far side refuses the capsule with this code, and its trust stays.
    func refuses(
        _ bundle: String, _ code: String, _ options: String = "", says: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let before = try await trust()
        let answer = try await high.run("airseal trust apply \(bundle) \(options)")
        #expect(answer.status == 1, "\(answer)", sourceLocation: sourceLocation)
        #expect(answer.errors.contains("(\(code))"), "\(answer)", sourceLocation: sourceLocation)
        #expect(
            answer.output.contains(says) || answer.errors.contains(says), "\(answer)",
            sourceLocation: sourceLocation)
        let json = try await high.run("airseal trust apply \(bundle) \(options) --json")
        #expect(try json.json.member("code").string() == code, sourceLocation: sourceLocation)
        #expect(try await trust() == before, sourceLocation: sourceLocation)
        let record = try await high.yes("airseal audit show --json").output
        #expect(record.contains("trust-apply-refused"), sourceLocation: sourceLocation)
    }

    static let accept = "--accept-weaker --reason 'read aloud'"
}

@Suite struct `Trust that comes in a bundle` {
    @Test func `is refused from a peer that may send bundles only`() async throws {
        let sites = try await TrustGap(may: "bundles")
        try await sites.bundle("b.tar")
        try await sites.refuses("b.tar", "capsules-not-allowed")
    }

    @Test func `is refused from a stranger, and from one who is suspended or has another key`()
        async throws
    {
        let sites = try await TrustGap()
        try await sites.bundle("b.tar")
        try await sites.high.yes("mv home/peers/low-side peer")
        try await sites.refuses("b.tar", "unknown-origin")
        try await sites.high.yes("mv peer home/peers/low-side")
        try await sites.low.makeKey("stranger")
        let export = sites.gap.export("c.tar").replacing(
            sites.low.signing("signer"), with: sites.low.signing("stranger"))
        try await sites.low.yes(export)
        try await sites.gap.carry("c.tar")
        try await sites.refuses("c.tar", "bundle-signature")
        try await sites.high.yes("airseal peer suspend low-side --reason 'heard so'")
        try await sites.refuses("b.tar", "unknown-origin")
    }

    @Test func `is refused when it is for somebody else, or comes too late`() async throws {
        let sites = try await TrustGap()
        try await sites.low.yes(
            sites.gap.export("b.tar").replacing("--destination high-side", with: "--destination x"))
        try await sites.low.yes(sites.gap.export("c.tar", options: "--use-by 1s"))
        for name in ["b.tar", "c.tar"] { try await sites.gap.carry(name) }
        try await sites.refuses("b.tar", "wrong-destination")
        try await sites.high.yes("sleep 2.1")
        try await sites.refuses("c.tar", "late")
    }

    @Test func `is refused when there is none`() async throws {
        let sites = try await TrustGap()
        try await sites.low.yes("rm -r home/truststore home/trustpolicy.oci.json")
        try await sites.bundle("b.tar")
        try await sites.refuses("b.tar", "empty-capsule")
    }

    @Test func `is refused when it is weaker, with everything that is`() async throws {
        let sites = try await TrustGap()
        try await sites.setPolicy()
        try await sites.level()
        try await sites.low.makeKey("other")
        try await sites.setPolicy(level: "audit")
        try await sites.low.yes("airseal trust add --type ca --store signers other-root.pem")
        try await sites.bundle("b.tar")
        try await sites.refuses(
            "b.tar", "weaker",
            says: "weaker: site.example/hello: \"images\" makes authenticity log, which was enforce"
        )
        let answer = try await sites.high.run("airseal trust apply b.tar --dry-run --json")
        #expect(answer.status == 1)
        let weaker = try answer.json.member("difference").member("weaker").array()
        #expect(
            try weaker.map { try $0.member("what").string() }
                == ["action", "action", "action", "action", "anchor"])
        try await sites.high.yes("airseal trust apply b.tar \(TrustGap.accept)")
        #expect(try await sites.high.yes("airseal audit show --json").output.contains("read aloud"))
    }

    @Test func `is refused when it does not fit what this site asks for besides`() async throws {
        let sites = try await TrustGap()
        try await sites.setPolicy()
        try await sites.level()
        try await sites.high.yes("cp \(sites.low.root)/signer.pem .")
        try await sites.high.require(1, of: ["signer"])
        try await sites.low.yes("sed -i 's/\"images\"/\"others\"/' home/trustpolicy.oci.json")
        try await sites.bundle("b.tar")
        try await sites.refuses("b.tar", "settings", TrustGap.accept)
    }

    @Test func `goes forward only, and says when it is there already`() async throws {
        let sites = try await TrustGap()
        try await sites.setPolicy()
        try await sites.bundle("b1.tar")
        try await sites.low.yes("cp -r state backup")
        try await sites.setPolicy(level: "permissive")
        try await sites.bundle("b2.tar")
        // The same number for other trust: the near side went back to a backup.
        try await sites.low.yes("rm -r state; mv backup state")
        try await sites.setPolicy(level: "audit")
        try await sites.bundle("other2.tar")
        try await sites.high.yes("airseal trust apply b2.tar \(TrustGap.accept)")
        try await sites.refuses("b1.tar", "capsule-rollback", TrustGap.accept)
        try await sites.refuses("other2.tar", "capsule-fork", TrustGap.accept)
        let again = try await sites.high.yes("airseal trust apply b2.tar --json").json
        #expect(try again.member("outcome").string() == "present")
        // What was changed by hand since is put right.
        try await sites.high.yes("rm home/trustpolicy.oci.json")
        let mended = try await sites.high.yes(
            "airseal trust apply b2.tar --json \(TrustGap.accept)")
        #expect(try mended.json.member("outcome").string() == "applied")
    }

    @Test func `becomes what this site trusts, and what was trusted can be restored`() async throws
    {
        let sites = try await TrustGap()
        try await sites.low.yes(
            "mv home/truststore/x509/ca/signers home/truststore/x509/ca/builders")
        try await sites.setPolicy(store: "ca:builders")
        try await sites.bundle("b.tar")
        let before = try await sites.trust()
        let peers = try await sites.high.yes("find home/peers -type f | xargs sha256sum").output
        let rehearsed = try await sites.high.yes(
            "airseal trust apply b.tar --dry-run \(TrustGap.accept)")
        #expect(rehearsed.output.contains("would apply"))
        #expect(try await sites.trust() == before)
        try await sites.high.yes("airseal trust apply b.tar \(TrustGap.accept)")
        let list = try await sites.high.yes("airseal trust list").output
        #expect(list.contains("ca:builders") && !list.contains("ca:signers"), "\(list)")
        #expect(
            try sites.high.bytes("home/trustpolicy.oci.json")
                == sites.low.bytes("home/trustpolicy.oci.json"))
        #expect(try await sites.high.run("ls -A home | grep -E 'airseal-|applied'").status == 1)
        #expect(
            try await sites.high.yes("find home/peers -type f | xargs sha256sum").output == peers)
        try await sites.high.yes("airseal receive b.tar --into l")
        // And back.
        #expect(try await sites.high.yes("airseal trust restore --list").output.hasPrefix("1: "))
        try await sites.high.yes("airseal trust restore --dry-run")
        try await sites.high.yes("airseal trust restore --reason 'wrong builders'")
        #expect(try await sites.trust() == before)
        try await sites.high.yes("airseal trust restore 2 --reason 'right after all'")
        #expect(try await sites.high.yes("airseal trust list").output == list)
        let answer = try await sites.high.run("airseal trust restore 9 --reason x")
        #expect(answer.status == 2 && answer.errors.contains("no trust is kept as 9"))
        #expect(try await sites.high.yes("airseal audit verify").status == 0)
    }

    @Test func `is read from where it is installed, before notation can see it`() async throws {
        let sites = try await TrustGap()
        try await sites.setPolicy()
        // As a run leaves it that is killed right after the step in which the trust is installed.
        try await sites.high.yes(
            """
            mkdir home/trust.applied
            cp -r \(sites.low.root)/home/{truststore,trustpolicy.oci.json} home/trust.applied
            rm -r home/truststore
            """)
        #expect(
            try await sites.high.yes("airseal policy show").output.contains("site.example/hello"))
        #expect(try await sites.high.yes("airseal trust list").output.contains("ca:signers"))
        // The next change of the home finishes it.
        try await sites.high.yes("airseal trust add --type ca --store more low-root.pem")
        #expect(try await sites.high.run("test -e home/trust.applied").status == 1)
        #expect(
            try sites.high.bytes("home/trustpolicy.oci.json")
                == sites.low.bytes("home/trustpolicy.oci.json"))
        #expect(try await sites.high.yes("airseal trust list").output.contains("ca:more"))
    }

    @Test func `needs its two options together`() async throws {
        let site = try await Site()
        for options in ["--accept-weaker", "--reason x", "--accept-weaker --reason ' '"] {
            let answer = try await site.run("airseal trust apply b.tar \(options)")
            #expect(answer.status == 64)
        }
        for options in ["", "1", "--list --dry-run", "--reason ''", "--dry-run --reason x"] {
            let answer = try await site.run("airseal trust restore \(options)")
            #expect(answer.status == 64, "\(options)")
        }
    }
}

import Encodings
import TestSupport
import Testing

/// A time stamp that openssl makes, and how it is spoilt: a line of shell, or another choice.
struct OpenSSLToken: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// The rule that is broken; nil for a token that is accepted.
    let rule: String?
    /// A part of the reason that is told.
    let reason: String
    /// Of `openssl ts -query`: the hash, and whether the certificates are wanted.
    var query = "-sha256 -cert"
    /// Of `openssl ts -reply`.
    var reply = "-chain between.pem -token_out"
    /// More lines of its configuration.
    var configuration = "signer_digest = sha256\ness_cert_id_alg = sha256"
    /// What becomes of the file `token`.
    var change = ":"
    /// The store's root.
    var root = "root"
    /// The signer: `times`, `rsa`, or `listed`, which names a CRL.
    var signer = "times"

    init(
        _ name: String, _ rule: String? = nil, _ reason: String = "",
        _ spoil: (inout OpenSSLToken) -> Void = { _ in }
    ) {
        testDescription = name
        self.rule = rule
        self.reason = reason
        spoil(&self)
    }

    static let accepted = [
        OpenSSLToken("as it should be"),
        OpenSSLToken("over SHA-512, by RSA, its certificate named by SHA-384") {
            $0.query = "-sha512 -cert"
            $0.signer = "rsa"
            $0.configuration = "signer_digest = sha512\ness_cert_id_alg = sha384"
        },
        OpenSSLToken("with accuracy, nonce, name and every certificate") {
            $0.reply = "-chain all.pem -token_out"
            $0.configuration +=
                "\naccuracy = millisecs:500\ntsa_name = yes\ness_cert_id_chain = yes"
        },
    ]

    static let refused = [
        OpenSSLToken("over other bytes", "T9", "it is over other bytes") {
            $0.change = "echo other > signature; stamp"
        },
        OpenSSLToken("over SHA-1", "T22", "made with the hash 1.3.14.3.2.26") {
            $0.query = "-sha1 -cert"
        },
        OpenSSLToken("signed with SHA-1", "T22", "hashed with 1.3.14.3.2.26") {
            $0.configuration = "signer_digest = sha1\ness_cert_id_alg = sha256"
        },
        OpenSSLToken("naming its certificate by SHA-1", "T21", "by SHA-1 only") {
            $0.configuration = "signer_digest = sha256\ness_cert_id_alg = sha1"
        },
        OpenSSLToken("without certificates", "T23", "certificate is not in it") {
            $0.query = "-sha256"
        },
        OpenSSLToken("without the authority between", "T14", "no chain leads from ") {
            $0.reply = "-token_out"
        },
        OpenSSLToken("under another root", "T14", "no chain leads from ") { $0.root = "other" },
        OpenSSLToken("with a byte after it", "T18", "bytes follow its end") {
            $0.change = "printf x >> token"
        },
        OpenSSLToken("in the response as it came", "T18", "it is no CMS message") {
            $0.reply = "-chain between.pem"
        },
        OpenSSLToken("cut", "T18", "it is no CMS message") {
            $0.change = "head -c 500 token > cut; mv cut token"
        },
        OpenSSLToken("with its last byte changed", "T22", "not by its signer's key") {
            $0.change =
                "python3 -c 'd = bytearray(open(\"token\", \"rb\").read()); d[-1] ^= 1; "
                + "open(\"token\", \"wb\").write(d)'"
        },
    ]
}

@Suite struct `Time stamps made by openssl` {
    private static let verify = "airseal verify l:v1 --scope site.example/app"

    /// A signed image `l:v1`, and a policy that wants time stamps by `token.root`; `token` is
    /// attached to the signature.
    private func site(_ token: OpenSSLToken) async throws -> Site {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.copySample("hello", to: "l")
        try await site.yes("airseal sign l:v1 \(site.signing("signer"))")
        try await site.trust(["signer-root.pem"])
        try await site.yes(Self.authorities)
        try await site.yes(
            """
            \(Self.stamp(token))
            airseal trust add --type tsa --store times \(token.root).pem
            sed -i 's/"ca:signers"/"ca:signers", "tsa:times"/' home/trustpolicy.oci.json
            cat > attach.py <<'END'\n\(Self.attach)\nEND
            python3 attach.py
            stamp && \(token.change) && python3 attach.py token
            """)
        return site
    }

    /// Two roots, an authority between, and two keys for time stamps.
    private static let authorities = """
        make() {
            name=$1 key=$2 issuer=$3; shift 3
            openssl req -newkey $key -nodes -keyout $name.key -subj "/O=TEST ONLY/CN=$name" \
                $(printf -- '-addext %s ' "$@") -x509 -days 100 \
                ${issuer:+-CA $issuer.pem -CAkey $issuer.key} -out $name.pem 2>> log
        }
        ec="ec -pkeyopt ec_paramgen_curve:P-256"
        ca="basicConstraints=critical,CA:TRUE keyUsage=critical,keyCertSign"
        leaf="basicConstraints=CA:FALSE keyUsage=critical,digitalSignature"
        times="$leaf extendedKeyUsage=critical,timeStamping"
        make root "$ec" "" $ca; make other "$ec" "" $ca; make between "$ec" root $ca
        make times "$ec" between $times; make rsa rsa:2048 between $times
        make listed "$ec" between $times crlDistributionPoints=URI:http://crl.test/a
        cat between.pem root.pem > all.pem
        cat times.pem all.pem > chain.pem
        airseal cert lint chain.pem --purpose time-stamping
        """

    /// The shell function `stamp`, which makes `token` over the file `signature`.
    private static func stamp(_ token: OpenSSLToken) -> String {
        """
        cat > ts.cnf <<'END'
        [tsa]
        default_tsa = authority
        [authority]
        serial = serial
        default_policy = 1.2.3.4
        digests = sha1, sha256, sha384, sha512
        \(token.configuration)
        END
        stamp() {
            openssl ts -query -data signature \(token.query) -out query 2>> log
            openssl ts -reply -config ts.cnf -queryfile query -signer \(token.signer).pem \
                -inkey \(token.signer).key \(token.reply) -out token 2>> log
        }
        """
    }

    /// Writes the one signature of `l` to `signature`; with a file, puts that into its envelope.
    private static let attach = """
        import base64, hashlib, json, sys
        def read(digest):
            return open("l/blobs/sha256/" + digest.split(":")[1], "rb").read()
        def write(entry, value):
            data = json.dumps(value).encode()
            digest = hashlib.sha256(data).hexdigest()
            open("l/blobs/sha256/" + digest, "wb").write(data)
            entry.update(digest="sha256:" + digest, size=len(data))
        index = json.load(open("l/index.json"))
        kind = "application/vnd.cncf.notary.signature"
        for entry in index["manifests"]:
            manifest = json.loads(read(entry["digest"]))
            if manifest.get("config", {}).get("mediaType") == kind:
                break
        envelope = json.loads(read(manifest["layers"][0]["digest"]))
        signature = base64.urlsafe_b64decode(envelope["signature"] + "==")
        if len(sys.argv) == 1:
            open("signature", "wb").write(signature)
        else:
            token = base64.b64encode(open(sys.argv[1], "rb").read()).decode()
            envelope["header"]["io.cncf.notary.timestampSignature"] = token
            write(manifest["layers"][0], envelope)
            write(entry, manifest)
            json.dump(index, open("l/index.json", "w"))
        """

    private func timestampValidation(_ answer: Site.Answer) throws -> JSONPlace {
        let report = try #require(try answer.json.array().first)
        let signature = try #require(try report.member("signatures").array().first)
        return try #require(
            try signature.member("validations").array().first {
                try $0.member("type").string() == "authenticTimestamp"
            })
    }

    @Test(arguments: OpenSSLToken.refused) func `are refused when spoilt in one way`(
        _ token: OpenSSLToken
    ) async throws {
        let site = try await site(token)
        let answer = try await site.run("\(Self.verify) --json")
        #expect(answer.status == 1)
        let validation = try timestampValidation(answer)
        #expect(try validation.member("result").string() == "fail")
        #expect(try validation.member("rule").string() == token.rule)
        let reason = try validation.member("reason").string()
        #expect(reason.contains(token.reason), "\(reason)")
        #expect(reason.hasPrefix("the time-stamp token "), "\(reason)")
    }

    @Test(arguments: OpenSSLToken.accepted) func `are accepted`(_ token: OpenSSLToken) async throws
    {
        let site = try await site(token)
        let answer = try await site.yes("\(Self.verify) --json | tee report.json")
        let validation = try timestampValidation(answer)
        #expect(try validation.member("rule").string() == "T24")
        #expect(try await site.faults(of: "report.json", by: "verification-report").isEmpty)
        let signature = try #require(
            try answer.json.array().first?.member("signatures").array().first)
        let timestamp = try signature.member("timestamp")
        #expect(try timestamp.member("policy").string() == "1.2.3.4")
        #expect(
            try timestamp.member("authority").string() == "CN=\(token.signer),O=TEST ONLY")
    }

    @Test func `carry a signature beyond its certificates (T27), and not before themselves`()
        async throws
    {
        let site = try await site(OpenSSLToken.accepted[0])
        let answer = try await site.yes("\(Self.verify) --at 2090-01-01T00:00:00Z --json")
        #expect(try answer.json.array()[0].member("validUntil").value == .null)
        let words = try await site.yes(Self.verify).output
        #expect(words.contains("\n    time-stamped: 20"), "\(words)")
        #expect(words.contains("Z, by CN=times,O=TEST ONLY\n"), "\(words)")
        let before = try await site.run(
            "\(Self.verify) --at $(date -u -d '-10 minutes' +%FT%TZ) --json")
        #expect(before.status == 1)
        let validation = try timestampValidation(before)
        #expect(try validation.member("rule").string() == "T24")
        #expect(try validation.member("reason").string().hasSuffix(", which has not come yet"))
        try await site.yes(
            """
            sed -i 's/"level": "strict"/"level": "strict", "verifyTimestamp": "afterCertExpiry"/' \
                home/trustpolicy.oci.json
            """)
        let early = try await site.yes("\(Self.verify) --json")
        #expect(try early.json.array()[0].member("validUntil").value != .null)
        #expect(try timestampValidation(early).member("rule").string() == "X15")
        let late = try await site.yes("\(Self.verify) --at 2090-01-01T00:00:00Z --json")
        #expect(try timestampValidation(late).member("rule").string() == "T24")
    }

    @Test func `are unknown where the authority may have been revoked (T26, O4)`() async throws {
        let site = try await site(
            OpenSSLToken("by a certificate with a CRL") {
                $0.signer = "listed"
            })
        // Whatever the policy makes of the signer's own certificates.
        for override in ["", #", "override": {"revocation": "skip"}"#] {
            try await site.yes(
                """
                sed -i 's/"level": "strict"/"level": "strict"\(override)/' \
                    home/trustpolicy.oci.json
                """)
            let answer = try await site.run("\(Self.verify) --json")
            #expect(answer.status == 2)
            let validation = try timestampValidation(answer)
            #expect(try validation.member("result").string() == "unknown")
            #expect(try validation.member("rule").string() == "O4")
        }
    }

    @Test func `are not looked at where the policy lists no authority for them (T28)`()
        async throws
    {
        let site = try await site(OpenSSLToken.refused[0])
        try await site.yes("sed -i 's/, \"tsa:times\"//' home/trustpolicy.oci.json")
        #expect(
            try timestampValidation(try await site.yes("\(Self.verify) --json"))
                .member("rule").string() == "X15")
        let late = try await site.run("\(Self.verify) --at 2090-01-01T00:00:00Z")
        #expect(late.status == 1)
    }
}

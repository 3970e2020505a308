import Encodings
import Testing

/// The kinds of keys that the Notary specification knows.
let keyKinds = ["p256", "p384", "p521", "rsa2048", "rsa3072", "rsa4096"]

@Suite struct `Signing an image` {
    @Test func `with all six kinds of keys on one token, in both formats, convinces everybody`()
        async throws
    {
        let site = try await Site()
        for kind in keyKinds { try await site.makeKey(kind, type: kind) }
        for format in ["jws", "cose"] {
            try await site.copySample("hello", to: "source")
            try await site.yes("airseal import source --into \(format) && rm -r source")
            for kind in keyKinds {
                try await site.yes(
                    "airseal sign \(format):v1 \(site.signing(kind)) --format \(format)")
            }
            try await site.yes("airseal check \(format)")
            // With one root trusted, exactly one of the six signatures can convince.
            for kind in keyKinds {
                try await site.trust(["\(kind)-root.pem"])
                try await site.yes("airseal verify \(format):v1 --scope site.example/hello")
            }
            let inspected = try await site.yes("airseal inspect \(format):v1 --json").json
            let notation = try inspected.array()[0].member("notation")
            let types = try notation.member("signatures").array()
                .map { try $0.member("signatureEnvelopeType").string() }
            let type = format == "jws" ? "application/jose+json" : "application/cose"
            #expect(types == keyKinds.map { _ in type })
            let listed = try await site.yes("airseal list \(format) --json").json
            #expect(try listed.array()[0].member("signatures").integer() == 6)
            if IndependentChecker.isPresent {
                let roots = keyKinds.map { "\($0)-root.pem" }
                let found = try await IndependentChecker.run(site, format, roots: roots)
                #expect(found == keyKinds.count)
            }
        }
    }

    @Test(arguments: ["legacy", "oci1.1", "both"], ["jws", "cose"])
    func `in each form of the manifest is found again (M16, L6)`(_ form: String, _ format: String)
        async throws
    {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.trust(["signer-root.pem"])
        try await site.copySample("two-platforms", to: "l")
        try await site.yes(
            """
            airseal sign l:site.example/hello:v1 \(site.signing("signer")) --format \(format) \
                --manifest-form \(form) --expiry 90d
            """)
        try await site.yes("airseal check l")
        try await site.yes("airseal verify l:site.example/hello:v1 --scope site.example/hello")
        let listed = try await site.yes("airseal list l --json").json
        let count = form == "both" ? 2 : 1
        #expect(try listed.array().count == 1)
        #expect(try listed.array()[0].member("signatures").integer() == count)
        if IndependentChecker.isPresent {
            #expect(
                try await IndependentChecker.run(
                    site, "l", listed.array()[0].member("digest").string(),
                    roots: ["signer-root.pem"]) == count)
        }
    }

    @Test func `in bulk signs each named image once and nothing else`() async throws {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.trust(["signer-root.pem"])
        for sample in ["hello", "two-platforms"] {
            try await site.copySample(sample, to: "source")
            try await site.yes("airseal import source --into l && rm -r source")
        }
        let sign = "airseal sign --all l \(site.signing("signer")) --json"
        let signed = try await site.yes(sign).json.array()
        #expect(signed.count == 2)
        // What the first run added is not an image: the second signs the same two again.
        #expect(try await site.yes(sign).json.array().count == 2)
        #expect(try await site.yes("airseal list l --json").json.array().count == 2)
        for tag in ["v1", "site.example/hello:v1"] {
            try await site.yes("airseal verify l:\(tag) --scope site.example/hello")
        }
    }

    @Test func `by many at once loses no signature`() async throws {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.copySample("hello", to: "l")
        try await site.yes(
            """
            for number in $(seq 8); do
                airseal sign l:v1 \(site.signing("signer")) & pids="$pids $!"
            done
            for pid in $pids; do wait $pid || exit 1; done
            """)
        let listed = try await site.yes("airseal list l --json").json
        #expect(try listed.array()[0].member("signatures").integer() == 8)
        try await site.yes("airseal check l")
    }

    @Test func `leaves one line in the record for each signature, and no PIN anywhere`()
        async throws
    {
        let site = try await Site()
        try await site.yes("printf 97531864 > unusual-pin && chmod 600 unusual-pin")
        try await site.yes(
            """
            softhsm2-util --init-token --free --label other --so-pin 12345678 --pin 97531864
            """)
        let key = "'pkcs11:token=other;object=k?pin-source=file:\(site.root)/unusual-pin'"
        let made = try await site.yes(
            "airseal key generate-test --key \(key) --chain-out k.pem --json")
        try await site.copySample("hello", to: "l")
        let signed = try await site.yes("airseal sign l:v1 --key \(key) --chain k.pem --json")
        for answer in [made, signed] {
            #expect(!(answer.output + answer.errors).contains("97531864"))
        }
        try await site.yes("! grep -r 97531864 state l k.pem home")
        let digest = try signed.json.array()[0].member("signatures").array()[0].string()
        let lines = try await site.yes("grep -rl '\(digest)' state").output
        #expect(!lines.isEmpty)
    }

    @Test func `keeps the entries of the index that were there, in their order (L5)`() async throws
    {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.copySample("two-platforms", to: "l")
        let before = try site.json("l/index.json").member("manifests").array().map(\.value)
        try await site.yes("airseal sign --all l \(site.signing("signer"))")
        let after = try site.json("l/index.json").member("manifests").array().map(\.value)
        #expect(Array(after.prefix(before.count)) == before)
    }
}

@Suite struct `Verifying an image` {
    @Test func `fails where nobody or nobody trusted signed it`() async throws {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.makeKey("stranger")
        try await site.trust(["signer-root.pem"])
        try await site.copySample("hello", to: "l")
        let unsigned = try await site.run("airseal verify l:v1 --scope site.example/hello")
        #expect(unsigned.status == 1 && unsigned.output.contains("no signature"))
        try await site.yes("airseal sign l:v1 \(site.signing("stranger"))")
        let strange = try await site.run("airseal verify l:v1 --scope site.example/hello")
        #expect(strange.status == 1 && strange.output.contains("authenticity"))
        try await site.yes("airseal sign l:v1 \(site.signing("signer"))")
        try await site.yes("airseal verify l:v1 --scope site.example/hello")
    }

    @Test func `has no opinion on a repository that no statement names (V8, Y16)`() async throws {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.trust(["signer-root.pem"], scope: "site.example/hello")
        try await site.copySample("hello", to: "l")
        try await site.yes("airseal sign l:v1 \(site.signing("signer"))")
        try await site.yes("airseal verify l:v1 --scope site.example/hello")
        let answer = try await site.run("airseal verify l:v1 --scope site.example/other")
        #expect(answer.status == 2, "\(answer)")
    }

    @Test func `ends with the signature's own expiry, and with the certificate`() async throws {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.trust(["signer-root.pem"])
        for layout in ["l", "m"] { try await site.copySample("hello", to: layout) }
        try await site.yes("airseal sign l:v1 \(site.signing("signer")) --expiry 7d")
        try await site.yes("airseal sign m:v1 \(site.signing("signer"))")
        let verify = "airseal verify l:v1 --scope site.example/hello"
        try await site.yes("\(verify) --at $(date -u -d '+6 days' +%FT%TZ)")
        let expired = try await site.run("\(verify) --at $(date -u -d '+8 days' +%FT%TZ)")
        #expect(expired.status == 1 && expired.output.contains("expiry"), "\(expired)")
        let old = try await site.run(
            "airseal verify m:v1 --scope site.example/hello --at $(date -u -d '+40 days' +%FT%TZ)")
        #expect(old.status == 1 && old.output.contains("authenticTimestamp"), "\(old)")
    }

    /// Each spoils a signed layout in one way.
    static let spoilt = [
        (
            "a layer's byte",
            "l=$(find s/blobs -size 20); printf X | dd of=$l seek=9 bs=1 conv=notrunc"
        ),
        ("a layer's end", "l=$(find s/blobs -size 20); truncate -s -1 $l"),
        ("a missing layer", "rm $(find s/blobs -size 20)"),
    ]

    @Test(arguments: spoilt) func `reads every layer, unless told not to`(
        _ spoilt: (name: String, script: String)
    ) async throws {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.trust(["signer-root.pem"])
        try await site.copySample("hello", to: "s")
        try await site.yes("airseal sign s:v1 \(site.signing("signer"))")
        let verify = "airseal verify s:v1 --scope site.example/hello"
        try await site.yes(verify)
        try await site.yes(spoilt.script)
        let answer = try await site.run(verify)
        #expect(answer.status == 1, "\(spoilt.name): \(answer)")
        #expect(try await site.run("\(verify) --signatures-only").status == 0)
    }

    @Test func `works on an archive as on a layout`() async throws {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.trust(["signer-root.pem"])
        try await site.copySample("hello", to: "l")
        try await site.yes("airseal sign l:v1 \(site.signing("signer"))")
        try await site.yes("tar -C l -cf l.tar . && tar -C l -czf l.tgz .")
        for archive in ["l.tar", "l.tgz"] {
            try await site.yes("airseal verify \(archive):v1 --scope site.example/hello")
            try await site.yes("airseal check \(archive)")
            let listed = try await site.yes("airseal list \(archive) --json").json
            #expect(try listed.array()[0].member("signatures").integer() == 1)
        }
    }
}

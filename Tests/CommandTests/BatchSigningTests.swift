import Encodings
import Testing

/// Sites with layouts of many small images.
enum Batch {
    /// A site with a key called `signer` and a layout `l` of images `v0`, `v1`, …
    static func ready(_ count: Int) async throws -> Site {
        let site = try await Site()
        try await site.makeKey("signer")
        try await make(count, in: site)
        return site
    }

    static func make(_ count: Int, in site: Site, as name: String = "l") async throws {
        try await site.yes(
            """
            /usr/bin/python3 - \(name) \(count) <<'END'
            import hashlib, json, os, sys
            folder, image = sys.argv[1], "application/vnd.oci.image.manifest.v1+json"
            os.makedirs(folder + "/blobs/sha256")
            def blob(data, kind):
                digest = hashlib.sha256(data).hexdigest()
                with open(folder + "/blobs/sha256/" + digest, "wb") as file: file.write(data)
                return {"mediaType": kind, "digest": "sha256:" + digest, "size": len(data)}
            config = blob(b"{}", "application/vnd.oci.image.config.v1+json")
            layer = blob(b"layer", "application/vnd.oci.image.layer.v1.tar")
            entries = []
            for number in range(int(sys.argv[2])):
                entry = blob(json.dumps({"schemaVersion": 2, "mediaType": image, "config": config,
                    "layers": [layer], "annotations": {"number": str(number)}}).encode(), image)
                entry["annotations"] = {"org.opencontainers.image.ref.name": f"v{number}"}
                entries.append(entry)
            with open(folder + "/index.json", "w") as file:
                json.dump({"schemaVersion": 2, "manifests": entries}, file)
            with open(folder + "/oci-layout", "w") as file:
                file.write('{"imageLayoutVersion":"1.0.0"}')
            END
            """)
    }

    /// How many signatures each image of `layout` has, in the order of the layout.
    static func counts(_ site: Site, _ layout: String = "l") async throws -> [Int64] {
        var counts: [Int64] = []
        for image in try await site.yes("airseal list \(layout) --json").json.array() {
            counts.append(try image.member("signatures").integer())
        }
        return counts
    }

    static func outcomes(_ answer: Site.Answer) throws -> [String] {
        try answer.json.array().map { try $0.member("outcome").string() }
    }

    /// Damages the manifest of an image.
    static func damage(_ name: String, in site: Site) async throws {
        try await site.yes(
            """
            digest=$(airseal list l --json | /usr/bin/python3 -c '
            import json, sys
            print([i["digest"] for i in json.load(sys.stdin) if i["name"] == "\(name)"][0][7:])')
            printf x >> l/blobs/sha256/$digest
            """)
    }
}

@Suite struct `Signing many images` {
    // Refusals.

    @Test func `signs the others where one is damaged, and says which is not`() async throws {
        let site = try await Batch.ready(4)
        try await Batch.damage("v2", in: site)
        let answer = try await site.run("airseal sign l --all \(site.signing("signer")) --json")
        #expect(answer.status == 1)
        #expect(try Batch.outcomes(answer) == ["signed", "signed", "failed", "signed"])
        let failed = try answer.json.array()[2]
        #expect(try failed.member("reason").string().hasPrefix("l:v2: "))
        #expect(try failed.member("signatures").array().isEmpty)
    }

    @Test func `signs none with --all-or-nothing, and leaves everything as it was`() async throws {
        let site = try await Batch.ready(4)
        try await Batch.damage("v2", in: site)
        try await site.yes("cp -r l before")
        let answer = try await site.run(
            "airseal sign l --all --all-or-nothing \(site.signing("signer")) --json")
        #expect(answer.status == 1)
        #expect(try Batch.outcomes(answer) == ["pending", "pending", "failed", "pending"])
        #expect(answer.errors.contains("nothing was signed: not every image can be signed"))
        try await site.yes("diff -r l before; ! ls state/journal/*.json 2> /dev/null")
        try await site.yes("! grep -q '\"kind\":\"sign\"' state/audit.jsonl")
    }

    @Test func `is refused where it could not be all or nothing, or would never end`() async throws
    {
        let site = try await Batch.ready(1)
        try await site.yes("cp -r l other")
        let both = try await site.run(
            "airseal sign l other --all --all-or-nothing \(site.signing("signer"))")
        #expect(both.status == 2)
        #expect(
            both.sentences == [
                "airseal: error: all or nothing holds for the images of one layout, and these are in 2"
            ])
        let renewal = try await site.run(
            """
            airseal sign l --all --expiry 10d --skip-if-signed --renew-before 10d \
                \(site.signing("signer"))
            """)
        #expect(renewal.status == 64)
        // A zero byte ends no path.
        try await site.yes(#"echo '[{"reference":"l\u0000/x:v0"}]' > list"#)
        let cut = try await site.run(
            "airseal sign --from list \(site.signing("signer")) --json")
        #expect(cut.status == 2)
        #expect(try Batch.outcomes(cut) == ["failed"])
        try await site.yes("airseal sign l:v0 \(site.signing("signer"))")
        try await site.yes("airseal audit show --last 9223372036854775807 > shown")
    }

    @Test func `is not over before its report was written`() async throws {
        let site = try await Batch.ready(3)
        let sign = "airseal sign l --all \(site.signing("signer")) --json"
        let lost = try await site.run("\(sign) > /dev/full")
        #expect(lost.status == 2)
        #expect(lost.errors.contains("the answer could not be written"), "\(lost)")
        let again = try await site.yes(sign)
        #expect(try Batch.outcomes(again) == ["skipped", "skipped", "skipped"])
        #expect(again.errors.contains("took up a run that was interrupted"))
        #expect(try await Batch.counts(site) == [1, 1, 1])
        // It is over now.
        let next = try await site.yes(sign)
        #expect(try Batch.outcomes(next) == ["signed", "signed", "signed"])
    }

    @Test func `names no key where it reached none`() async throws {
        let site = try await Batch.ready(1)
        try await site.yes("printf 9999 > pin")
        let answer = try await site.run("airseal sign l:v0 \(site.signing("signer")) --json")
        #expect(answer.status == 2)
        #expect(try Batch.outcomes(answer) == ["pending"])
        #expect(try answer.json.array()[0].member("key").value == .null)
    }

    @Test func `ends with 2 where the gravest is an image that is not there`() async throws {
        let site = try await Batch.ready(2)
        try await site.yes(
            #"echo '[{"reference":"l:v0"},{"reference":"l:v9"},{"reference":"m:v0"}]' > list"#)
        let answer = try await site.run(
            "airseal sign --from list \(site.signing("signer")) --json")
        #expect(answer.status == 2)
        #expect(try Batch.outcomes(answer) == ["signed", "failed", "failed"])
    }

    @Test(arguments: [
        ("{}", "the document"), (#"[{"reference":1}]"#, "[0].reference"), ("[", "JSON"),
        (#"[{"reference":""}]"#, "[0].reference"), (#"[{}]"#, "[0].reference"),
        (#"[{"reference":"l:v0","digest":"x"}]"#, "[0].digest"),
        (#"[{"reference":"l:v0","expiry":"soon"}]"#, "[0].expiry"),
        (#"[{"reference":"l:v0","expiry":"0d"}]"#, "[0].expiry"),
        (#"[{"reference":"l:v0","metadata":{"a":1}}]"#, "[0].metadata.a"),
        (#"[{"reference":"l:v0","metadata":{"a":""}}]"#, "[0].metadata"),
        (#"[{"reference":"l:v0","metadata":{"io.cncf.notary.x":"1"}}]"#, "[0].metadata"),
        (#"[{"reference":"l:v0","metadata":{"io.airseal.purpose":"bundle"}}]"#, "[0].metadata"),
        (#"[{"reference":"l:v0","reference":"l:v1"}]"#, "twice"),
    ]) func `refuses a list that is none, naming the place`(_ list: String, _ says: String)
        async throws
    {
        let site = try await Batch.ready(1)
        try await site.yes("cat > list <<'END'\n\(list)\nEND")
        try await Refusal.expect(
            site, "airseal sign --from list \(site.signing("signer"))", status: 2, says: says)
    }

    @Test func `believes no signature that it has not verified`() async throws {
        let site = try await Batch.ready(1)
        let sign = "airseal sign l --all --skip-if-signed \(site.signing("signer")) --json"
        try await site.yes(sign)
        #expect(try Batch.outcomes(try await site.yes(sign)) == ["skipped"])
        // One byte of the envelope is another; the manifest and the lists say what they said.
        try await site.yes(
            """
            envelope=$(grep -lr '"protected"' l/blobs); printf x >> "$envelope"
            """)
        #expect(try Batch.outcomes(try await site.yes(sign)) == ["signed"])
    }

    // What is skipped.

    @Test func `skips what stands, and only that`() async throws {
        let site = try await Batch.ready(1)
        try await site.makeKey("other")
        let sign = "airseal sign l --all --json"
        let key = site.signing("signer")
        func outcome(_ options: String) async throws -> String {
            try Batch.outcomes(try await site.yes("\(sign) \(options)"))[0]
        }
        #expect(try await outcome("--skip-if-signed \(site.signing("other"))") == "signed")
        #expect(try await outcome("--skip-if-signed \(key)") == "signed")
        #expect(try await outcome("--skip-if-signed \(key)") == "skipped")
        #expect(try await outcome("--skip-if-signed --metadata a=b \(key)") == "signed")
        #expect(try await outcome("--skip-if-signed --metadata a=b \(key)") == "skipped")
        #expect(try await outcome("--skip-if-signed --metadata a=c \(key)") == "signed")
        // A signature without expiry ends with its certificate, and so would another.
        #expect(try await outcome("--skip-if-signed --renew-before 36500d \(key)") == "skipped")
        try await site.yes("rm -r l")
        try await Batch.make(1, in: site)
        #expect(try await outcome("--skip-if-signed --expiry 20d \(key)") == "signed")
        #expect(try await outcome("--skip-if-signed --renew-before 10d \(key)") == "skipped")
        #expect(try await outcome("--skip-if-signed --renew-before 30d \(key)") == "signed")
        try await site.yes("airseal check l")
    }

    @Test func `asks for no PIN where everything is skipped`() async throws {
        let site = try await Batch.ready(2)
        try await site.yes("airseal sign l --all \(site.signing("signer"))")
        try await site.yes("rm pin")
        let answer = try await site.yes(
            "airseal sign l --all --skip-if-signed \(site.signing("signer")) --json")
        #expect(try Batch.outcomes(answer) == ["skipped", "skipped"])
    }

    @Test func `rehearses without a key, and changes nothing`() async throws {
        let site = try await Batch.ready(3)
        try await site.yes("airseal sign l:v1 \(site.signing("signer"))")
        try await Batch.damage("v2", in: site)
        try await site.yes("rm pin; cp -r l before; cp -r state state-before")
        let line = "airseal sign l --all --skip-if-signed --dry-run \(site.signing("signer"))"
        let answer = try await site.run("\(line) --json")
        #expect(answer.status == 1)
        #expect(try Batch.outcomes(answer) == ["pending", "skipped", "failed"])
        #expect(try answer.json.array()[0].member("reason").string() == "would be signed")
        let told = try await site.run(line)
        #expect(told.output.contains("would sign l:v0 sha256:"))
        #expect(told.output.contains("skipped l:v1 sha256:"))
        try await site.yes("diff -r l before && diff -r state state-before")
    }

    // Lists and reports.

    @Test func `takes a list from standard input, with metadata and expiry of its own`()
        async throws
    {
        let site = try await Batch.ready(3)
        try await site.trust(["signer-root.pem"])
        try await site.yes(
            """
            cat > list.json <<'END'
            [{"reference": "l:v0", "metadata": {"build": "42"}, "expiry": "2d"},
             {"reference": "l:v1"}, {"reference": "l:v1"}]
            END
            """)
        #expect(try await site.faults(of: "list.json", by: "signing-list") == "")
        let answer = try await site.yes(
            """
            airseal sign --from - --metadata build=1 --expiry 9d \(site.signing("signer")) --json \
                < list.json
            """)
        #expect(try Batch.outcomes(answer) == ["signed", "signed"])
        for (name, build, days) in [("v0", "42", 2), ("v1", "1", 9)] {
            try await site.yes(
                "airseal verify l:\(name) --scope site.example/x --metadata build=\(build)")
            let image = try answer.json.array().first {
                try $0.member("reference").string() == "l:\(name)"
            }
            let made = try #require(try image?.member("signingTime").timestamp())
            #expect(
                try image?.member("expiry").timestamp()
                    == made.adding(seconds: Int64(days) * 86_400))
        }
        #expect(try await Batch.counts(site) == [1, 1, 0])
    }

    @Test func `reports by the schema, whatever becomes of an image`() async throws {
        let site = try await Batch.ready(4)
        try await site.yes("airseal sign l:v1 \(site.signing("signer"))")
        try await Batch.damage("v2", in: site)
        let sign = "airseal sign l --all --skip-if-signed --expiry 9d \(site.signing("signer"))"
        for options in ["--dry-run", "--all-or-nothing", "", "--from nothing.json"] {
            try await site.yes(#"echo '[{"reference":"elsewhere:v1"}]' > nothing.json"#)
            _ = try await site.run("\(sign) \(options) --json > report.json")
            #expect(try await site.faults(of: "report.json", by: "signing-report") == "")
        }
    }

    // Interruptions.

    @Test func `goes on after a kill where it was, and signs nothing twice`() async throws {
        let count = 10
        let site = try await Batch.ready(count)
        try await Batch.make(count, in: site, as: "m")
        let sign = "airseal sign l m --all \(site.signing("signer"))"
        // The second layout is held by another process, so the run waits there until it is killed.
        try await site.yes(
            """
            flock --no-fork m sleep 600 & holder=$!
            \(sign) > first 2> /dev/null & program=$!
            until [ "$(wc -l < first)" -ge \(count) ]; do sleep 0.01; done
            kill -KILL $program; wait $program; [ $? = 137 ]
            kill $holder; ls state/journal/*.json
            """)
        #expect(try await Batch.counts(site) == Array(repeating: 1, count: count))
        #expect(try await Batch.counts(site, "m") == Array(repeating: 0, count: count))
        let skipped = Array(repeating: "skipped", count: count)
        let told = try await site.yes("\(sign) --dry-run --json")
        #expect(try Batch.outcomes(told) == skipped + Array(repeating: "pending", count: count))
        // Another command is another run, and takes up nothing.
        let other = try await site.yes("airseal sign l --all \(site.signing("signer")) --json")
        #expect(try Batch.outcomes(other) == Array(repeating: "signed", count: count))
        let again = try await site.yes("\(sign) --json")
        #expect(again.errors.contains("took up a run that was interrupted"))
        #expect(
            try Batch.outcomes(again) == skipped + Array(repeating: "signed", count: count))
        #expect(try await Batch.counts(site, "m") == Array(repeating: 1, count: count))
        try await site.yes("airseal check l && airseal check m && airseal audit verify")
        try await site.yes("! ls state/journal/*.json 2> /dev/null")
        // It has come to its end: the same command begins anew.
        #expect(
            try Batch.outcomes(try await site.yes("\(sign) --json"))
                == Array(repeating: "signed", count: 2 * count))
    }

    @Test(.enabled(if: Mounts.areAllowed, "mounting needs root and unshare"))
    func `goes on after the disk was full, and signs nothing twice`() async throws {
        let count = 300
        let site = try await Batch.ready(count)
        let answer = try await site.run(
            """
            export KEY=\(site.key("signer")); mkdir disk
            unshare -m bash -s <<'END'
            mount -t tmpfs -o size=160m none disk && cp -a l disk
            free=$(df --output=avail -k disk | tail -1)
            head -c $(( (free - 2000) * 1024 )) /dev/zero > disk/filler
            airseal sign disk/l --all --key "$KEY" --chain signer.pem > first 2> errors; status=$?
            [ $status = 2 ] && grep -q 'the disk is full' errors || { cat errors >&2; exit 3; }
            airseal check disk/l > answer || exit 4
            rm disk/filler
            airseal sign disk/l --all --key "$KEY" --chain signer.pem > second 2> errors || exit 5
            airseal check disk/l > answer || exit 6
            airseal list disk/l --json | grep -oE '"signatures": *[0-9]+' | sort | uniq -c
            END
            """)
        #expect(answer.status == 0, "\(answer.errors)")
        #expect(answer.output.split(separator: " ").first.map(String.init) == "\(count)")
        #expect(answer.output.contains(#""signatures": 1"#), "\(answer.output)")
    }

    @Test func `keeps what was made when the token fails, and goes on from there`() async throws {
        let site = try await Batch.ready(2)
        let sign = "airseal sign l --all \(site.signing("signer"))"
        try await site.yes("mv pin kept")
        let answer = try await site.run("\(sign) --json")
        #expect(answer.status == 2)
        #expect(try Batch.outcomes(answer) == ["pending", "pending"])
        try await site.yes("mv kept pin && \(sign)")
        #expect(try await Batch.counts(site) == [1, 1])
    }
}

import Encodings
import TestSupport
import Testing

@Suite struct `Importing` {
    /// A docker-archive `a.tar` of the sample layout's image, called
    /// `site.example/app:1` and `site.example/app:2`.
    static func dockerArchive(_ site: Site) async throws {
        try await site.copySample("hello", to: "s")
        try await site.yes(
            """
            skopeo copy -q --additional-tag site.example/app:2 oci:s:v1 \
                docker-archive:a.tar:site.example/app:1
            """)
    }

    static func images(_ answer: Site.Answer) throws -> [JSONPlace] {
        try answer.json.array()[0].member("images").array()
    }

    @Test func `once more for practice changes nothing, and says what would be`() async throws {
        let site = try await Site()
        try await Self.dockerArchive(site)
        let before = try await site.yes("find . | sort").output
        let rehearsal = try await site.yes("airseal import a.tar --into new/l --dry-run --json")
        #expect(try await site.yes("find . | sort").output == before)
        #expect(try rehearsal.json.array()[0].member("dryRun").boolean())
        let real = try await site.yes("airseal import a.tar --into new/l --json")
        #expect(
            try Self.images(rehearsal).map(\.value) == Self.images(real).map(\.value))
        let again = try await site.yes("airseal import a.tar --into new/l --dry-run")
        #expect(again.output.contains("was there already"))
        try await site.copySample("two-platforms", to: "b")
        let taken = try await site.run(
            "airseal import b --into new/l --name site.example/app:1 --dry-run")
        #expect(taken.status == 1 && taken.errors.contains("already stands for"))
        try await site.yes(
            "airseal import b --into new/l --name site.example/app:1 --dry-run --replace")
    }

    @Test func `for practice refuses a name that two sources want`() async throws {
        let site = try await Site()
        try await site.copySample("hello", to: "a")
        try await site.copySample("two-platforms", to: "b")
        try await site.yes("sed -i 's/\"site.example[^\"]*\"/\"v1\"/' b/index.json")
        for flag in ["--dry-run", ""] {
            let answer = try await site.run("airseal import a b --into l \(flag)")
            #expect(answer.status == 1 && answer.errors.contains("already stands for"))
        }
    }

    static let refused = [
        "a.tar --into l --platform linux/s390x", "a.tar --into deep/er/l --platform linux/s390x",
        "empty.tar --into l", "cut.tar --into deep/l", "cut.tar --into ready",
        "a.tar:site.example/app:1 s --into l --name x", "a.tar:none --into l", "none.tar --into l",
    ]

    @Test(arguments: refused) func `that is refused leaves no layout where there was none`(
        _ arguments: String
    ) async throws {
        let site = try await Site()
        try await Self.dockerArchive(site)
        try await site.yes(
            "mkdir ready; tar -cf empty.tar --files-from /dev/null; head -c 4000 a.tar > cut.tar")
        let before = try await site.yes("find . | sort").output
        let answer = try await site.run("airseal import \(arguments)")
        #expect(answer.status != 0)
        #expect(try await site.yes("find . | sort").output == before)
    }

    /// What came before stays, so it must be said.
    @Test func `says what came before a source that failed`() async throws {
        let site = try await Site()
        try await Self.dockerArchive(site)
        try await site.yes("head -c 4000 a.tar > cut.tar")
        for (bad, member, status) in [("cut.tar", "refused", 1), ("none.tar", "failed", 2)] {
            let answer = try await site.run("airseal import a.tar \(bad) --into l --json")
            #expect(answer.status == status)
            let sources = try answer.json.array()
            #expect(try sources.map { try $0.member("source").string() } == ["a.tar", bad])
            #expect(try sources[0].member("images").array().count == 2)
            #expect(try !sources[1].member(member).string().isEmpty)
            let said = try await site.run("airseal import a.tar \(bad) --into l")
            #expect(said.status == status && said.output.contains("site.example/app:2"))
        }
    }

    @Test func `is not disturbed by others that are refused at the same time`() async throws {
        let site = try await Site()
        try await Self.dockerArchive(site)
        try await site.yes(
            """
            head -c 4000 a.tar > cut.tar
            for n in 1 2 3 4 5 6 7 8; do
                airseal import cut.tar --into deep/$n 2>> cut.err & airseal import cut.tar --into deep/$n 2>> cut.err &
                airseal import a.tar --into deep/$n > out; s=$?; wait; test $s = 0 && airseal check deep/$n || exit 1
            done
            """)
    }

    @Test func `takes one image by name or digest, and calls it as it is told`() async throws {
        let site = try await Site()
        try await Self.dockerArchive(site)
        try await site.yes("airseal import a.tar:site.example/app:2 --into l")
        let listed = try await site.yes("airseal list l --json").json.array()
        #expect(try listed.map { try $0.member("name").string() } == ["site.example/app:2"])
        let digest = try listed[0].member("digest").string()
        try await site.yes(
            "cat a.tar | airseal import --into m --name site.example/app:v9 -- -@\(digest)")
        let named = try await site.yes("airseal list m --json").json.array()
        #expect(try named.map { try $0.member("name").string() } == ["site.example/app:v9"])
        #expect(try named[0].member("digest").string() == digest)
        try await site.yes("skopeo inspect oci:m:site.example/app:v9")
    }

    @Test func `takes a platform's manifest, and says which were left`() async throws {
        let site = try await Site()
        try await site.copySample("two-platforms", to: "s")
        try await site.makeKey("signer")
        try await site.yes("airseal sign --all s \(site.signing("signer"))")
        let index = try await site.yes("airseal inspect s --json").json.array()[0]
        let parts = try index.member("parts").array()
        let wanted = try parts[0].member("digest").string()
        let platform = try parts[0].member("platform")
        let text =
            try platform.member("os").string() + "/" + platform.member("architecture").string()
        let answer = try await site.yes(
            "airseal import s --into l --platform \(text) --json")
        let image = try Self.images(answer)[0]
        #expect(try image.member("digest").string() == wanted)
        #expect(try image.member("index").string() == index.member("digest").string())
        #expect(try image.member("leftPlatforms").array().count == parts.count - 1)
        // The signature speaks of the index, which did not come.
        #expect(
            try await site.yes("airseal list l --json").json.array()[0].member("signatures")
                .integer() == 0)
        try await site.yes(
            "airseal check l && skopeo inspect oci:l:$(airseal list l --json |"
                + " sed -n 's/.*\"name\": \"\\(.*\\)\",/\\1/p')")
        let said = try await site.yes("airseal import s --into m --platform \(text)")
        #expect(said.output.contains("platforms left there: "))
    }

    @Test func `shows on a terminal how far it is, and erases it`() async throws {
        let site = try await Site()
        try await Self.dockerArchive(site)
        let slow = "{ head -c 2000 a.tar; sleep 1.4; tail -c +2001 a.tar; }"
        let seen = try await site.yes(
            "script -qec '\(slow) | airseal import - --into l' /dev/null"
        ).output
        #expect(seen.contains("airseal: importing: "))
        #expect(seen.contains("/s\r\u{1B}[K"))
        let quiet = try await site.yes("\(slow) | airseal import - --into m")
        #expect(quiet.errors.isEmpty)
        let quick = try await site.yes("script -qec 'airseal import a.tar --into n' /dev/null")
        #expect(!quick.output.contains("importing"))
    }
}

@Suite struct `A docker-archive in place` {
    @Test func `is listed, inspected and checked with the digests of its import`() async throws {
        let site = try await Site()
        try await `Importing`.dockerArchive(site)
        try await site.yes("airseal import a.tar --into l; zstd -q a.tar; gzip -k a.tar")
        for source in ["a.tar", "a.tar.zst", "a.tar.gz"] {
            for verb in ["list", "inspect", "check"] {
                let here = try await site.yes("airseal \(verb) \(source) --json").output
                let there = try await site.yes("airseal \(verb) l --json").output
                #expect(here == there.replacing("\"l\"", with: "\"\(source)\""))
            }
            let piped = try await site.yes("cat \(source) | airseal list - --json").output
            #expect(try await piped == site.yes("airseal list l --json").output)
        }
        try await site.yes("airseal inspect a.tar:site.example/app:2")
    }

    @Test func `is verified: it has no signature, and its content is whole`() async throws {
        let site = try await Site()
        try await `Importing`.dockerArchive(site)
        try await site.makeKey("signer")
        try await site.trust(["signer-root.pem"])
        let answer = try await site.run(
            "airseal verify a.tar:site.example/app:1 --scope site.example/app --json")
        #expect(answer.status == 1)
        let report = try answer.json.array()[0]
        #expect(try report.member("content").member("failures").array().isEmpty)
        #expect(try report.member("content").member("blobs").integer() >= 3)
        try await site.yes("airseal import a.tar --into l")
        let digest = try await site.yes("airseal list l --json").json.array()[0].member("digest")
        #expect(try report.member("digest").string() == digest.string())
    }

    @Test func `cannot be signed before it is imported, and is not touched`() async throws {
        let site = try await Site()
        try await `Importing`.dockerArchive(site)
        try await site.makeKey("signer")
        let before = try await site.yes("sha256sum a.tar").output
        let answer = try await site.run(
            "airseal sign a.tar:site.example/app:1 \(site.signing("signer"))")
        #expect(answer.status == 2)
        #expect(answer.errors.contains("import it"), "\(answer.errors)")
        #expect(try await site.yes("sha256sum a.tar").output == before)
    }

    @Test func `cannot steer the terminal by the names of its members`() async throws {
        let site = try await Site()
        try await `Importing`.dockerArchive(site)
        try await site.yes(
            """
            mkdir x; tar -C x -xf a.tar; printf x > "x/$(printf 'evil\\033[2J\\342\\200\\256\\007')"
            tar -C x -cf b.tar $(ls x); mkfifo "x/$(printf 'pipe\\033[2J')"; tar -C x -cf c.tar .
            """)
        let checked = try await site.run("airseal check b.tar")
        let refused = try await site.run("airseal check c.tar")
        #expect(checked.output.contains("evil\\u{1b}[2J\\u{202e}\\u{7}"))
        #expect(refused.status == 1 && refused.errors.contains("pipe\\u{1b}[2J"))
        for text in [checked.output, refused.errors] {
            #expect(!text.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
        }
    }
}

@Suite struct `An image with a foreign layer` {
    /// The layout `s`: the sample's image with one more layer, which is nowhere.
    static func make(_ site: Site) async throws {
        try await site.copySample("hello", to: "s")
        try await site.yes(
            """
            python3 - <<'END'
            import hashlib, json
            index = json.load(open("s/index.json")); entry = index["manifests"][0]
            path = "s/blobs/sha256/"
            image = json.load(open(path + entry["digest"][7:]))
            image["layers"].append({"mediaType": "application/vnd.oci.image.layer.nondistributable.v1.tar",
                "digest": "sha256:" + "7" * 64, "size": 9, "urls": ["https://far.example/layer"]})
            text = json.dumps(image).encode(); hex = hashlib.sha256(text).hexdigest()
            open(path + hex, "wb").write(text)
            entry["digest"], entry["size"] = "sha256:" + hex, len(text)
            json.dump(index, open("s/index.json", "w"))
            END
            tar -C s -cf s.tar .
            """)
    }

    @Test func `is imported, checked, signed and verified, and the layer is told each time`()
        async throws
    {
        let site = try await Site()
        try await Self.make(site)
        try await site.makeKey("signer")
        try await site.trust(["signer-root.pem"])
        let layer = "sha256:" + String(repeating: "7", count: 64)
        for source in ["s", "s.tar"] {
            let answer = try await site.yes("airseal import \(source) --into l --json")
            let image = try answer.json.array()[0].member("images").array()[0]
            #expect(try image.member("absentForeignLayers").array()[0].string() == layer)
        }
        try await site.yes("airseal sign l:v1 \(site.signing("signer")); tar -C l -cf l.tar .")
        for place in ["l", "l.tar"] {
            let check = try await site.yes("airseal check \(place)")
            #expect(check.output.contains("note: the layer \(layer) is not here"))
            let verify = "airseal verify \(place):v1 --scope site.example/hello"
            #expect(
                try await site.yes(verify).output.contains(
                    "content: the layer \(layer) is not here"))
            let report = try await site.yes("\(verify) --json").json.array()[0]
            #expect(
                try report.member("content").member("absentForeignLayers").array()[0].string()
                    == layer)
        }
    }
    @Test func `is not exported, for a bundle promises every byte`() async throws {
        let gap = try await Gap()
        try await Self.make(gap.low)
        try await gap.low.yes("airseal import s --into m")
        try await gap.low.yes("airseal sign m:v1 \(gap.low.signing("signer"))")
        let answer = try await gap.low.run(
            """
            airseal export m --to b.tar --destination high-side --scope site.example/hello \
                \(gap.low.signing("signer"))
            """)
        #expect(answer.status == 1)
        #expect(answer.errors.contains(String(repeating: "7", count: 64)), "\(answer.errors)")
        #expect(try await gap.low.run("test -e b.tar").status != 0)
    }
}

@Suite struct `A referrer that is wrong about its subject` {
    private static let lies = [
        #"{**v1, "size": v1["size"] + 1}"#, #"{**v1, "mediaType": INDEX}"#,
        #"{**v1, "digest": "sha256:" + "7" * 64}"#, #"l.blob(b"no manifest", MANIFEST)"#,
    ]

    @Test(arguments: lies) func `does not keep the image from being imported`(_ lie: String)
        async throws
    {
        let site = try await Site()
        try await site.layoutByHand(
            "s",
            """
            v1 = l.image(b"v1"); l.add(v1, "v1")
            l.add(l.image(b"note", subject=\(lie), artifactType="a/b"))
            """)
        try await site.yes("tar -C s -cf s.tar .")
        for source in ["s", "s.tar"] {
            try await site.yes("airseal import \(source) --into \(source).out")
            try await site.yes("airseal check \(source).out")
            let images = try await site.yes("airseal list \(source).out --json").json.array()
            #expect(try images.contains { try $0.member("name").string() == "v1" })
        }
        // What the layout itself promises is still asked for.
        try await site.yes("rm s/blobs/sha256/$(printf v1 | sha256sum | cut -d ' ' -f 1)")
        #expect(try await site.run("airseal import s --into refused").status == 1)
    }
}

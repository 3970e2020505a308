import Encodings
import Glibc
import TestSupport
import Testing

/// A layout folder that is wrong in one way, and what is said of it.
struct HostileLayout: Sendable, CustomTestStringConvertible {
    let name: String
    /// Makes it; see `Site.layoutByHand`.
    let code: String
    /// What `check` ends with and says; it is what `verify` decides on too.
    var check: (status: Int32, says: String)
    /// What `import` ends with and says.
    var intake: (status: Int32, says: String)

    var testDescription: String { name }

    /// The same refusal by both.
    init(_ name: String, _ says: String, status: Int32 = 1, _ code: String) {
        self.init(name, check: (status, says), intake: (status, says), code)
    }

    init(
        _ name: String, check: (Int32, String), intake: (Int32, String), _ code: String
    ) {
        (self.name, self.code) = (name, code)
        (self.check, self.intake) = (check, intake)
    }

    /// Everybody answers within this many seconds, whatever the layout holds.
    static let secondsMax = 60

    func judge(_ site: Site) async throws {
        try await site.layoutByHand("l", code)
        try await site.copySample("hello", to: "m")
        let before = try await site.yes("find l m | sort | sha256sum").output
        let limit = "timeout \(Self.secondsMax)"
        let checked = try await site.run("\(limit) airseal check l")
        #expect(checked.status == check.status, "\(checked)")
        #expect((checked.output + checked.errors).contains(check.says), "\(checked)")
        let imported = try await site.run("\(limit) airseal import l --into m --replace")
        #expect(imported.status == intake.status, "\(imported)")
        #expect(imported.errors.contains(intake.says), "\(imported)")
        let listed = try await site.run("\(limit) airseal list l")
        #expect([0, check.status].contains(listed.status), "\(listed)")
        for answer in [checked, imported, listed] where answer.status != 0 {
            let sentences = answer.errors.split(separator: "\n").filter {
                $0.hasPrefix("airseal: error: ")
            }
            #expect(sentences.count <= 1, "\(answer)")
        }
        guard intake.status != 0 else { return }
        #expect(try await site.yes("find l m | sort | sha256sum").output == before)
    }
}

@Suite struct `Hostile layouts` {
    static let documents = [
        HostileLayout(
            "ten indexes, one below the other", check: (1, "lies below more than 8 other indexes"),
            intake: (1, "nested deeper"),
            "d = l.image()\nfor _ in range(10): d = l.index([d])\nl.add(d, 'v1')"),
        HostileLayout(
            "ten thousand indexes", check: (1, "lies below more than 8 other indexes"),
            intake: (1, "nested deeper"),
            "d = l.image()\nfor _ in range(10_000): d = l.index([d])\nl.add(d, 'v1')"),
        HostileLayout(
            "ten thousand brackets in index.json", "index.json: is nested too deep",
            #"l.text = '{"schemaVersion":2,"manifests":' + '[' * 10_000 + ']' * 10_000 + '}'"#),
        HostileLayout(
            "ten thousand brackets in a manifest", "nested too deep",
            """
            l.add(l.blob(b'{"schemaVersion":2,"config":' + b'[' * 10_000 + b']' * 10_000 + b'}',
                MANIFEST), 'v1')
            """),
        HostileLayout(
            "a manifest of 4 MiB and one byte", check: (1, "4194305 bytes; at most 4194304"),
            intake: (1, "is larger"), manifest(byteCount: (4 << 20) + 1)),
        HostileLayout(
            "an index that lists itself", "is damaged: its bytes have the digest",
            """
            d = l.image()
            d["digest"] = "sha256:" + "ab" * 32
            data = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [
                {"mediaType": INDEX, "digest": d["digest"], "size": 250}]}).encode()
            data = data.ljust(250)
            l.write("blobs/sha256/" + "ab" * 32, data)
            l.add({"mediaType": INDEX, "digest": d["digest"], "size": len(data)}, "v1")
            """),
        HostileLayout(
            "two manifests that are each other's subject", "is damaged: its bytes have the digest",
            """
            for own, other in (("aa", "bb"), ("bb", "aa")):
                data = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "layers": [],
                    "config": l.blob({}, CONFIG), "subject": {"mediaType": MANIFEST,
                    "digest": "sha256:" + other * 32, "size": 500}}).encode().ljust(500)
                l.write("blobs/sha256/" + own * 32, data)
                l.add({"mediaType": MANIFEST, "digest": "sha256:" + own * 32, "size": 500})
            """),
        HostileLayout(
            "a layer of more bytes than can be added up", "not 9223372036854775807",
            """
            layers = [{**l.blob(data, LAYER), "size": 2**63 - 1} for data in (b"one", b"two")]
            l.add(l.image(layers=layers), "v1")
            """),
        HostileLayout(
            "a manifest of more bytes than can be added up",
            check: (1, "9223372036854775807 bytes; at most"), intake: (1, "is larger"),
            "l.add({**l.image(), 'size': 2**63 - 1}, 'v1')"),
        HostileLayout(
            "another layout version", "2.0.0",
            #"l.write("oci-layout", b'{"imageLayoutVersion":"2.0.0"}'); l.add(l.image(), "v1")"#),
        HostileLayout(
            "a byte order mark", "byte order mark", "l.text = '\\ufeff{}'"),
        HostileLayout("an empty index.json", "ends in the middle", "l.text = ' '"),
        HostileLayout(
            "a manifest that is called an index", "manifests",
            "d = l.image(); d['mediaType'] = INDEX; l.add(d, 'v1')"),
    ]

    /// An image whose manifest has `byteCount` bytes.
    static func manifest(byteCount: Int) -> String {
        """
        padding = \(byteCount) - l.image(annotations={"a": ""})["size"]
        shutil.rmtree(l.path + "/blobs/sha256"); os.mkdir(l.path + "/blobs/sha256")
        l.add(l.image(annotations={"a": "x" * padding}), "v1")
        """
    }

    @Test(arguments: documents) func `are refused for what they hold`(_ layout: HostileLayout)
        async throws
    {
        try await layout.judge(try await Site())
    }

    /// What the entry says instead of the truth; `size` is right otherwise.
    static let descriptors: [HostileLayout] = [
        ("a size too small", "size", "d['size'] - 1", "not"),
        ("a size too large", "size", "d['size'] + 1", "not"),
        ("no size", "size", "0", "not 0"),
        ("a size beyond 64 bits", "size", "2**63", "size"),
        ("a negative size", "size", "-1", "size"),
        ("a size as text", "size", "str(d['size'])", "size"),
        ("a size with a fraction", "size", "d['size'] + 0.5", "size"),
        ("digest sha224", "digest", "'sha224:' + 'ab' * 28", "sha224"),
        ("digest blake3", "digest", "'blake3:' + 'ab' * 32", "blake3"),
        ("digest md5", "digest", "'md5:' + 'ab' * 16", "md5"),
        ("no digest", "digest", "''", "digest"),
        ("a digest that is a colon", "digest", "':'", "digest"),
        ("a digest without hash", "digest", "'sha256:'", "digest"),
        ("a digest in capitals", "digest", "d['digest'].upper()", "digest"),
        ("a hash in capitals", "digest", "'sha256:' + d['digest'][7:].upper()", "digest"),
        ("a hash that is too short", "digest", "d['digest'][:-1]", "digest"),
        ("a hash that leads up", "digest", "'sha256:' + '../' * 21 + 'x'", "digest"),
        ("a hash with a zero", "digest", "d['digest'][:-1] + chr(0)", "digest"),
        ("an algorithm that leads up", "digest", "'../sha256:' + d['digest'][7:]", "digest"),
        ("a type that is no text", "mediaType", "7", "mediaType"),
        ("annotations that are no texts", "annotations", "{NAME: 7}", "annotations"),
    ].map { name, member, value, says in
        HostileLayout(name, says, "d = l.image(); d['\(member)'] = \(value); l.add(d)")
    }

    @Test(arguments: descriptors) func `are refused for an entry that has`(_ layout: HostileLayout)
        async throws
    {
        try await layout.judge(try await Site())
    }

    /// The same lies one level lower, where the manifest that tells them has the right digest.
    @Test(arguments: descriptors.filter { !$0.name.contains("annotations") })
    func `are refused for a layer that has`(_ layout: HostileLayout) async throws {
        let code = layout.code.replacing(
            "d = l.image(); ", with: "d = l.blob(b'more', LAYER); "
        ).replacing("l.add(d)", with: "l.add(l.image(layers=[d]), 'v1')")
        try await HostileLayout(
            layout.name, check: layout.check, intake: layout.intake, code
        ).judge(try await Site())
    }

    /// What stands in place of something; `$P` is its path, and what was there is in `saved`.
    static let places: [(name: String, script: String)] = [
        ("a link within the layout", #"mv saved l/elsewhere && ln -s "$PWD/l/elsewhere" $P"#),
        ("a link out of the layout", #"ln -s "$PWD/saved" $P"#),
        ("a link to nothing", "ln -s nowhere $P"), ("a link to itself", "ln -s ${P##*/} $P"),
        ("a pipe", "mkfifo $P"), ("a socket", socket), ("a folder", "mkdir $P"),
        ("nothing", "true"),
    ]
    static let socket =
        "python3 -c \"import socket; socket.socket(socket.AF_UNIX).bind('$P'[-90:])\""
    static let parts = ["oci-layout", "index.json", "blobs", "blobs/sha256", "manifest", "layer"]

    @Test(arguments: parts, places) func `are refused for what is no file or folder of their own`(
        _ part: String, _ place: (name: String, script: String)
    ) async throws {
        let site = try await Site()
        try await site.copySample("hello", to: "l")
        let layer = "$(find l/blobs -size 20)"
        let path =
            switch part {
            case "manifest": "l/blobs/sha256/\(`Hostile neighbours`.fallback.dropFirst(7))"
            case "layer": layer
            default: "l/\(part)"
            }
        try await site.yes("P=\(path); mv $P saved; \(place.script)")
        let isHead = ["oci-layout", "index.json"].contains(part)
        for verb in ["check l", "import l --into m"] {
            let answer = try await site.run("timeout 20 airseal \(verb)")
            #expect(answer.status == (isHead ? 2 : 1), "\(verb): \(answer)")
        }
        let listed = try await site.run("timeout 20 airseal list l")
        #expect(listed.status == (isHead ? 2 : 0), "\(listed)")
        #expect(try await site.run("ls -A m/blobs/sha256").output.isEmpty)
    }

    @Test(
        arguments: ["blobs", "blobs/sha256"],
        ["sign l:v1 --key KEY --chain signer.pem", "import a --into l"])
    func `are not written through a link`(_ part: String, _ verb: String) async throws {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.copySample("hello", to: "l")
        try await site.copySample("two-platforms", to: "a")
        try await site.yes("mv l/\(part) outside && ln -s \"$PWD/outside\" l/\(part)")
        let before = try await site.yes("find outside | sort; cat l/index.json").output
        let line = "airseal \(verb.replacing("KEY", with: site.key("signer")))"
        let answer = try await site.run("timeout 60 \(line)")
        #expect([1, 2].contains(answer.status), "\(answer)")
        #expect(try await site.yes("find outside | sort; cat l/index.json").output == before)
    }

    @Test func `that share files with others change nothing of theirs`() async throws {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.copySample("hello", to: "l")
        try await site.yes("cp -rl l twin && find twin -type f | xargs sha256sum > before")
        try await site.yes("airseal sign l:v1 \(site.signing("signer")) && airseal check l")
        try await site.copySample("two-platforms", to: "a")
        try await site.yes("airseal import a --into l")
        try await site.yes("sha256sum --quiet -c before && airseal check twin")
    }

    @Test(.enabled("needs the right to make devices") { await Device.canBeMade() })
    func `with a device for a blob do not hang`() async throws {
        let site = try await Site()
        try await site.copySample("hello", to: "l")
        try await site.yes("P=$(find l/blobs -size 20); rm $P; mknod $P c 1 5")
        let answer = try await site.run("timeout 20 airseal check l")
        #expect(answer.status == 1 && answer.output.contains("not a regular file"), "\(answer)")
    }

    enum Device {
        static func canBeMade() async -> Bool {
            (try? await Site().run("mknod device c 1 5").status) == 0
        }
    }
}

@Suite struct `Odd layouts that are whole` {
    static let odd: [(name: String, code: String)] = [
        (
            "nine indexes, one below the other",
            "d = l.image()\nfor _ in range(9): d = l.index([d])\nl.add(d, 'v1')"
        ),
        ("a manifest of 4 MiB", `Hostile layouts`.manifest(byteCount: 4 << 20)),
        (
            "a web of indexes with ten thousand million paths",
            """
            d = l.image()
            for _ in range(8): d = l.index([{**d, "annotations": {"n": str(n)}} for n in range(20)])
            l.add(d, "v1")
            """
        ),
        (
            "a chain of a thousand referrers",
            """
            d = l.image(); l.add(d, "v1")
            for _ in range(1000): d = l.image(subject=d); l.add(d)
            """
        ),
        (
            "sha512",
            """
            d = l.blob({"schemaVersion": 2, "mediaType": MANIFEST, "config": l.blob({}, CONFIG, "sha512"),
                "layers": [l.blob(b"layer", LAYER, "sha512")]}, MANIFEST, "sha512")
            l.add(d, "v1")
            """
        ),
    ]

    @Test(arguments: odd) func `are checked, imported, signed and verified`(
        _ odd: (name: String, code: String)
    ) async throws {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.trust(["signer-root.pem"])
        try await site.layoutByHand("a", odd.code)
        try await site.yes(
            """
            timeout 60 airseal check a && timeout 60 airseal import a --into l
            timeout 60 airseal sign l:v1 \(site.signing("signer"))
            timeout 60 airseal verify l:v1 --scope a.example/b
            """)
        let image = try await site.yes("airseal list l --json").json.array()[0]
        let signatures = try await ReferrersByHand.list(site, "l").filter {
            $0.convention == "entry"
        }
        #expect(try image.member("signatures").integer() == 1)
        #expect(
            try signatures.count { $0.subject == (try image.member("digest").string()) }
                == 1 + Int(image.member("otherReferrers").integer()))
    }

    @Test func `with descriptors that contradict each other are taken by the true one`()
        async throws
    {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.trust(["signer-root.pem"])
        try await site.layoutByHand(
            "l",
            """
            d = l.image()
            l.add({**d, "size": d["size"] + 1}, "larger"); l.add({**d, "mediaType": INDEX}, "index")
            l.add(d, "v1")
            """)
        let digest = try await site.run("airseal list l --json").json.array()[0]
            .member("digest").string()
        for reference in ["l:v1", "l@\(digest)"] {
            try await site.yes("airseal sign \(reference) \(site.signing("signer"))")
            try await site.yes("airseal verify \(reference) --scope a.example/b")
        }
        for name in ["larger", "index"] {
            let answer = try await site.run("airseal sign l:\(name) \(site.signing("signer"))")
            #expect(answer.status == 1, "\(answer)")
        }
        #expect(try await site.run("airseal check l").status == 1)
    }

    /// Names of files that belong to no layout, as Python bytes, and how they are shown.
    static let strays = [
        ("b'\\xff'", #"\\xff"#), ("b'caf\\xc3\\xa9'", "café"), ("b'a\\nb'", #"a\nb"#),
        ("b'\\x1b[31m'", #"\u{1b}[31m"#), ("'\\u202e'.encode()", #"\u{202e}"#),
        ("b'x' * 255", "xxxx"), ("b'index.json '", "index.json "),
        ("b'INDEX.JSON'", "INDEX.JSON"), ("b'blobs/SHA256'", "blobs/SHA256"),
        ("b'blobs/sha256/' + b'AB' * 32", "blobs/sha256/ABAB"),
        ("b'blobs/sha256/\\xfe'", #"blobs/sha256/\\xfe"#), ("b'blobs/\\xfd'", #"blobs/\\xfd"#),
        ("b'blobs/sha224'", "blobs/sha224"),
    ]

    @Test(arguments: strays) func `show every name on the disk, escaped`(
        _ name: String, _ shown: String
    ) async throws {
        let site = try await Site()
        try await site.layoutByHand("l", "l.add(l.image(), 'v1'); l.write(\(name), b'')")
        let answer = try await site.yes("airseal check l")
        #expect(answer.output.contains(shown), "\(answer)")
        for hostile in ["\u{1b}", "\u{202e}"] { #expect(!answer.output.contains(hostile)) }
        try await site.yes("airseal check l --json | python3 -m json.tool > /dev/null")
    }

    /// Names of images, as Python, and whether they may enter a layout.
    static let names = [
        ("'x' * 4096", false), ("'a\\nb'", false), ("'\\u202e'", false), ("'../up'", false),
        ("'a//b'", false), ("'\\u00e9'", false), ("'x' * 512", true), ("'V1'", true),
    ]

    @Test(arguments: names) func `are read under any name, and enter under plain ones`(
        _ name: String, _ isPlain: Bool
    ) async throws {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.layoutByHand("a", "l.add(l.image(), \(name))")
        let listed = try await site.yes("airseal check a && airseal list a")
        #expect(listed.output.split(separator: "\n").count == 2, "\(listed)")
        #expect(listed.output.utf8.count < 2000)
        let answer = try await site.run("airseal import a --into l")
        #expect(answer.status == (isPlain ? 0 : 1), "\(answer)")
        // By digest it can be signed all the same.
        let digest = try await site.yes("airseal list a --json").json.array()[0].member("digest")
        try await site.yes("airseal sign a@\(digest.string()) \(site.signing("signer"))")
    }
}

@Suite struct `Layouts that cannot be read or written` {
    @Test(
        .enabled("needs user namespaces") {
            (try? await Site().run("unshare -U true").status) == 0
        })
    func `leave check undecided where a file may not be read`() async throws {
        let site = try await Site()
        try await site.copySample("hello", to: "l")
        for part in ["l/index.json", "$(find l/blobs -size 20)", "l/blobs/sha256"] {
            // Without a place in the new namespace the reader owns nothing and has no rights.
            let answer = try await site.run(
                "old=$(stat -c %a \(part)); chmod 0 \(part); unshare -U airseal check l; status=$?; "
                    + "chmod $old \(part); exit $status")
            #expect(answer.status == 2, "\(part): \(answer)")
            #expect(answer.errors.contains("permission denied"), "\(answer)")
        }
        try await site.yes("unshare -U airseal check l")
    }

    @Test(
        .enabled("needs mount namespaces") {
            (try? await Site().run("unshare -m mount -t tmpfs none /mnt").status) == 0
        })
    func `are read from a medium that cannot be written, and left alone`() async throws {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.trust(["signer-root.pem"])
        try await site.copySample("hello", to: "l")
        try await site.copySample("two-platforms", to: "a")
        try await site.yes("airseal sign l:v1 \(site.signing("signer"))")
        let mounted = { (line: String) in
            "unshare -m bash -c \"mount --bind l l && mount -o remount,ro,bind l && \(line)\""
        }
        for verb in ["list l", "inspect l:v1", "check l", "verify l:v1 --scope a.example/b"] {
            try await site.yes(mounted("airseal \(verb)"))
        }
        let before = try await site.yes("find l | sort; cat l/index.json state/audit.jsonl").output
        for verb in ["sign l:v1 \(site.signing("signer"))", "import a --into l"] {
            let answer = try await site.run(mounted("airseal \(verb)"))
            #expect(answer.status == 2, "\(answer)")
            #expect(
                answer.errors.contains("l: cannot be written; nothing was changed"), "\(answer)")
        }
        #expect(
            try await site.yes("find l | sort; cat l/index.json state/audit.jsonl").output == before
        )
    }
}

import Encodings
import Glibc
import Testing

@Suite struct `Removing, pruning and repairing` {
    struct Refused: Sendable, CustomTestStringConvertible {
        let line: String
        let word: String
        var testDescription: String { line }
    }

    static let refused = [
        Refused(line: "remove l", word: "which image is to be removed is not said"),
        Refused(line: "remove l:v9", word: "no image is called v9 here"),
        Refused(line: "remove l:$LIST", word: "is a list of referrers"),
        Refused(line: "remove l@$LAYER", word: "is only part of other content"),
        Refused(line: "remove l@sha256:\(String(repeating: "0", count: 64))", word: "no image"),
        Refused(line: "remove l:v1 l:v9", word: "no image is called v9 here"),
        Refused(line: "remove l.tar:v1", word: "not a layout folder, and archives are only read"),
        Refused(line: "prune l.tar", word: "not a layout folder, and archives are only read"),
        Refused(
            line: "check l.tar --repair", word: "not a layout folder, and archives are only read"),
        Refused(line: "prune nowhere", word: "nowhere"),
    ]

    @Test func `refuse what they cannot do, and change nothing`() async throws {
        let site = try await Site()
        try await site.copySample("hello", to: "l")
        try await site.makeKey("signer")
        try await site.yes("airseal sign l:v1 \(site.signing("signer")); tar -C l -cf l.tar .")
        let names = """
            LIST=$(grep -o 'sha256-[0-9a-f]*' l/index.json)
            LAYER=$(airseal inspect l:v1 | grep -o 'sha256:[0-9a-f]* application/vnd.oci.image.layer' \
                | cut -d ' ' -f 1)
            """
        for one in Self.refused {
            try await Refusal.expect(
                site, "\(names); airseal \(one.line)", status: 2, says: one.word)
        }
    }

    @Test func `tell first, and do what they told`() async throws {
        let site = try await Site()
        try await site.copySample("hello", to: "l")
        try await site.makeKey("signer")
        try await site.makeKey("second")
        for label in ["signer", "second"] {
            try await site.yes("airseal sign l:v1 \(site.signing(label))")
        }
        try await site.yes("cp -r l before")
        for line in ["remove l:v1", "remove l:v1 --signatures", "prune l"] {
            let told = try await site.yes("airseal \(line) --dry-run --json").json
            try await site.yes("diff -r l before")
            let done = try await site.yes("airseal \(line) --json").json
            #expect(Self.blobs(told) == Self.blobs(done), "\(line)")
            #expect(!Self.blobs(done).isEmpty, "\(line)")
            try await site.yes("airseal check l; rm -r l; cp -r before l")
        }
    }

    @Test func `leave a private layout private, and what is somebody's own`() async throws {
        let site = try await Site()
        try await site.copySample("hello", to: "l")
        try await site.makeKey("signer")
        try await site.yes(
            """
            mkdir l/.airseal-backup; touch l/.airseal-backup/file l/.airseal-notes.txt
            chmod 600 l/index.json; [ $(id -u) != 0 ] || chown 4321:1234 l/index.json
            stat -c '%a %u %g' l/index.json > before
            """)
        for line in ["sign l:v1 \(site.signing("signer"))", "remove l:v1 --signatures", "prune l"] {
            try await site.yes(
                """
                airseal \(line) && stat -c '%a %u %g' l/index.json | diff - before \
                    && test -e l/.airseal-backup/file && test -e l/.airseal-notes.txt
                """)
        }
    }

    /// What the layout belongs to after a change by user 5000, in group 5000 and perhaps another.
    static let strangers = [
        ("--clear-groups", "664 5000 5000"), ("--groups 1234", "664 5000 1234"),
    ]

    @Test(.enabled(if: geteuid() == 0, "only root becomes somebody else"), arguments: strangers)
    func `give as much of the owner and group as the process may`(
        _ groups: String, _ rights: String
    ) async throws {
        let site = try await Site()
        try await site.layoutByHand("l", "d = l.image(); l.add(d, 'a'); l.add(d, 'b')")
        let answer = try await site.yes(
            """
            mkdir own && cp "$(command -v airseal)" program && chown 5000:5000 own && chmod -R a+rwX l \
                && chmod 664 l/index.json && chown 4321:1234 l/index.json \
                && AIRSEAL_HOME=$PWD/own AIRSEAL_STATE=$PWD/own setpriv --reuid 5000 --regid 5000 \
                    \(groups) ./program remove l:a > said && stat -c '%a %u %g' l/index.json
            """)
        #expect(answer.output == "\(rights)\n")
    }

    @Test func `keep names that differ in the spelling of one letter`() async throws {
        let site = try await Site()
        try await site.layoutByHand(
            "l", "d = l.image(); l.add(d, 'caf\\u00e9'); l.add(d, 'cafe\\u0301')")
        try await site.yes("cp l/index.json before")
        let told = try await site.yes("airseal check l")
        #expect(!told.output.contains("once"), "\(told)")
        try await site.yes("airseal check l --repair && cmp l/index.json before")
    }

    /// The digests of the blobs in an answer of `remove` or `prune`.
    private static func blobs(_ answer: JSONPlace) -> [String] {
        let report = (try? answer.array().first) ?? answer
        return
            (try? report.member("blobs").elements { it throws(JSONShapeError) in try it.string() })
            ?? []
    }

    @Test func `take one signature, or all, and leave the image`() async throws {
        let site = try await Site()
        try await site.copySample("hello", to: "l")
        for label in ["signer", "second", "third"] {
            try await site.makeKey(label)
            try await site.yes("airseal sign l:v1 \(site.signing(label))")
        }
        func signatures() async throws -> Int64 {
            try await site.yes("airseal list l --json").json.array()[0].member("signatures")
                .integer(atLeast: 0)
        }
        let one = try await site.yes(
            """
            airseal inspect l:v1 | grep -A1 'application/vnd.cncf.notary.signature$' |
                grep -o 'sha256:[0-9a-f]*'
            """
        )
        try await site.yes("airseal remove l@\(one.output)")
        #expect(try await signatures() == 2)
        try await site.yes("airseal remove l:v1 --signatures")
        #expect(try await signatures() == 0)
        try await site.yes("airseal prune l")
        // What is left is what there was before the first signature.
        try await site.yes(
            """
            diff -r l/blobs '\(Site.package)/layouts/hello/blobs'
            ! airseal check l | grep note
            """)
    }

    @Test func `leave a damaged layout alone, but for what is damaged`() async throws {
        let site = try await Site()
        try await site.copySample("hello", to: "l")
        try await site.copySample("two-platforms", to: "other")
        try await site.yes(
            """
            airseal import other --into l
            manifest=$(airseal list l --json | python3 -c \
                'import json, sys; print(json.load(sys.stdin)[0]["digest"][7:])')
            truncate -s 3 l/blobs/sha256/$manifest
            head -c 9 /dev/urandom > orphan
            mv orphan l/blobs/sha256/$(sha256sum orphan | cut -d ' ' -f 1)
            """)
        let answer = try await site.run("airseal prune l")
        #expect(answer.status == 2 && answer.errors.contains("cannot be known"), "\(answer)")
        try await site.yes(
            "[ $(ls l/blobs/sha256 | wc -l) = $(( $(ls other/blobs/sha256 | wc -l) + 4 )) ]")
        try await site.yes("airseal remove l:v1 && airseal check l && airseal prune l")
        try await site.yes("diff -r l/blobs other/blobs")
    }

    @Test func `say in JSON what was found and what was put right`() async throws {
        let site = try await Site()
        try await site.copySample("hello", to: "l")
        try await site.makeKey("signer")
        try await site.yes("airseal sign l:v1 \(site.signing("signer"))")
        // As notation leaves a layout: no fallback index.
        try await site.yes(
            """
            python3 - <<'END'
            import json
            index = json.load(open("l/index.json"))
            index["manifests"] = [entry for entry in index["manifests"] if not
                entry.get("annotations", {}).get("org.opencontainers.image.ref.name", "")
                    .startswith("sha256-")]
            json.dump(index, open("l/index.json", "w"))
            END
            airseal prune l
            """)
        let found = try await site.yes("airseal check l --json").json
        #expect(try Self.kinds(found, "notes") == ["not-in-fallback"])
        let told = try await site.yes("airseal check l --repair --dry-run --json").json
        #expect(try Self.kinds(told, "repaired") == ["added-to-fallback"])
        #expect(try Self.kinds(told, "notes") == ["not-in-fallback"])
        let mended = try await site.yes("airseal check l --repair --json").json
        #expect(try Self.kinds(mended, "repaired") == ["added-to-fallback"])
        #expect(try Self.kinds(mended, "notes") == [])
        let again = try await site.yes("airseal check l --repair --json").json
        #expect(try Self.kinds(again, "repaired") == [])
        #expect(try await site.run("airseal check l --adopt").status == 64)
    }

    private static func kinds(_ answer: JSONPlace, _ member: String) throws -> [String] {
        try answer.member(member).elements { it throws(JSONShapeError) in
            try it.member("kind").string()
        }
    }
}

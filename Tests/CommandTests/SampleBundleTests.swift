import Encodings
import TestSupport
import Testing

/// The bundles of layouts/bundles, which another sender has made from the format's page.
@Suite struct `Sample bundles` {
    static let folder = "\(Site.package)/layouts/bundles"

    /// One line of the table in their README.
    struct Sample: Sendable {
        let bundle: String
        let after: [String]
        let verdict: String
    }

    static let samples: [Sample] = {
        let bytes = (try? TestFiles.bytes("\(folder)/README.md")) ?? []
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        return lines.filter { $0.hasPrefix("| `") }.map { line in
            let cells = line.split(separator: "|").map { cell in
                cell.split(separator: ",").map { $0.filter { !" `".contains($0) } }
            }
            let after = cells[2].filter { !$0.isEmpty }
            return Sample(bundle: cells[0][0], after: after, verdict: cells[3][0])
        }
    }()

    /// A receiver as the README describes it.
    static func receiver() async throws -> Site {
        let site = try await Site()
        try await site.yes(
            """
            cp '\(folder)'/trust/* .
            airseal peer self high-side
            fingerprint=$(openssl x509 -in bundles-root.pem -outform DER | sha256sum | cut -c-64)
            airseal peer add low-side --anchor bundles-root.pem --fingerprint $fingerprint \
                --identity '*' --repositories site.example
            """)
        try await site.trust(["images-root.pem"])
        return site
    }

    @Test func `get the verdicts of their README`() async throws {
        #expect(Self.samples.count > 30)
        let site = try await Self.receiver()
        try await site.yes("mkdir base; cp -a home state base")
        for sample in Self.samples {
            try await site.yes("rm -rf l home state; cp -a base/. .")
            for earlier in sample.after {
                try await site.yes("airseal receive '\(Self.folder)/\(earlier)' --into l")
            }
            let answer = try await site.run(
                "airseal receive '\(Self.folder)/\(sample.bundle)' --into l --json")
            let told: Comment = "\(sample.bundle) after \(sample.after): \(answer)"
            if sample.verdict == "released" {
                #expect(answer.status == 0, told)
            } else {
                #expect(answer.status == 1, told)
                let code = try? answer.json.member("code").string()
                #expect(code == sample.verdict, told)
            }
        }
    }

    @Test
    func `are all in their README`()
        async throws
    {
        let site = try await Site()
        let files = try await site.yes("cd '\(Self.folder)' && ls -d good *.tar *.tar.gz").output
            .split(separator: "\n").map(String.init)
        #expect(Set(files) == Set(Self.samples.map(\.bundle)))
    }

    @Test func `keep to the schemas where they keep to the format`() async throws {
        let site = try await Site()
        let kept = ["good.tar", "second.tar", "first-is-void.tar", "other-stream.tar"]
        for (bundle, isSound) in kept.map({ ($0, true) }) + [("later-version.tar", false)] {
            try await site.yes(Self.unpack("\(Self.folder)/\(bundle)"))
            let faults = try await site.faults(of: "inventory.json", by: "inventory")
            #expect(faults.isEmpty == isSound, "\(bundle): \(faults)")
            #expect(try await site.faults(of: "capsule.json", by: "trust-capsule") == "")
        }
    }

    @Test func `are not the only ones that keep to the schemas`() async throws {
        let gap = try await Gap()
        try await gap.sign()
        try await gap.low.yes(gap.export("b.tar"))
        try await gap.low.yes(Self.unpack("b.tar"))
        #expect(try await gap.low.faults(of: "inventory.json", by: "inventory") == "")
        #expect(try await gap.low.faults(of: "capsule.json", by: "trust-capsule") == "")
        let capsule = try gap.low.json("capsule.json")
        #expect(try capsule.member("trustStores").array().count == 1)
    }

    @Test func `have the tar headers that ours have`() async throws {
        let gap = try await Gap()
        try await gap.sign()
        try await gap.low.yes(gap.export("b.tar"))
        let theirs = try TestFiles.bytes("\(Self.folder)/good.tar")
        // The first member is the same in every bundle: header and body.
        #expect(try Array(gap.low.bytes("b.tar").prefix(1024)) == Array(theirs.prefix(1024)))
        try await gap.low.yes("tail -c 1024 b.tar | cmp - <(head -c 1024 /dev/zero)")
    }

    static let python = "\(Site.package)/.venv/bin/python"

    @Test(.enabled(if: TestFiles.exists(".venv/bin/python"), "make setup has not been run here"))
    func `are made again byte for byte by their script`() async throws {
        let site = try await Site()
        try await site.yes(
            """
            mkdir -p made/Tests/Vectors/notary/own made/layouts
            cp -r '\(Site.package)/Tests/Vectors/notary/own/generate' made/Tests/Vectors/notary/own
            cp -r '\(Self.folder)' '\(Site.package)/layouts/make-bundles' made/layouts
            rm made/layouts/bundles/*.tar
            '\(Self.python)' made/layouts/make-bundles
            diff -r '\(Self.folder)' made/layouts/bundles
            """)
    }

    /// Brings inventory and capsule of a bundle into `inventory.json` and `capsule.json`.
    static func unpack(_ bundle: String) -> String {
        """
        rm -rf unpacked; mkdir unpacked; tar -C unpacked -xf '\(bundle)'
        manifest=$(grep -rl '"artifactType":"application/vnd.airseal.bundle.v1"' unpacked/blobs)
        for part in inventory capsule; do
            digest=$(grep -o "\\.$part\\.v1+json\\",\\"digest\\":\\"sha256:[0-9a-f]*" $manifest \
                | grep -o '[0-9a-f]*$')
            cp unpacked/blobs/sha256/$digest $part.json
        done
        """
    }
}

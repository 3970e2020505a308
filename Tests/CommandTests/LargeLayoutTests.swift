import Encodings
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(90))) struct `Large layouts` {
    /// A hundred thousand in `make soak`.
    static let imageCount = Effort.count(test: 500, soak: 100_000)
    /// For each verb. A machine that is busy with other tests takes its time; a reader whose work
    /// grows with the square of the images would take hours.
    static let secondsMax = Effort.count(test: 120, soak: 1200)

    @Test func `of a hundred thousand images are listed, checked, signed, verified and added to`()
        async throws
    {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.trust(["signer-root.pem"])
        try await site.copySample("hello", to: "a")
        try await site.layoutByHand(
            "l",
            """
            for n in range(\(Self.imageCount)):
                l.add(l.image(annotations={"n": str(n)}), f"site.example/app{n}:v1")
            """)
        let last = "l:site.example/app\(Self.imageCount - 1):v1"
        for verb in [
            "list l | tail -n 1 | grep -q app\(Self.imageCount - 1):", "check l",
            "sign \(last) \(site.signing("signer"))",
            "verify \(last) --scope site.example/app", "import a --into l", "inspect \(last)",
        ] {
            try await site.yes("timeout \(Self.secondsMax) airseal \(verb)")
        }
        let entries = try site.json("l/index.json").member("manifests").array().count
        // The image that came, the signature, and the list with it.
        #expect(entries == Self.imageCount + 3)
        Effort.report("images in one layout", Self.imageCount)
    }

    @Test(arguments: ["list l", "check l", "verify l:v1 --scope a.example/b", "import l --into m"])
    func `with an index beyond the limit are refused before it is read`(_ verb: String)
        async throws
    {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.trust(["signer-root.pem"])
        try await site.copySample("hello", to: "l")
        // A gigabyte that takes no room on the disk.
        try await site.yes("truncate -s 1G l/index.json")
        let answer = try await site.run("ulimit -v 4000000; timeout 20 airseal \(verb)")
        #expect([1, 2].contains(answer.status), "\(answer)")
        #expect(answer.sentences.count <= 1, "\(answer)")
        let said = answer.output + answer.errors
        #expect(said.contains("larger than 134217728 bytes"), "\(answer)")
    }

    @Test(.enabled(if: Effort.isSoak, "writes a gigabyte"))
    func `with an index of a gigabyte of images are refused without being read`() async throws {
        let site = try await Site()
        try await site.copySample("hello", to: "l")
        try await site.yes(
            """
            entry=$(python3 -c "import json; print(json.dumps(json.load(open('l/index.json'))['manifests'][0]))")
            { printf '{"schemaVersion":2,"manifests":['; yes "$entry," | head -c 1G
              printf '%s]}' "$entry"; } > big && mv big l/index.json
            """)
        let answer = try await site.run("ulimit -v 1000000; timeout 20 airseal check l")
        #expect(answer.status == 2 && answer.errors.contains("larger than"), "\(answer)")
        Effort.report("index.json of a gigabyte, refused", 1)
    }
}

import Testing

@Suite struct `Sample layouts` {
    /// The verdicts of layouts/README.md.
    static let verdicts: [(sample: String, status: Int32, word: String?)] = [
        ("hello", 0, nil), ("two-platforms", 0, nil), ("flipped-layer", 1, "damaged"),
        ("missing-layer", 1, "missing"),
    ]

    @Test(arguments: verdicts.indices) func `are judged as their README says`(_ index: Int)
        async throws
    {
        let (sample, status, word) = Self.verdicts[index]
        let site = try await Site()
        let layout = "'\(Site.package)/layouts/\(sample)'"
        let answer = try await site.run("airseal check \(layout)")
        #expect(answer.status == status, "\(answer)")
        if let word { #expect((answer.output + answer.errors).contains(word), "\(answer)") }
        #expect(try await site.run("airseal check \(layout) --json").status == status)
        // The names are there whatever the layers are.
        let list = try await site.yes("airseal list \(layout)")
        #expect(list.output.contains("v1"))
    }

    @Test func `are made again byte for byte by their script`() async throws {
        let site = try await Site()
        try await site.yes("cp -r '\(Site.package)/layouts' made && made/make")
        try await site.yes("diff -r '\(Site.package)/layouts' made")
    }

    @Test func `are shown without what a hostile name would do to the terminal`() async throws {
        let site = try await Site()
        try await site.copySample("hello", to: "l")
        try await site.yes(
            #"sed -i 's|"v1"|"\\u001b[31mred\\u202e\\u0007\\n\\u200bend"|' l/index.json"#)
        for verb in ["list", "inspect"] {
            let answer = try await site.run("airseal \(verb) l")
            let shown = answer.output + answer.errors
            for hostile in ["\u{1b}", "\u{202e}", "\u{7}", "\u{200b}"] {
                #expect(!shown.unicodeScalars.contains { String($0) == hostile }, "\(verb)")
            }
            // It is shown nevertheless, escaped.
            #expect(answer.status != 0 || shown.contains(#"\u{1b}[31mred"#), "\(answer)")
        }
    }
}

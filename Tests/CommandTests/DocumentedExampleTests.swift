import Encodings
import Testing

@Suite struct `The pages of the commands` {
    @Test(arguments: CommandPage.all) func `have examples that say what the page promises`(
        _ page: CommandPage
    ) async throws {
        #expect(!page.examples.isEmpty, "there is no example")
        #expect(page.strays.isEmpty, "examples that nobody runs")
        try await page.expectExamples(in: DocumentedSite.make())
    }

    @Test func `are there for every verb, and for nothing else`() async throws {
        let site = try await Site()
        let dump = try await site.yes("airseal --experimental-dump-help").json
        let verbs = try dump.member("command").member("subcommands").array()
            .map { try $0.member("commandName").string() }.filter { $0 != "help" }
        #expect(CommandPage.all.map(\.name) == verbs.sorted())
        let list = try await site.yes("cat '\(CommandPage.path(of: "commands"))/README.md'").output
        for verb in verbs { #expect(list.contains("](\(verb).md)"), "\(verb)") }
    }

    @Test func `promise no more and no less than is said`() {
        func example(_ promised: String...) -> DocumentedExample {
            var example = DocumentedExample(line: "true")
            for line in promised { example.expect(line) }
            return example
        }
        #expect(example("a", "b").promises(["a", "b"]))
        #expect(!example("a", "b").promises(["a"]))
        #expect(!example("a").promises(["a", "b"]))
        #expect(example("a…c", "…").promises(["abc", "d", "e"]))
        #expect(example("…", "z").promises(["z"]))
        #expect(!example("…", "z").promises(["y"]))
        #expect(!example("a…c").promises(["abcd"]))
        #expect(!example("ab…bc").promises(["abc"]))
    }
}

@Suite struct `The guides` {
    @Test(arguments: CommandPage.guides) func `say what is said`(_ guide: CommandPage) async throws
    {
        let site = try await DocumentedSite.make()
        let port = try await site.yes(
            "/usr/bin/python3 -c 'import socket; s = socket.create_server((\"127.0.0.1\", 0)); "
                + "print(s.getsockname()[1])'"
        ).output
        try await guide.expectExamples(in: site, port: #require(Int(port.dropLast())))
        // Where an example failed, what it began goes on.
        _ = try await site.run("[ ! -e registry.pid ] || kill $(cat registry.pid)")
    }
}

extension CommandPage {
    /// Everything that is typed ends as the page says, and says what the page says.
    func expectExamples(in site: Site, port: Int = 5000) async throws {
        for example in examples {
            let example = example.reaching(port: port)
            let answer = try await site.run("{ \(example.line)\n} 2>&1")
            let lines = answer.output.split(separator: "\n", omittingEmptySubsequences: false)
                .map(String.init)
            let said = lines.last == "" ? lines.dropLast() : lines
            #expect(
                answer.status == example.status && example.promises(said),
                """
                $ \(example.line)
                ended with \(answer.status) and said:
                \(answer.output)
                """)
        }
    }
}

/// The site in which every page begins, as docs/commands/README.md describes it.
enum DocumentedSite {
    static func make() async throws -> Site {
        let site = try await Site()
        try await site.yes("mkdir high high-state")
        for (label, chain) in [("signer", "chain"), ("bundles", "bundles")] {
            try await site.yes(
                """
                airseal key generate-test --key \(site.key(label)) --chain-out \(chain).pem
                """)
            try await site.takeRoot(chain)
        }
        try await site.yes("mv chain-root.pem root.pem")
        try await site.trust(["root.pem"])
        // What skopeo makes of a layout that umoci has had its hands in.
        try await site.copySample("hello", to: "made")
        try await site.yes(
            """
            umoci config --image made:v1 --author 'Site Example' --created 2026-01-01T00:00:00Z \
                --no-history
            skopeo copy -q oci:made:v1 docker-archive:app.tar:site.example/app:v1
            rm -r made
            airseal import app.tar --into layout
            """)
        return site
    }
}

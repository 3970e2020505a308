import Encodings
import Testing

@Suite struct `The manual` {
    /// A site with the pages in `man`.
    static func made() async throws -> Site {
        let site = try await Site()
        try await site.yes("'\(Site.package)/packaging/manual' \"$(command -v airseal)\" man")
        return site
    }

    @Test func `has a page for the program and one for each verb`() async throws {
        let site = try await Self.made()
        let dump = try await site.yes("airseal --experimental-dump-help").json
        let verbs = try dump.member("command").member("subcommands").array()
            .map { try $0.member("commandName").string() }.filter { $0 != "help" }
        let expected = ["airseal.1"] + verbs.map { "airseal-\($0).1" }
        let pages = try await site.yes("ls man").output.split(separator: "\n").map(String.init)
        #expect(pages.sorted() == expected.sorted())
    }

    @Test func `is sound mdoc, and names exit statuses, environment, files and every option`()
        async throws
    {
        let site = try await Self.made()
        let lint = try await site.run("mandoc -T lint -W warning man/*.1")
        #expect(lint.status == 0 && lint.output.isEmpty, "\(lint.output)")
        for page in try await site.yes("ls man").output.split(separator: "\n") {
            let text = try await site.yes("mandoc -T ascii man/\(page) | sed 's/.\\x08//g'").output
            for section in [
                "NAME", "SYNOPSIS", "DESCRIPTION", "ENVIRONMENT", "FILES", "EXIT STATUS",
                "EXAMPLES", "SEE ALSO",
            ] {
                #expect(text.contains("\n\(section)\n"), "\(page) has no \(section)")
            }
            for status in ["0", "1", "2", "64"] {
                #expect(text.contains("\n     \(status) "), "\(page) has no status \(status)")
            }
        }
        for verb in try await Usage.verbs(site) {
            let name = verb.split(separator: " ").first.map(String.init) ?? ""
            let text = try await site.yes(
                "mandoc -T ascii man/airseal-\(name).1 | sed 's/.\\x08//g'"
            ).output
            let help = try await site.yes("airseal\(verb) --help").output
            for option in help.matches(of: /--[a-z][a-z-]+/).map(\.output) {
                #expect(text.contains(option), "airseal-\(name)(1) has no \(option)")
            }
        }
    }

    @Test func `is the same each time`() async throws {
        let site = try await Self.made()
        try await site.yes(
            """
            mv man before
            '\(Site.package)/packaging/manual' "$(command -v airseal)" man
            diff -r before man
            """)
    }
}

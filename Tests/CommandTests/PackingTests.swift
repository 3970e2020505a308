import Testing

/// What `make dist` packs, with the program that was built for the tests.
@Suite struct `The packed program` {
    /// A site with the archive in `dist`.
    static func packed() async throws -> Site {
        let site = try await Site()
        try await site.yes("'\(Site.package)/packaging/pack' \"$(command -v airseal)\" dist")
        return site
    }

    @Test func `runs from an empty folder with nothing around it`() async throws {
        let site = try await Self.packed()
        try await site.yes(
            """
            (cd dist && sha256sum -c --quiet SHA256SUMS)
            mkdir empty && tar -C empty -xzf dist/airseal-*.tar.gz
            cp -r '\(Site.package)/layouts/hello' empty/l
            """)
        let answer = try await site.yes("cd empty && env -i airseal-*/bin/airseal list l")
        #expect(answer.output.contains("  v1  "))
        #expect(answer.errors.isEmpty)
        let version = try await site.yes("env -i empty/airseal-*/bin/airseal --version").output
        let name = try await site.yes("ls dist | grep -v SHA256SUMS").output
        #expect(
            name
                == "airseal-\(version.dropLast())-linux-\(try await site.yes("uname -m").output.dropLast()).tar.gz\n"
        )
    }

    @Test func `comes with the manual, completion, licence and what there is to read`()
        async throws
    {
        let site = try await Self.packed()
        let names = try await site.yes(
            "tar -tzf dist/airseal-*.tar.gz | cut -d / -f 2- | grep -v '/$'"
        ).output.split(separator: "\n").map(String.init)
        for name in [
            "README.md", "CHANGELOG.md", "LICENSE", "bin/airseal", "share/man/man1/airseal.1.gz",
            "share/man/man1/airseal-sign.1.gz", "share/bash-completion/completions/airseal",
            "share/zsh/site-functions/_airseal", "share/fish/vendor_completions.d/airseal.fish",
            "share/doc/airseal/commands/sign.md",
        ] {
            #expect(names.contains(name), "\(name) is missing")
        }
        let owners = try await site.yes(
            "tar --numeric-owner -tvzf dist/airseal-*.tar.gz | awk '{ print $2 }' | sort -u"
        ).output
        #expect(owners == "0/0\n")
        try await site.yes(
            "tar -xzf dist/airseal-*.tar.gz && mandoc -T ascii airseal-*/share/man/man1/airseal-key.1.gz |"
                + " grep AIRSEAL_STATE")
    }

    @Test func `is the same bytes each time`() async throws {
        let site = try await Self.packed()
        try await site.yes(
            """
            sleep 1
            (umask 077; '\(Site.package)/packaging/pack' "$(command -v airseal)" again)
            diff -r dist again
            """)
    }
}

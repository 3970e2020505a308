import Encodings
import Testing

@Suite struct `Usage` {
    /// Every verb as the program itself lists them: `import`, `key generate-test`.
    static func verbs(_ site: Site) async throws -> [String] {
        let dump = try await site.yes("airseal --experimental-dump-help").json
        return try verbs(of: dump.member("command"), path: "")
    }

    private static func verbs(of command: JSONPlace, path: String) throws -> [String] {
        guard let inner = try command.optional("subcommands") else { return [path] }
        return try inner.array().flatMap { inner -> [String] in
            let name = try inner.member("commandName").string()
            return name == "help" ? [] : try verbs(of: inner, path: "\(path) \(name)")
        }
    }

    @Test func `is explained with an example by every verb`() async throws {
        let site = try await Site()
        let verbs = try await Self.verbs(site)
        #expect(verbs.count >= 11)
        for verb in verbs {
            let help = try await site.yes("airseal\(verb) --help")
            #expect(help.errors.isEmpty, "\(verb)")
            // The line of the synopsis begins with USAGE and does not count.
            let examples = help.output.split(separator: "\n").filter {
                $0.drop { $0 == " " }.hasPrefix("airseal\(verb) ")
            }
            #expect(!examples.isEmpty, "airseal\(verb) --help has no example")
        }
    }

    @Test func `fits 100 columns, except the synopsis, which the terminal breaks`() async throws {
        let site = try await Site()
        for verb in [""] + (try await Self.verbs(site)) {
            let help = try await site.yes("airseal\(verb) --help")
            for line in help.output.split(separator: "\n") where !line.hasPrefix("USAGE: ") {
                #expect(line.count <= 100, "airseal\(verb) --help: \(line)")
            }
        }
    }

    @Test func `lets options and operands mix, and repeats options that take several values`()
        async throws
    {
        let site = try await Site()
        try await site.makeKey("signer")
        let fingerprint = "$(openssl x509 -in signer-root.pem -outform DER | sha256sum | cut -c-64)"
        try await site.yes(
            """
            airseal peer add --anchor signer-root.pem --identity '*' --repositories site.example/a \
                --repositories site.example/b --fingerprint \(fingerprint) low-side
            airseal import --into l '\(Site.package)/layouts/hello' --json
            airseal sign --key \(site.key("signer")) --chain signer.pem l:v1
            """)
    }

    static let wrong = [
        "airseal frobnicate", "airseal import", "airseal import a.tar", "airseal import --into l",
        "airseal import a --into l --platform linux", "airseal import a --into l --name 'a b'",
        "airseal import a b --into l --name app:1", "airseal list", "airseal list a b",
        "airseal list --nonsense a", "airseal inspect",
        "airseal check", "airseal sign l:v1", "airseal sign --key 'pkcs11:token=t'",
        "airseal sign l:v1 --key 'pkcs11:token=t;object=k' --chain c.pem --format pgp",
        "airseal sign l:v1 --key 'pkcs11:token=t;object=k' --chain c.pem --expiry soon",
        "airseal sign l:v1 --key 'pkcs11:token=t;object=k' --chain c.pem --manifest-form newest",
        "airseal verify l:v1", "airseal verify --scope a.example/b",
        "airseal verify l:v1 --scope a.example/b --at yesterday", "airseal key generate-test",
        "airseal key generate-test --key 'pkcs11:token=t;object=k' --type dsa --chain-out c.pem",
        #"airseal list $'l\xff'"#,
        "airseal key request --key 'pkcs11:token=t;object=k' --out r "
            + #"--subject $'CN=a\nb,O=c,ST=d,C=US'"#,
        "airseal cert lint", "airseal cert lint c.pem --at noon",
        "airseal trust add a.pem", "airseal trust add a.pem --type root --store s",
        "airseal trust add a.pem --type ca --store 'a b'",
        "airseal trust add a.pem --type ca --store ..", "airseal trust add --type ca --store s",
        "airseal trust remove --type ca --store s",
        "airseal trust remove --type ca --store s --all a.pem", "airseal trust list --type x",
        "airseal trust check --warn-days -1", "airseal trust export",
        "airseal policy init", "airseal policy init --scope '*'",
        "airseal policy init --scope '*' --store ca:s --identity '*' --level lax",
        "airseal policy init --blob --scope '*'", "airseal policy init --global --scope '*'",
        "airseal policy show --blob --scope a.example/b", "airseal policy show --name a",
        "airseal policy import",
        "airseal peer self", "airseal peer add a", "airseal export l", "airseal receive b.tar",
    ]

    @Test(arguments: wrong) func `that is wrong ends with 64 and touches nothing`(_ line: String)
        async throws
    {
        let site = try await Site()
        let before = try await site.yes("find . | sort").output
        let answer = try await site.run(line)
        #expect(answer.status == 64, "\(line): \(answer.errors)")
        #expect(answer.output.isEmpty)
        #expect(!answer.errors.isEmpty)
        #expect(try await site.yes("find . | sort").output == before)
    }
}

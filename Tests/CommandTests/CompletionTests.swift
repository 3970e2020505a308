import Encodings
import Testing

/// Shells, where they are installed: `make setup` installs them all.
enum Shell: String, CaseIterable {
    case bash, zsh, fish

    static func isPresent(_ shell: Shell) async throws -> Bool {
        try await Site().run("command -v \(shell.rawValue)").status == 0
    }
}

@Suite struct `Completion` {
    /// A word of a command line that is not finished, and what it may become.
    static let questions: [(words: [String], answers: [String])] = [
        (["ver"], ["verify"]), (["sign", "--form"], ["--format"]),
        (["sign", "--format", ""], ["jws", "cose"]), (["sign", "--key", "p"], ["pkcs11:"]),
        (["sign", "--manifest-form", "l"], ["legacy"]), (["verify", "--home", "h"], ["home"]),
        (["key", "generate-test", "--type", "p"], ["p256", "p384", "p521"]),
        (["check", "samp"], ["sample"]), (["peer", "add", "x", "--may", "b"], ["bundles"]),
        (["import", "samp"], ["sample"]),
    ]

    /// A site with the three scripts and something to complete to.
    static func made() async throws -> Site {
        let site = try await Site()
        for shell in Shell.allCases {
            try await site.yes(
                "airseal --generate-completion-script \(shell) > airseal.\(shell)")
        }
        try await site.copySample("hello", to: "sample")
        return site
    }

    @Test(arguments: Shell.allCases) func `is a sound script`(_ shell: Shell) async throws {
        try #require(try await Shell.isPresent(shell), "\(shell) is not installed: make setup")
        let site = try await Self.made()
        try await site.yes("\(shell) -n airseal.\(shell)")
    }

    @Test(arguments: questions.indices) func `answers in bash`(_ index: Int) async throws {
        let (words, answers) = Self.questions[index]
        let site = try await Self.made()
        let quoted = (["airseal"] + words).map { "'\($0)'" }.joined(separator: " ")
        let answer = try await site.yes(
            """
            source airseal.bash
            complete -p airseal | grep -q -- '-F _airseal airseal' || exit 9
            COMP_WORDS=(\(quoted)) COMP_CWORD=\(words.count) COMP_TYPE=9
            COMP_LINE="${COMP_WORDS[*]}" COMP_POINT=${#COMP_LINE}
            COMP_POINT=${#COMP_LINE}
            _airseal airseal "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
            printf '%s\\n' "${COMPREPLY[@]}"
            """)
        #expect(Set(answer.output.split(separator: "\n").map(String.init)) == Set(answers))
    }

    @Test(arguments: questions.indices) func `answers in fish`(_ index: Int) async throws {
        try #require(try await Shell.isPresent(.fish), "fish is not installed: make setup")
        let (words, answers) = Self.questions[index]
        let site = try await Self.made()
        let line = (["airseal"] + words).joined(separator: " ")
        let answer = try await site.yes("fish -c 'source airseal.fish; complete -C \"\(line)\"'")
        let offered = answer.output.split(separator: "\n").map { line in
            String(line.split(separator: "\t")[0]).replacing(/\/$/, with: "")
        }
        #expect(Set(offered).isSuperset(of: answers), "\(offered)")
    }

    @Test func `answers in zsh`() async throws {
        try #require(try await Shell.isPresent(.zsh), "zsh is not installed: make setup")
        let site = try await Self.made()
        // A person at a terminal: the words are typed with tabs, and run.
        try await site.yes(
            """
            mkdir functions && mv airseal.zsh functions/_airseal
            cat > person.zsh <<'END'
            zmodload zsh/zpty
            zpty shell 'PS1= zsh -f -i'
            zpty -w shell 'fpath=($PWD/functions $fpath); autoload -Uz compinit'
            zpty -w shell 'compinit -u -d $PWD/dump; bindkey "^I" complete-word'
            zpty -w shell 'airseal() { print -r -- "$@" > typed }; print > ready'
            repeat 100 { [[ -e ready ]] && break; sleep 0.1 }
            zpty -w shell $'airseal ver\\t samp\\t --sc\\t a'
            repeat 100 { [[ -e typed ]] && break; sleep 0.1 }
            END
            timeout 30 zsh -f person.zsh > /dev/null
            """)
        let typed = try await site.yes("cat typed").output
        #expect(
            typed.split { " \n".contains($0) } == ["verify", "sample", "--scope", "a"]
                || typed.split { " \n".contains($0) } == ["verify", "sample/", "--scope", "a"])
    }

    @Test func `knows of every path that it is one, and of every choice what there is`()
        async throws
    {
        let site = try await Site()
        let dump = try await site.yes("airseal --experimental-dump-help").json
        let paths = ["path", "file", "folder", "layout", "reference", "bundle", "source"]
        for (verb, argument) in try Self.arguments(of: dump.member("command"), path: "airseal") {
            let name = try argument.member("valueName").string()
            let kind = try argument.optional("completionKind")?.object().members.first?.name
            if paths.contains(name) {
                #expect(kind == "file" || kind == "directory", "\(verb) \(name)")
            }
            if try argument.optional("allValues") != nil {
                #expect(kind == "list", "\(verb) \(name)")
            }
        }
    }

    private static func arguments(of command: JSONPlace, path: String) throws
        -> [(verb: String, argument: JSONPlace)]
    {
        let own = try command.optional("arguments")?.array() ?? []
        let inner = try command.optional("subcommands")?.array() ?? []
        return own.map { (path, $0) }
            + (try inner.flatMap { inner in
                let name = try inner.member("commandName").string()
                return name == "help" ? [] : try arguments(of: inner, path: "\(path) \(name)")
            })
    }
}

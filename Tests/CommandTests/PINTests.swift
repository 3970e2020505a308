import Encodings
import Glibc
import TestSupport
import Testing

@Suite struct `The PIN` {
    struct Spoilt: Sendable, CustomTestStringConvertible {
        let name: String
        /// What comes before the line, and what after it.
        var before = ""
        var query: String?
        let options: String
        let status: Int32
        let word: String
        var testDescription: String { name }
    }

    static let spoilt: [Spoilt] = [
        Spoilt(
            name: "a file and a descriptor", query: "pin-source=file:typed",
            options: "--pin-fd 3 3<typed", status: 64, word: "second source"),
        Spoilt(
            name: "a file and a credential", query: "pin-source=file:typed",
            options: "--pin-credential p", status: 64, word: "second source"),
        Spoilt(
            name: "a descriptor and a credential", options: "--pin-fd 3 --pin-credential p 3<typed",
            status: 64, word: "two sources"),
        Spoilt(
            name: "standard output", options: "--pin-fd 1", status: 64, word: "from 3 on"),
        Spoilt(
            name: "a negative descriptor", options: "--pin-fd=-1", status: 64, word: "from 3 on"),
        Spoilt(name: "a closed descriptor", options: "--pin-fd 9", status: 2, word: "not open"),
        Spoilt(
            name: "an empty descriptor", options: "--pin-fd 3 3</dev/null", status: 2,
            word: "the PIN is empty"),
        Spoilt(
            name: "a descriptor of a file that others may read", before: "chmod 644 typed; ",
            options: "--pin-fd 3 3<typed", status: 2, word: "open to others"),
        Spoilt(
            name: "a PIN that is too long",
            options: "--pin-fd 3 3< <(head -c 300 /dev/zero | tr '\\0' 1)", status: 2,
            word: "longer than 256"),
        Spoilt(
            name: "a folder", options: "--pin-fd 3 3<.", status: 2, word: "descriptor 3"),
        Spoilt(
            name: "a credential where there are none", options: "--pin-credential p", status: 2,
            word: "CREDENTIALS_DIRECTORY"),
        Spoilt(
            name: "a credential that is a path", options: "--pin-credential ../p", status: 64,
            word: "not a path"),
        Spoilt(
            name: "a credential that is not there",
            before: "mkdir -p c; export CREDENTIALS_DIRECTORY=$PWD/c; ",
            options: "--pin-credential p", status: 2, word: "c/p"),
        Spoilt(
            name: "a credential that others may read",
            before: """
                mkdir c; cp typed c/p; chmod 604 c/p; export CREDENTIALS_DIRECTORY=$PWD/c; 
                """, options: "--pin-credential p", status: 2, word: "open to others"),
        Spoilt(
            name: "no terminal, no source", options: "< /dev/null", status: 2,
            word: "no PIN was given"),
    ]

    @Test(arguments: spoilt) func `is taken from no source that is unclear or unsafe`(
        _ spoilt: Spoilt
    ) async throws {
        let token = try await FaultyToken()
        // No terminal in reach: setsid.
        let line =
            "rm -rf l; cp -r base l; \(spoilt.before)setsid -w airseal sign l:v1"
            + " --key \(token.key(query: spoilt.query)) --chain k.pem \(spoilt.options)"
        let answer = try await token.run(line)
        #expect(answer.status == spoilt.status, "\(answer)")
        #expect(answer.errors.contains(spoilt.word), "\(answer)")
        let logins = (try? token.logins()) ?? []
        #expect(logins.isEmpty)
    }

    static let sources: [(name: String, before: String, options: String)] = [
        ("a file", "", "--pin-fd 3 3<typed"),
        ("a pipe", "", "--pin-fd 3 3< <(cat typed; echo)"),
        ("standard input", "", "--pin-fd 0 <typed"),
        (
            "a credential", "mkdir c; cp typed c/p; export CREDENTIALS_DIRECTORY=$PWD/c;",
            "--pin-credential p"
        ),
        (
            "the credential of our name",
            "mkdir c; cp typed c/airseal-pin; export CREDENTIALS_DIRECTORY=$PWD/c;", ""
        ),
    ]

    @Test(arguments: sources.indices) func `comes from a descriptor or a credential`(
        _ index: Int
    ) async throws {
        let source = Self.sources[index]
        let token = try await FaultyToken()
        let sign = token.signing(query: nil, source.options)
        let answer = try await token.yes("\(source.before) \(sign)")
        #expect(try token.logins() == ["0x0"])
        #expect(try token.findings().isEmpty)
        #expect(!(answer.output + answer.errors).contains(FaultyToken.typedPIN))
        try await token.site.yes(
            "! grep -r \(FaultyToken.typedPIN) l k.pem home state log made tokens")
        try await token.site.yes("airseal verify l:v1 --scope site.example/hello")
    }

    @Test(.enabled(if: geteuid() == 0, "only root's files may be so"))
    func `of a credential may be readable by the superuser's group, that of a file not`()
        async throws
    {
        let token = try await FaultyToken()
        try await token.yes(
            """
            mkdir c; cp typed c/airseal-pin; chmod 440 c/airseal-pin
            export CREDENTIALS_DIRECTORY=$PWD/c; \(token.signing(query: nil))
            """)
        let file = try await token.run(token.signing(query: "pin-source=file:c/airseal-pin"))
        #expect(file.status == 2 && file.errors.contains("open to others"))
    }

    @Test(arguments: ["--pin-fd 3 3<wrong", "--pin-credential wrong"])
    func `that was rejected is not tried again until its source changes`(_ options: String)
        async throws
    {
        let token = try await FaultyToken()
        try await token.site.yes("mkdir c; printf 11111111 > wrong; chmod 600 wrong; cp wrong c")
        let sign = "export CREDENTIALS_DIRECTORY=$PWD/c; " + token.signing(query: nil, options)
        let first = try await token.run(sign)
        #expect(first.status == 2 && first.errors.contains("rejected the PIN"), "\(first)")
        #expect(try token.logins() == ["0xa0"])
        let second = try await token.run(sign)
        #expect(second.status == 2 && second.errors.contains("before"), "\(second)")
        #expect(try token.logins().isEmpty)
    }

    @Test(.enabled(if: Mounts.areAllowed, "mounting needs root and unshare"))
    func `is not tried where no mark could be made of it`() async throws {
        let token = try await FaultyToken()
        let rejection = ["CALL": "C_Login", "AT": "1", "VALUE": "a0"]
        let answer = try await token.run(
            """
            rm -rf l; cp -r base l; mkdir full; export KEY=\(token.key())
            unshare -m bash -s <<'END'
            mount -t tmpfs -o size=64k,mode=700 none full; cp -r state/. full
            head -c 1M /dev/zero > full/filler 2> /dev/null
            airseal sign l:v1 --state full --key "$KEY" --chain k.pem
            END
            """, rejection)
        #expect(answer.status == 2, "\(answer)")
        #expect(try token.logins().isEmpty)
    }

    @Test(arguments: ["kill -KILL $pid", "kill -TERM $pid", "wait $pid"])
    func `that no token has judged is tried again, unless the token says that tries are few`(
        _ end: String
    ) async throws {
        let token = try await FaultyToken()
        let ended = try await token.run(
            """
            rm -rf l; cp -r base l
            airseal sign l:v1 --key \(token.key()) --chain k.pem --token-timeout 1s & pid=$!
            until grep -q hangs log 2>/dev/null; do sleep 0.05; done
            \(end); wait $pid
            """, ["CALL": "C_Login", "AT": "1", "VALUE": "hang"])
        #expect([2, 137, 143].contains(ended.status), "\(ended)")
        // CKF_USER_PIN_COUNT_LOW, CKF_USER_PIN_FINAL_TRY.
        for flags in ["10000", "20000"] {
            let next = try await token.run(token.signing(), ["FLAGS": flags])
            #expect(next.status == 2, "\(next)")
            #expect(next.errors.contains("by a run that ended without an answer"), "\(next)")
            #expect(try token.logins().isEmpty)
        }
        let locked = try await token.run(token.signing(), ["FLAGS": "40000"])
        #expect(locked.status == 2 && locked.errors.contains("has locked its PIN"), "\(locked)")
        try await token.yes(token.signing())
        #expect(try token.logins() == ["0x0"])
        try await token.site.yes("! ls state/pins/* 2> /dev/null")
    }

    @Test func `that is rejected while a signal waits is not tried by the next run`() async throws {
        let token = try await FaultyToken()
        try await token.site.yes("printf 11111111 > typed")
        let ended = try await token.run(
            """
            rm -rf l; cp -r base l
            airseal sign l:v1 --key \(token.key()) --chain k.pem & pid=$!
            until grep -q slow log 2>/dev/null; do sleep 0.05; done
            kill -TERM $pid; wait $pid
            """, ["CALL": "C_Login", "AT": "1", "VALUE": "slow"])
        #expect(ended.status == 143, "\(ended)")
        let next = try await token.run(token.signing())
        #expect(next.status == 2 && next.errors.contains("rejected the PIN of"), "\(next)")
        #expect(try token.logins().isEmpty)
    }

    @Test func `is in no picture of a crash`() async throws {
        let token = try await FaultyToken()
        let answer = try await token.run(
            "export SWIFT_BACKTRACE=enable=yes; \(token.signing()); exit $?",
            ["CALL": "C_Login", "AT": "1", "VALUE": "crash"])
        #expect(answer.status == 139, "\(answer)")
        #expect(!answer.errors.contains("Thread 0"), "\(answer.errors)")
    }

    @Test func `of a pipe that was rejected is tried once in a run`() async throws {
        let token = try await FaultyToken()
        let answer = try await token.run(
            token.signing(query: nil, "--pin-fd 3 3< <(echo 11111111)"))
        #expect(answer.status == 2 && answer.errors.contains("rejected the PIN"))
        #expect(try token.logins() == ["0xa0"])
    }

    @Test func `is given again for every signature where the key wants that`() async throws {
        let token = try await FaultyToken()
        let always = ["ALWAYS": "1"]
        let sign = token.signing("--recursive") + " --json"
        let answer = try await token.yes(sign, always)
        #expect(answer.errors.contains("wants the PIN before every signature"))
        #expect(try token.logins() == ["0x0", "0x0"])
        #expect(try token.findings().isEmpty)
        try await token.site.yes("airseal verify l:v1 --scope site.example/hello")
        // A rejection ends it at once.
        let rejected = try await token.run(
            sign, always.merging(["CALL": "C_Login", "AT": "2", "VALUE": "a0"]) { $1 })
        #expect(rejected.status == 2 && rejected.errors.contains("rejected the PIN"))
        #expect(try token.logins() == ["0x0", "0xa0"])
        let later = try await token.run(sign, always)
        #expect(later.status == 2 && later.errors.contains("before"))
        #expect(try token.logins().isEmpty)
    }

    /// Runs a line at a terminal of its own, and types one of `answers` at each question.
    static let typing = """
        import os, pty, sys, termios, time
        child, terminal = pty.fork()
        if child == 0:
            os.execvp("bash", ["bash", "-c", sys.argv[1]])
        answers, seen = sys.argv[2:], b""
        while True:
            try:
                text = os.read(terminal, 4096)
            except OSError:
                break
            os.write(1, text)
            seen += text
            if (b"PIN of the token" in seen or b"passphrase of" in seen) and seen.endswith(b": "):
                answer, seen = answers.pop(0), b""
                if answer == "^C":
                    os.write(terminal, b"\\x03")
                elif "^Z" in answer:
                    os.write(terminal, answer.replace("^Z", "\\x1a").encode() + b"\\n")
                elif answer.endswith("^D"):
                    # Twice: the first hands over what was typed.
                    os.write(terminal, answer[:-2].encode() + b"\\x04")
                    time.sleep(0.3)
                    os.write(terminal, b"\\x04")
                else:
                    os.write(terminal, answer.encode() + b"\\n")
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if not termios.tcgetattr(terminal)[3] & termios.ECHO:
            print("the terminal was left without echo")
        sys.exit(status if status >= 0 else 128 - status)
        """

    func type(
        _ answers: String, at token: FaultyToken, _ options: String = "",
        _ settings: [String: String] = [:], line: String? = nil
    ) async throws -> Site.Answer {
        try await token.site.yes(
            "cat > typing.py <<'END'\n\(Self.typing)\nEND\nrm -rf l; cp -r base l")
        let line =
            line ?? "exec airseal sign l:v1 --key \(token.key(query: nil)) --chain k.pem \(options)"
        try await token.site.yes("cat > line <<'END'\n\(line)\nEND")
        return try await token.run("python3 typing.py \"$(cat line)\" \(answers)", settings)
    }

    @Test func `is asked of a person without echo`() async throws {
        let token = try await FaultyToken()
        let answer = try await type(FaultyToken.typedPIN, at: token)
        #expect(answer.status == 0, "\(answer)")
        #expect(!answer.output.contains(FaultyToken.typedPIN))
        #expect(!answer.output.contains("without echo"))
        #expect(try token.logins() == ["0x0"])
        #expect(try token.findings().isEmpty)
    }

    @Test func `is asked again for every signature where the key wants that`() async throws {
        let token = try await FaultyToken()
        let pin = FaultyToken.typedPIN
        let answer = try await type("\(pin) \(pin)", at: token, "", ["ALWAYS": "1"])
        #expect(answer.status == 0, "\(answer)")
        #expect(answer.output.contains("wants the PIN before every signature"))
        #expect(try token.logins() == ["0x0", "0x0"])
        #expect(try token.findings().isEmpty)
        let wrong = try await type("\(pin) 11111111", at: token, "", ["ALWAYS": "1"])
        #expect(wrong.status == 2 && wrong.output.contains("rejected the PIN"), "\(wrong)")
    }

    @Test func `may be withheld by an interrupt, after which the terminal and the token are free`()
        async throws
    {
        let token = try await FaultyToken()
        let answer = try await type("^C", at: token)
        #expect(answer.status == 130, "\(answer)")
        #expect(!answer.output.contains("without echo"))
        #expect(try token.logins().isEmpty)
        #expect(try token.calls().last?.name == "C_Finalize")
    }

    @Test func `is typed whole where somebody tries to stop the program meanwhile`() async throws {
        let token = try await FaultyToken()
        let pin = FaultyToken.typedPIN
        let answer = try await type("'\(pin.prefix(3))^Z\(pin.dropFirst(3))'", at: token)
        #expect(answer.status == 0, "\(answer)")
        #expect(!answer.output.contains("without echo"))
    }

    @Test func `or passphrase that is withheld by an interrupt leaves the terminal as it was`()
        async throws
    {
        let token = try await FaultyToken()
        try await token.site.yes(
            """
            umask 077; openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out open.pem
            openssl pkcs8 -topk8 -in open.pem -out sealed.pem -passout pass:words
            """)
        let answer = try await type(
            "^C", at: token, line: "exec airseal sign l:v1 --key-file sealed.pem --chain k.pem")
        #expect(answer.status == 130, "\(answer)")
        #expect(answer.output.contains("passphrase of sealed.pem"))
        #expect(!answer.output.contains("without echo"))
    }

    @Test func `that was not typed to its end costs no try`() async throws {
        let token = try await FaultyToken()
        let answer = try await type("\(FaultyToken.typedPIN.prefix(3))^D", at: token)
        #expect(answer.status == 2, "\(answer)")
        #expect(try token.logins().isEmpty)
    }

    @Test func `is typed at the token where it has a pin-pad`() async throws {
        let token = try await FaultyToken()
        let answer = try await token.yes(
            token.signing(query: nil), ["PAD": FaultyToken.realPIN])
        #expect(answer.errors.contains("type the PIN of \"faulty\""), "\(answer)")
        #expect(answer.errors.contains("at the token itself"))
        #expect(try token.logins() == ["0x0"])
    }
}

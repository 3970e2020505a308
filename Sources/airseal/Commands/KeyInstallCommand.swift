import ArgumentParser
import Encodings
import PKCS11
import UseCases
import X509

struct KeyInstallCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "install",
        abstract: "Put a key's certificate chain onto its token.",
        discussion: """
            The chain is held against every rule that cert lint asks, and its first certificate \
            against the key. Then each certificate that is not on the token yet is put there and read \
            back. From then on sign and export need no --chain.

            Where the token has other certificates of the same key, as after a renewal, they are told: \
            sign and export cannot know which is meant then. --replace takes them off the token, after \
            the new ones are there.

            Exit status: 0 the chain is there, 1 it breaks a rule, 2 the key is another one, wrong \
            PIN.

            Examples:
              airseal key install --key 'pkcs11:token=site;object=signer' --chain chain.pem
              airseal key install --key 'pkcs11:token=site;object=signer' --chain renewed.pem --replace
            """)

    @OptionGroup var key: KeyOption

    @Option(
        help: ArgumentHelp("The certificates, leaf to root, PEM or DER.", valueName: "file"),
        completion: .file())
    var chain: String

    @Flag(help: "Leave the root off the token; sign will need --chain then.")
    var withoutRoot = false

    @Flag(help: "Take other certificates of the same key off the token.")
    var replace = false

    @OptionGroup var state: StateOption
    @OptionGroup var output: JSONFlag

    func perform() throws -> ExitStatus {
        let outcome = try Site.here(state: state.state).installChain(
            at: chain, try key.access, withoutRoot: withoutRoot, replaces: replace)
        switch outcome {
        case .installed(let installed):
            if output.json {
                Terminal.answer(installed.json)
            } else {
                installed.lines.forEach { Terminal.answer($0) }
            }
            installed.tellOthers()
            return .yes
        case .refused(let lint):
            Terminal.complain(
                Sentence(
                    lint.breaches.joined(separator: "; "),
                    hint: "cert lint \(ForeignText(chain)) tells every rule"
                ).after("nothing was put onto the token"))
            return .refused
        }
    }
}

extension CertificateLint {
    /// What is wrong, each with its rule.
    fileprivate var breaches: [String] {
        answers.flatMap { answer in
            answer.suspects.map { suspect in
                let certificate = chain.certificates[suspect.position]
                let words = suspect.faults.map { $0.words(of: certificate) }
                return "\(chain.words(at: suspect.position)) "
                    + "\(words.joined(separator: ", ")) (rule \(answer.question.number))"
            }
        }
    }
}

extension InstalledChain {
    fileprivate var lines: [String] {
        added.map { "put onto the token \(token.words): \($0.short)" }
            + present.map { "on the token \(token.words) already: \($0.short)" }
            + removed.map { "taken off the token \(token.words): \($0.short)" }
    }

    /// Says which other certificates the key has.
    fileprivate func tellOthers() {
        for other in others {
            Terminal.say(
                "note: the token \(token.words) has another certificate of the key \(key.words): "
                    + other.short)
        }
        guard isAmbiguous else { return }
        Terminal.say(
            "hint: sign and export cannot know which is meant without --chain; the same command with "
                + "--replace takes the others off")
    }

    fileprivate var json: JSON {
        [
            "token": token.json, "key": key.json, "added": .array(added.map(\.json)),
            "present": .array(present.map(\.json)), "others": .array(others.map(\.json)),
            "removed": .array(removed.map(\.json)),
        ]
    }
}

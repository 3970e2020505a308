import ArgumentParser
import Encodings
import PKCS11
import UseCases
import X509

struct KeyDeleteCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete a key from its token, with its certificates: nothing brings it back.",
        discussion: """
            Shows what goes: the private key, its public half, and the certificates that bear its id \
            and hold its public half. Those of authorities stay: other keys may need them. Then the \
            key's label must be typed back at the terminal; a script gives it with --confirm.

            The audit record has the deletion before it happens. The private key goes last, so that a \
            deletion that was cut short can be asked for again.

            Exit status: 0 deleted, 1 not confirmed, 2 no such key, several keys, wrong PIN.

            Examples:
              airseal key delete --key 'pkcs11:token=site;object=old'
              airseal key delete --key 'pkcs11:token=site;object=old?pin-source=file:pin' --confirm old
            """)

    @OptionGroup var key: KeyOption

    @Option(
        help: ArgumentHelp(
            "The key's label, in the place of typing it at the terminal.", valueName: "label"))
    var confirm: String?

    @OptionGroup var state: StateOption
    @OptionGroup var output: JSONFlag

    func perform() throws -> ExitStatus {
        let outcome = try Site.here(state: state.state).deleteKey(try key.access) { plan in
            plan.lines.forEach { Terminal.say($0) }
            let typed = confirm ?? Question.ask("type the label of the key to delete it: ")
            return typed.map { $0.utf8.elementsEqual(plan.key.label.utf8) } ?? false
        }
        switch outcome {
        case .deleted(let plan):
            if output.json {
                Terminal.answer(plan.json)
            } else {
                Terminal.answer(
                    "deleted the key \(plan.key.words) from the token \(plan.token.words)")
            }
            return .yes
        case .notConfirmed:
            Terminal.complain(
                Sentence(
                    "nobody confirmed that the key is to be deleted; it was left as it is",
                    hint: "type its label at the terminal, or give it with --confirm"))
            return .refused
        }
    }
}

extension KeyDeletionPlan {
    fileprivate var lines: [String] {
        [
            "note: to be deleted from the token \(token.words): the private key \(key.words)"
                + (publicKeyCount > 0 ? " and its public half" : "")
        ] + certificates.map { "note: to be deleted with it: the certificate \($0.short)" }
    }

    fileprivate var json: JSON {
        [
            "token": token.json, "key": key.json,
            "publicKeys": .integer(Int64(publicKeyCount)),
            "certificates": .array(certificates.map(\.json)),
        ]
    }
}

import ArgumentParser
import Configuration
import Encodings
import Trust
import UseCases

struct TrustRestoreCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Go back to trust that another took the place of.",
        discussion: """
            What trust apply and trust restore take the place of is kept, under a number; --list lists it. \
            Without a number, the last one is restored. What changes is shown, and the audit record has \
            the change and its reason before anyone can see it. The counters of capsules stay: the \
            capsule that was applied last can be applied again, and none before it.

            Examples:
              airseal trust restore --list
              airseal trust restore --dry-run
              airseal trust restore 3 --reason 'capsule 7 left the builders out'
            """)

    @Argument(help: ArgumentHelp("What to restore.", valueName: "number"))
    var number: Int64?

    @Flag(help: "List what is kept.")
    var list = false

    @Flag(help: "Say what would change, and change nothing.")
    var dryRun = false

    @Option(help: ArgumentHelp("Why, for the record.", valueName: "text"))
    var reason: OperatorReason?

    @OptionGroup var home: HomeOption
    @OptionGroup var state: StateOption
    @OptionGroup var wait: WaitOption
    @OptionGroup var output: JSONFlag

    func validate() throws {
        guard !list || number == nil && !dryRun && reason == nil else {
            throw ValidationError("--list takes no number, and no other option")
        }
        guard list || dryRun != (reason != nil) else {
            throw ValidationError("--reason is missing: why is the old trust right? Or --dry-run")
        }
    }

    func perform() throws -> ExitStatus {
        let site = Site.here(
            home: home.home, state: state.state, patience: wait.patience)
        if list {
            let kept = try site.replacedTrust()
            if output.json {
                Terminal.answer(JSON.array(kept.map(\.json)))
            } else {
                kept.forEach {
                    Terminal.answer(
                        "\($0.number): until \($0.time), replaced by \(ForeignText($0.cause))")
                }
            }
            return .yes
        }
        let report = try site.restoreTrust(number, reason: reason?.text)
        if output.json {
            Terminal.answer(report.json(isRehearsal: dryRun))
        } else {
            report.lines(isRehearsal: dryRun).forEach { Terminal.answer($0) }
        }
        if !report.isSettled { Terminal.say("note: \(InstallationNote.unsettled)") }
        guard let conflict = report.conflict else { return .yes }
        Terminal.complain(conflict.sentence.after("not restored (settings)"))
        return .refused
    }
}

extension ReplacedTrust {
    fileprivate var json: JSON {
        [
            "number": .integer(number), "time": .string(time.description),
            "cause": .string(cause),
        ]
    }
}

extension RestoreTrustReport {
    private func outcome(isRehearsal: Bool) -> String {
        if conflict != nil { return "refused" }
        if difference.isEmpty { return "present" }
        return isRehearsal ? "rehearsed" : "restored"
    }

    fileprivate func lines(isRehearsal: Bool) -> [String] {
        guard conflict == nil else { return difference.lines }
        if difference.isEmpty { return ["what is kept as \(restored.number) is in force already"] }
        guard !isRehearsal else {
            return difference.lines + ["would restore what is kept as \(restored.number)"]
        }
        return difference.lines + [
            "restored what is kept as \(restored.number)"
                + (replaced.map { "; the trust before it is kept as \($0)" } ?? "")
        ]
    }

    fileprivate func json(isRehearsal: Bool) -> JSON {
        [
            "outcome": .string(outcome(isRehearsal: isRehearsal)),
            "number": .integer(restored.number), "difference": .object(difference.json),
            "replaced": replaced.map { .integer($0) } ?? .null,
        ]
    }
}

import ArgumentParser
import Encodings
import Receiving
import Trust
import UseCases
import Verification

struct TrustApplyCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Make the trust that a peer's bundle carries the trust of this site.",
        discussion: """
            A trust capsule is a complete state: policies and trust stores become what it says, and what \
            it does not hold is removed. It counts only in a bundle for this site that is signed as this \
            site's entry for the peer asks, and if that entry says capsules; an earlier capsule of the \
            same peer is never applied after a later one. Peers, verification.json, what is kept about \
            revocation, and this site's name are not touched.

            What changes is shown first, and what of it weakens trust is marked. Weaker trust is taken \
            only with --accept-weaker and a reason, which the audit record keeps. The old trust is kept: \
            see trust restore. receive never applies a capsule.

            Examples:
              airseal trust apply /media/bundle.tar --dry-run
              airseal trust apply /media/bundle.tar
              airseal trust apply /media/bundle.tar --accept-weaker --reason 'new root of the builders, \
            fingerprint read aloud on 3 May'
            """)

    @Argument(
        help: ArgumentHelp("A bundle: a tar or a folder.", valueName: "bundle"), completion: .file()
    )
    var bundle: String

    @Flag(help: "Say what would change, and change nothing.")
    var dryRun = false

    @Flag(help: "Apply it though it weakens trust.")
    var acceptWeaker = false

    @Option(help: ArgumentHelp("Why it is right to, for the record.", valueName: "text"))
    var reason: OperatorReason?

    @OptionGroup var home: HomeOption
    @OptionGroup var state: StateOption
    @OptionGroup var wait: WaitOption
    @OptionGroup var output: JSONFlag

    func validate() throws {
        guard acceptWeaker == (reason != nil) else {
            throw ValidationError("--accept-weaker and --reason go together")
        }
    }

    func perform() throws -> ExitStatus {
        let site = Site.here(
            home: home.home, state: state.state, patience: wait.patience)
        var request = ApplyTrustRequest(bundle)
        request.isRehearsal = dryRun
        request.acceptsWeaker = acceptWeaker
        request.reason = reason?.text
        let outcome = try site.applyTrust(request)
        if output.json {
            Terminal.answer(outcome.json)
        } else {
            outcome.lines.forEach { Terminal.answer($0) }
        }
        outcome.notes.forEach { Terminal.say("note: \($0)") }
        switch outcome {
        case .applied, .rehearsed, .present: return .yes
        case .refused(let refusal, _, _):
            Terminal.complain(refusal.sentence.after("capsule refused (\(refusal.code))"))
            return .refused
        case .undecided(let doubt, _):
            Terminal.complain(doubt.sentence)
            return .undecided
        }
    }
}

extension ApplyTrustOutcome {
    fileprivate var lines: [String] {
        switch self {
        case .applied(let capsule):
            return capsule.difference.lines + [
                "applied capsule \(capsule.counter) of \(capsule.bundle.origin)"
                    + (capsule.replaced.map { "; the trust before it is kept as \($0)" } ?? "")
            ]
        case .rehearsed(let capsule):
            return capsule.difference.lines + [
                "would apply capsule \(capsule.counter) of \(capsule.bundle.origin)"
            ]
        case .present(let capsule):
            return [
                "capsule \(capsule.counter) of \(capsule.bundle.origin) is applied already"
            ]
        case .refused(_, _, let difference): return difference?.lines ?? []
        case .undecided(.bundleSignature(let report), _): return report.lines
        case .undecided: return []
        }
    }

    fileprivate var notes: [String] {
        switch self {
        case .applied(let capsule), .rehearsed(let capsule), .present(let capsule):
            capsule.notes
        case .refused, .undecided: []
        }
    }

    fileprivate var json: JSON {
        switch self {
        case .applied(let capsule): capsule.json("applied")
        case .rehearsed(let capsule): capsule.json("rehearsed")
        case .present(let capsule): capsule.json("present")
        case .refused(let refusal, let bundle, let difference):
            AppliedCapsule.json(
                "refused", code: refusal.code, reason: refusal.sentence.text, bundle, nil,
                difference, replaced: nil)
        case .undecided(let doubt, let bundle):
            AppliedCapsule.json(
                "undecided", code: nil, reason: doubt.sentence.text, bundle, nil, nil,
                replaced: nil)
        }
    }
}

extension AppliedCapsule {
    fileprivate var notes: [String] {
        missingStores.map { "a policy names the trust store \($0), and the capsule has none" }
            + (isSettled ? [] : [InstallationNote.unsettled])
    }

    fileprivate func json(_ outcome: String) -> JSON {
        Self.json(
            outcome, code: nil, reason: nil, bundle, counter, difference, replaced: replaced)
    }

    fileprivate static func json(
        _ outcome: String, code: String?, reason: String?, _ bundle: ReceivedBundle?,
        _ counter: Int64?, _ difference: TrustDifference?, replaced: Int64?
    ) -> JSON {
        [
            "outcome": .string(outcome), "code": code.map { .string($0) } ?? .null,
            "reason": reason.map { .string($0) } ?? .null, "bundle": bundle?.json ?? .null,
            "counter": counter.map { .integer($0) } ?? .null,
            "difference": difference.map { .object($0.json) } ?? .null,
            "replaced": replaced.map { .integer($0) } ?? .null,
        ]
    }
}

/// What is said of an installation that is not where notation looks yet.
enum InstallationNote {
    static let unsettled =
        "the new trust is in force, and not yet where notation looks; the next change of the home "
        + "puts it there"
}

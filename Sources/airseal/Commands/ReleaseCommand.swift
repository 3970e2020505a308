import ArgumentParser
import Encodings
import Receiving
import State
import UseCases

struct ReleaseCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Let a bundle out of quarantine that receive --hold has put there.",
        discussion: """
            Nothing that was judged when the bundle came is taken for true: its signature, its dates, \
            revocation, and every image by policy and scanner are judged again now, and every blob is \
            hashed again. Then its images appear in the layout; nothing is copied, and no medium is \
            needed.

            Bundles of one origin leave in the order in which they came. Without a name the next one \
            is meant. With --partial the images that pass are released, and the others stay in \
            quarantine with their reasons. With --reject the number is closed and nothing released. \
            What was turned away stays until prune --rejected.

            Examples:
              airseal release layout --list
              airseal release layout
              airseal release layout low-side/7 --partial
              airseal release layout --reject --reason 'the scanner found a test virus'
            """)

    @Argument(help: ArgumentHelp("A layout folder.", valueName: "layout"), completion: .directory)
    var layout: String

    @Argument(
        help: ArgumentHelp(
            "Which bundle, as ORIGIN/NUMBER. Else the next.", valueName: "origin/number"))
    var number: BundleNumber?

    @Option(help: ArgumentHelp("Which bundle, by the digest of its manifest.", valueName: "digest"))
    var bundle: Digest?

    @Flag(help: "Say what waits, and do nothing.")
    var list = false

    @Flag(help: "Release the images that pass where others do not.")
    var partial = false

    @Flag(help: "Close its number, and release nothing of it.")
    var reject = false

    @Flag(help: "Check everything, and change nothing.")
    var dryRun = false

    @Flag(help: "Let names point to the released images where they stand for others.")
    var replace = false

    @Flag(help: "Release it although its time is over.")
    var acceptLate = false

    @OptionGroup var reason: ReasonOption
    @OptionGroup var home: HomeOption
    @OptionGroup var state: StateOption
    @OptionGroup var wait: WaitOption
    @OptionGroup var output: JSONFlag

    func validate() throws {
        guard number == nil || bundle == nil else {
            throw ValidationError("a bundle is named by ORIGIN/NUMBER or --bundle, not by both")
        }
        guard !reject || !(partial || replace || acceptLate) else {
            throw ValidationError(
                "--reject releases nothing, and goes without --partial, --replace and --accept-late"
            )
        }
        guard !list || !(partial || reject || dryRun || replace || acceptLate) else {
            throw ValidationError("--list goes with no option that releases")
        }
        try reason.check(isWanted: reject || acceptLate, by: "--reject and --accept-late")
    }

    func perform() throws -> ExitStatus {
        let site = try Site.recovered(
            home: home.home, state: state.state, patience: wait.patience,
            progress: Progress("releasing"), rehearsing: dryRun || list)
        guard !list else {
            let (held, unknown) = try site.heldBundles(in: layout)
            say(held)
            for name in unknown {
                Terminal.say(
                    "note: \(ForeignText(name)) lies in quarantine, and this state knows nothing of it; "
                        + "receive that bundle again with --hold")
            }
            return .yes
        }
        var request = ReleaseBundleRequest(from: layout)
        if let number { request.choice = .number(number.origin, number.sequence) }
        if let bundle { request.choice = .bundle(bundle) }
        request.isRejection = reject
        request.isPartial = partial
        request.acceptsLate = acceptLate
        request.replacesNames = replace
        request.reason = reason.reason?.text
        request.isRehearsal = dryRun
        request.patience = wait.patience
        let answer = ReceiveAnswer(
            outcome: try site.release(request), layout: layout, isRehearsal: dryRun)
        return answer.give(asJSON: output.json)
    }

    private func say(_ held: [HeldBundle]) {
        guard !output.json else { return Terminal.answer(.array(held.map(\.answer))) }
        for one in held {
            Terminal.answer("\(one.origin)/\(one.sequence)  \(one.bundle)  held \(one.since)")
        }
        if held.isEmpty { Terminal.say("no bundle waits in \(ForeignText(layout))") }
    }
}

/// A bundle as people name it: `low-side/7`.
struct BundleNumber: ExpressibleByArgument {
    let origin: SiteName
    let sequence: Int64

    init?(argument: String) {
        let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let origin = try? SiteName(String(parts[0])),
            !parts[1].isEmpty, parts[1].utf8.allSatisfy({ (48...57).contains($0) }),
            let sequence = Int64(parts[1]), sequence > 0
        else { return nil }
        self.origin = origin
        self.sequence = sequence
    }
}

extension HeldBundle {
    fileprivate var answer: JSON {
        [
            "origin": .string(origin.text), "stream": .string(stream.text),
            "sequence": .integer(sequence), "bundle": .string(bundle.description),
            "layout": .string(layoutPath), "since": .string(since.description),
            "accepted": .array(accepted.map { .string($0) }),
        ]
    }
}

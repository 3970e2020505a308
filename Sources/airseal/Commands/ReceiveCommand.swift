import ArgumentParser
import BundleFormat
import Receiving
import UseCases

struct ReceiveCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "receive",
        abstract: "Take a bundle in, if all of it is in order.",
        discussion: """
            The bundle's signature, destination, dates and place in its stream are judged first, by \
            what this site knows of the origin; then every byte is hashed into quarantine, and every \
            image judged by this site's own trust policy, and by its scanner if it has one. Only when \
            all of it passes do the images appear in the layout. Nothing that the bundle carries \
            chooses how it is checked.

            With --hold it waits in quarantine after that, until release lets it out. With --reject its \
            number is closed and nothing of it taken, so that the next bundle can come. With --dry-run \
            everything is checked and nothing changed.

            Four refusals can be lifted, each by its own name and with a reason that stays in the \
            record: --accept-stream, --accept-gap, --accept-late, --accept-restored. Find out first \
            what has happened. One that does not stand in the way is an error.

            Examples:
              airseal receive /media/bundle.tar --into layout
              airseal receive /media/bundle.tar --into layout --dry-run
              airseal receive /media/bundle.tar --into layout --hold
              airseal receive /media/bundle.tar --into layout --reject --reason 'wrong release'
              airseal receive /media/7.tar --into layout --accept-gap --reason 'disc 6 was destroyed'
            """)

    @Argument(
        help: ArgumentHelp("A bundle: a tar or a folder.", valueName: "bundle"), completion: .file()
    )
    var bundle: String

    @Option(
        help: ArgumentHelp("The layout, made when missing.", valueName: "layout"),
        completion: .directory)
    var into: String

    @Flag(help: "Let it wait in quarantine; release lets it out.")
    var hold = false

    @Flag(help: "Close its number, and take nothing of it.")
    var reject = false

    @Flag(help: "Check everything, and change nothing.")
    var dryRun = false

    @Flag(help: "Let names point to the received images where they stand for others.")
    var replace = false

    @Flag(help: "Leave the stream that is known for the bundle's: the sender was made anew.")
    var acceptStream = false

    @Flag(help: "Give the missing numbers up for ever.")
    var acceptGap = false

    @Flag(help: "Take it although its time is over.")
    var acceptLate = false

    @Flag(help: "Take it although the sender has receipts that this side has forgotten.")
    var acceptRestored = false

    @OptionGroup var reason: ReasonOption
    @OptionGroup var home: HomeOption
    @OptionGroup var state: StateOption
    @OptionGroup var wait: WaitOption
    @OptionGroup var output: JSONFlag

    private var overrides: Set<ChainOverride> {
        let named: [(ChainOverride, Bool)] = [
            (.stream, acceptStream), (.gap, acceptGap), (.late, acceptLate),
            (.restored, acceptRestored),
        ]
        return Set(named.filter(\.1).map(\.0))
    }

    func validate() throws {
        guard !hold || !reject else {
            throw ValidationError("--hold and --reject exclude each other")
        }
        guard !reject || !replace else {
            throw ValidationError("--reject sets no names, so --replace has nothing to do")
        }
        guard !reject || !acceptLate else {
            throw ValidationError("--reject asks for no date, so --accept-late has nothing to lift")
        }
        try reason.check(
            isWanted: reject || !overrides.isEmpty, by: "--reject and the --accept options")
    }

    func perform() throws -> ExitStatus {
        let site = try Site.recovered(
            home: home.home, state: state.state, patience: wait.patience,
            progress: Progress("receiving", of: [bundle]), rehearsing: dryRun)
        var request = ReceiveBundleRequest(bundle, into: into)
        request.purpose = reject ? .reject : hold ? .hold : .release
        request.replacesNames = replace
        request.overrides = overrides
        request.reason = reason.reason?.text
        request.isRehearsal = dryRun
        request.patience = wait.patience
        let answer = ReceiveAnswer(
            outcome: try site.receive(request), layout: into, isRehearsal: dryRun)
        return answer.give(asJSON: output.json)
    }
}

/// Why something is done that leaves a mark in the record.
struct ReasonOption: ParsableArguments {
    @Option(help: ArgumentHelp("Why, for the record; at most 1000 bytes.", valueName: "text"))
    var reason: OperatorReason?

    /// Refuses a reason that is missing, or of no use.
    func check(isWanted: Bool, by options: String) throws {
        guard isWanted == (reason != nil) else {
            throw ValidationError(
                isWanted ? "\(options) want a --reason" : "--reason goes with \(options)")
        }
    }
}

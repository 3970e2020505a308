import ArgumentParser
import Configuration
import Encodings
import UseCases

struct PeerSuspendCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "suspend",
        abstract: "Let nothing count that a site signed, until it is enrolled again.",
        discussion: """
            For keys that may be in other hands. From then on nothing is received from the site and \
            nothing is exported to it. How far its bundles were taken stays. Only enrolling it again \
            ends this, with its anchors' fingerprints compared anew: airseal peer add.

            Example:
              airseal peer suspend low-side --reason 'token lost on 3 May'
            """)

    @Argument(help: "The site's name.")
    var name: String

    @Option(help: ArgumentHelp("Why, for the record and for those who ask.", valueName: "text"))
    var reason: OperatorReason

    @OptionGroup var home: HomeOption
    @OptionGroup var state: StateOption
    @OptionGroup var wait: WaitOption
    @OptionGroup var output: JSONFlag

    func perform() throws -> ExitStatus {
        let site = Site.here(
            home: home.home, state: state.state, patience: wait.patience)
        let name = try SiteName(name)
        let (suspension, isNew) = try site.suspendPeer(name, reason: reason.text)
        if output.json {
            Terminal.answer([
                "name": .string(name.text), "changed": .boolean(isNew),
                "suspended": [
                    "since": .string(suspension.since.description),
                    "reason": .string(suspension.reason),
                ],
            ])
        } else {
            Terminal.answer(
                isNew
                    ? "suspended \(name)"
                    : "\(name) is suspended since \(suspension.since): "
                        + "\(ForeignText(suspension.reason))")
        }
        return .yes
    }
}

struct PeerRemoveCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Take a site's entry away.",
        discussion: """
            Nothing is received from the site any more. How far its bundles were taken stays in the \
            state, and counts if it is ever enrolled again. An entry that cannot be read goes, too.

            Example:
              airseal peer remove low-side --reason 'the site was closed'
            """)

    @Argument(help: "The site's name.")
    var name: String

    @Option(help: ArgumentHelp("Why, for the record.", valueName: "text"))
    var reason: OperatorReason

    @OptionGroup var home: HomeOption
    @OptionGroup var state: StateOption
    @OptionGroup var wait: WaitOption
    @OptionGroup var output: JSONFlag

    func perform() throws -> ExitStatus {
        let site = Site.here(
            home: home.home, state: state.state, patience: wait.patience)
        let name = try SiteName(name)
        try site.removePeer(name, reason: reason.text)
        if output.json {
            Terminal.answer(["name": .string(name.text), "removed": true])
        } else {
            Terminal.answer("removed \(name); what was received from it is remembered")
        }
        return .yes
    }
}

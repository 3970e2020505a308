import ArgumentParser
import Encodings
import UseCases

struct PeerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "peer", abstract: "Name this site, and enrol the sites that may send bundles.",
        discussion: """
            Nothing is received from a site that is not enrolled, and no medium can enrol one, widen \
            its entry or lift its suspension.

            Examples:
              airseal peer self high-side
              airseal peer list
            """,
        subcommands: [
            PeerSelfCommand.self, PeerAddCommand.self, PeerListCommand.self, PeerShowCommand.self,
            PeerSuspendCommand.self, PeerRemoveCommand.self,
        ])
}

struct PeerSelfCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "self",
        abstract: "Set the name by which other sites know this one.",
        discussion: """
            A name is words of lower-case letters and digits with one dot, dash or underscore \
            between.

            Example:
              airseal peer self high-side
            """)

    @Argument(help: "This site's name.")
    var name: String

    @OptionGroup var home: HomeOption
    @OptionGroup var state: StateOption

    func perform() throws -> ExitStatus {
        let name = try SiteName(name)
        try Site.here(home: home.home, state: state.state).nameSelf(name)
        Terminal.answer("this site is \(name)")
        return .yes
    }
}

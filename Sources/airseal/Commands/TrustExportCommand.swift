import ArgumentParser
import Encodings
import UseCases

struct TrustExportCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write trust stores and policies as a configuration folder of notation.",
        discussion: """
            The folder serves notation 1 and 2: the policy for images stands in trustpolicy.json and \
            trustpolicy.oci.json, stores hold certificates as plain PEM and nothing else. What is \
            there already and says something else is not overwritten without --replace, nor are \
            certificates passed over that this home does not trust.

            Example:
              airseal trust export --notation ~/.config/notation
            """)

    @Option(
        help: ArgumentHelp("Where to write: NOTATION_CONFIG.", valueName: "folder"),
        completion: .directory)
    var notation: String

    @Flag(help: "Replace what is in the way, and remove what this home does not trust.")
    var replace = false

    @OptionGroup var home: HomeOption
    @OptionGroup var wait: WaitOption
    @OptionGroup var output: JSONFlag

    func perform() throws -> ExitStatus {
        let site = Site.here(home: home.home, patience: wait.patience)
        switch try site.exportTrust(to: notation, replacing: replace) {
        case .inTheWay(let paths):
            Terminal.complain(
                Sentence(
                    "\(ForeignText(notation)) has other content: "
                        + "\(Listing(paths.map { "\(ForeignText($0))" }))",
                    hint: "look at it; --replace puts the trust of this home in its place"))
            if output.json { answer(inTheWay: paths) }
            return .refused
        case .exported(let written, let removed, let leftOut):
            leftOut.forEach {
                Terminal.say(
                    "note: \($0) asks for more than notation can check, and was left out")
            }
            if output.json {
                answer(written: written, removed: removed, leftOut: leftOut)
                return .yes
            }
            written.forEach { Terminal.answer("wrote \(ForeignText($0))") }
            removed.forEach { Terminal.answer("removed \(ForeignText($0))") }
            if written.isEmpty, removed.isEmpty {
                Terminal.answer("\(ForeignText(notation)) holds all of it already")
            }
            return .yes
        }
    }

    private func answer(
        written: [String] = [], removed: [String] = [], leftOut: [String] = [],
        inTheWay: [String] = []
    ) {
        Terminal.answer([
            "folder": .string(notation), "written": .array(written.map { .string($0) }),
            "removed": .array(removed.map { .string($0) }),
            "leftOut": .array(leftOut.map { .string($0) }),
            "inTheWay": .array(inTheWay.map { .string($0) }),
        ])
    }
}

import Audit
import State

extension StateBackupFault: Speakable {
    /// The word for programs.
    ///
    /// - SeeAlso: docs/commands/state.md.
    var code: String {
        switch self {
        case .notABackup: "not-a-backup"
        case .damaged: "damaged"
        case .unsupportedVersion: "unsupported-version"
        case .foreign: "foreign"
        case .notEmpty: "not-empty"
        }
    }

    var sentence: Sentence {
        switch self {
        case .notABackup: Sentence("it is no backup of a state by airseal")
        case .damaged(let what):
            Sentence(
                "\(ForeignText(what)) is not as it was written", hint: "take another copy of it")
        case .unsupportedVersion(let version):
            Sentence(
                "it has the version \(ForeignText(version)), which a later airseal wrote",
                hint: "update this airseal")
        case .foreign(let site, let own):
            Sentence(
                "it is the state of \(site.map { "\($0)" } ?? "a site without a name"), and this site "
                    + (own.map { "is \($0)" } ?? "has no name"),
                hint: "restore the home of that site first, or check --home")
        case .notEmpty:
            Sentence(
                "there is a state here already",
                hint: "if the backup shall take its place, say --replace and why")
        }
    }
}

extension StateBackupError: Speakable {
    var sentence: Sentence {
        switch self {
        case .refused(let fault): fault.sentence
        case .taken(let path):
            Sentence("\(ForeignText(path)) exists and is not overwritten without --replace")
        case .ontoState(let path):
            Sentence("\(ForeignText(path)) lies in the state itself")
        case .underWay(let kinds):
            Sentence(
                "operations are under way: \(Listing(kinds.map { "\(ForeignText($0))" }))",
                hint: "repeat the commands that were interrupted")
        case .changing: Sentence("others change the state all the time; nothing was written")
        case .file(let error): error.sentence
        case .archive: Sentence("the archive could not be written")
        case .state(let error): error.sentence
        case .audit(let error): error.sentence
        }
    }
}

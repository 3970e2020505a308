import ArgumentParser
import Encodings
import OCI
import OCILayout
import UseCases

struct CheckCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Hash everything that a layout or archive lists, and doctor its lists.",
        discussion: """
            Missing, damaged or malformed content that something refers to is a problem, and the exit \
            status is 1. Notes are what harms nobody and is worth knowing: blobs that nothing refers \
            to, files that belong to no layout, signatures of images that are not here, referrers that \
            some tool would not see.

            --repair first rewrites the lists, index.json and the fallback indexes, so that notation, \
            oras and regctl see every referrer. It drops nothing that is here and touches no image.

            Examples:
              airseal check layout
              airseal check layout --repair --dry-run
            """)

    @Argument(
        help: ArgumentHelp("A layout folder or an archive.", valueName: "path"), completion: .file()
    )
    var path: String

    @Flag(help: "Rewrite index.json and the fallback indexes where they are incomplete.")
    var repair = false

    @Flag(
        help: ArgumentHelp(
            "With --repair: also list referrers that no index lists. A run that was killed may have "
                + "left them before they were recorded."))
    var adopt = false

    @Flag(help: "With --repair: show what would be put right, and change nothing.")
    var dryRun = false

    @OptionGroup var state: StateOption
    @OptionGroup var wait: WaitOption
    @OptionGroup var output: JSONFlag

    func validate() throws {
        guard repair || !(adopt || dryRun) else {
            throw ValidationError("--adopt and --dry-run belong to --repair")
        }
    }

    func perform() throws -> ExitStatus {
        let progress = Progress("checking", of: [path])
        let site = try Site.recovered(
            state: state.state, patience: wait.patience, progress: progress,
            rehearsing: !repair || dryRun)
        let changes =
            try repair
            ? site.repair(path, adopting: adopt, dryRun: dryRun, patience: wait.patience).changes
            : []
        let check = try site.check(path)
        if output.json {
            Terminal.answer(check.json(repaired: repair ? changes : nil))
        } else {
            let verb = dryRun ? "would repair" : "repaired"
            for change in changes { Terminal.answer("\(verb): \(change.sentence.text)") }
            say(check)
        }
        return check.isWhole ? .yes : .refused
    }

    private func say(_ check: LayoutCheck) {
        for problem in check.problems { Terminal.answer("problem: \(problem.sentence.text)") }
        for note in check.notes { Terminal.answer("note: \(note.sentence.text)") }
        let blobs = check.blobCount == 1 ? "1 blob" : "\(check.blobCount) blobs"
        let sound = "\(blobs), \(check.byteCount) bytes"
        Terminal.answer(check.isWhole ? "whole: \(sound)" : "damaged; sound are \(sound)")
    }
}

extension LayoutCheck {
    fileprivate func json(repaired: [LayoutRepair.Change]?) -> JSON {
        var object: JSONObject = [
            "whole": .boolean(isWhole), "blobs": .integer(Int64(blobCount)),
            "bytes": .integer(byteCount),
            "problems": .array(problems.map { $0.finding.json }),
            "notes": .array(notes.map { $0.finding.json }),
        ]
        if let repaired { object["repaired"] = .array(repaired.map { $0.finding.json }) }
        return .object(object)
    }
}

import ArgumentParser
import Encodings
import OCILayout
import UseCases

struct CheckCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Hash everything that a layout or archive lists.",
        discussion: """
            Missing, damaged or malformed content that something refers to is a problem, and the exit \
            status is 1. Blobs that nothing refers to, and files that an interrupted run left, are \
            notes.

            Example:
              airseal check layout
            """)

    @Argument(help: ArgumentHelp("A layout folder or an archive.", valueName: "path"))
    var path: String

    @OptionGroup var output: JSONFlag

    func perform() throws -> ExitStatus {
        let check = try Site.here(progress: Progress("checking", of: [path])).check(path)
        if output.json {
            Terminal.answer(check.json)
        } else {
            for problem in check.problems { Terminal.answer("problem: \(problem.sentence.text)") }
            for note in check.notes { Terminal.answer("note: \(note.sentence.text)") }
            let blobs = check.blobCount == 1 ? "1 blob" : "\(check.blobCount) blobs"
            let sound = "\(blobs), \(check.byteCount) bytes"
            Terminal.answer(check.isWhole ? "whole: \(sound)" : "damaged; sound are \(sound)")
        }
        return check.isWhole ? .yes : .refused
    }
}

extension LayoutCheck {
    fileprivate var json: JSON {
        [
            "whole": .boolean(isWhole), "blobs": .integer(Int64(blobCount)),
            "bytes": .integer(byteCount),
            "problems": .array(problems.map { .string($0.sentence.text) }),
            "notes": .array(notes.map { .string($0.sentence.text) }),
        ]
    }
}

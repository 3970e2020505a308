import ArgumentParser
import Encodings
import OCI
import OCILayout
import UseCases

struct PruneCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove from a layout what nothing in it needs.",
        discussion: """
            Removes blobs that nothing leads to: replaced lists of referrers, parts of images that \
            other tools removed, signatures that a killed run left before they were recorded. What any \
            entry leads to stays.

            Referrers of images that are not here (--orphaned), and referrers other than signatures \
            that no index lists, as cosign keeps its own (--unlisted), stay unless asked for.

            Nothing is removed while anything listed is damaged or of an unknown type: nobody can say \
            which blobs it needs.

            Examples:
              airseal prune layout --dry-run
              airseal prune layout --orphaned
            """)

    @Argument(help: ArgumentHelp("A layout folder.", valueName: "layout"))
    var path: String

    @Flag(help: "Remove signatures and other referrers of images that are not here.")
    var orphaned = false

    @Flag(help: "Remove every referrer that no index lists.")
    var unlisted = false

    @Flag(help: "Show what would go, and change nothing.")
    var dryRun = false

    @OptionGroup var state: StateOption
    @OptionGroup var wait: WaitOption
    @OptionGroup var output: JSONFlag

    func perform() throws -> ExitStatus {
        let site =
            dryRun
            ? Site.here(state: state.state)
            : try .recovered(state: state.state, patience: wait.patience)
        var request = PruneRequest(path: path)
        request.dropsOrphans = orphaned
        request.dropsUnlisted = unlisted
        request.dryRun = dryRun
        request.patience = wait.patience
        let pruning = try site.prune(request)
        if output.json {
            Terminal.answer(pruning.json(dryRun: dryRun))
        } else {
            say(pruning)
        }
        return .yes
    }

    private func say(_ pruning: LayoutPruning) {
        for orphan in pruning.orphans {
            Terminal.answer("\(orphan.referrer.digest)  of \(orphan.subject.digest)")
        }
        for blob in pruning.blobs { Terminal.answer("\(blob.digest)  \(blob.size) bytes") }
        let verb = dryRun ? "would remove" : "removed"
        Terminal.say("\(ForeignText(path)): \(verb) \(FreedSpace(pruning.blobs).text)")
        if pruning.keptOrphanCount > 0 {
            Terminal.say(
                "note: kept \(pruning.keptOrphanCount) of images that are not here; --orphaned "
                    + "removes them")
        }
        if pruning.keptUnlistedCount > 0 {
            Terminal.say(
                "note: kept \(pruning.keptUnlistedCount) that no index lists; --unlisted removes "
                    + "them, check --repair --adopt lists them")
        }
    }
}

extension LayoutPruning {
    fileprivate func json(dryRun: Bool) -> JSON {
        [
            "dryRun": .boolean(dryRun),
            "orphans": .array(
                orphans.map { orphan in
                    [
                        "digest": .string(orphan.referrer.digest.description),
                        "subject": .string(orphan.subject.digest.description),
                    ]
                }),
            "blobs": .array(blobs.map { .string($0.digest.description) }),
            "bytes": .integer(FreedSpace(blobs).byteCount),
            "keptOrphans": .integer(Int64(keptOrphanCount)),
            "keptUnlisted": .integer(Int64(keptUnlistedCount)),
        ]
    }
}

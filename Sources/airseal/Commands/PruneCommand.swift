import ArgumentParser
import Encodings
import OCI
import OCILayout
import Receiving
import UseCases

struct PruneCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove from a layout what nothing in it needs.",
        discussion: """
            Removes blobs that nothing leads to: replaced lists of referrers, parts of images that \
            other tools removed. What any entry leads to stays.

            Referrers of images that are not here (--orphaned), and signatures and other referrers \
            that no index lists (--unlisted), stay unless asked for: cosign keeps its own unlisted, \
            and notation loses entries where several runs sign at once.

            What stays in quarantine of bundles that were turned away goes with --rejected only. What \
            waits there stays, with every blob that it needs.

            Nothing is removed while anything listed is damaged or of an unknown type: nobody can say \
            which blobs it needs.

            Examples:
              airseal prune layout --dry-run
              airseal prune layout --orphaned
            """)

    @Argument(help: ArgumentHelp("A layout folder.", valueName: "layout"), completion: .directory)
    var path: String

    @Flag(help: "Remove signatures and other referrers of images that are not here.")
    var orphaned = false

    @Flag(help: "Remove signatures and other referrers that no index lists.")
    var unlisted = false

    @Flag(help: "Remove what stays in quarantine of bundles that were turned away.")
    var rejected = false

    @Flag(help: "Show what would go, and change nothing.")
    var dryRun = false

    @OptionGroup var state: StateOption
    @OptionGroup var wait: WaitOption
    @OptionGroup var output: JSONFlag

    func perform() throws -> ExitStatus {
        let site = try Site.recovered(
            state: state.state, patience: wait.patience, rehearsing: dryRun)
        var request = PruneRequest(path: path)
        request.dropsOrphans = orphaned
        request.dropsUnlisted = unlisted
        request.dropsRejected = rejected
        request.dryRun = dryRun
        request.patience = wait.patience
        let pruning = try site.prune(request)
        if output.json {
            Terminal.answer(
                pruning.layout.json(dryRun: dryRun, pruning.closed, rejected: rejected))
        } else {
            say(pruning.layout)
            say(pruning.closed)
        }
        return .yes
    }

    private func say(_ closed: [WaitingBundles.Closed]) {
        guard rejected else {
            if !closed.isEmpty {
                Terminal.say(
                    "note: kept what is left of \(closed.count) bundles that were turned away; "
                        + "--rejected removes it")
            }
            return
        }
        for one in closed {
            let reason = (one.note?.reason).map { ": \(ForeignText($0))" } ?? ""
            let outcome = one.note?.outcome.rawValue ?? "unreadable note"
            Terminal.answer("\(ForeignText(one.name))  \(outcome)\(reason)  \(one.byteCount) bytes")
        }
        let byteCount = closed.reduce(0) { $0 + $1.byteCount }
        Terminal.say(
            "\(ForeignText(path)): \(dryRun ? "would remove" : "removed") what was left of "
                + "\(closed.count) bundles, \(byteCount) bytes")
    }

    private func say(_ pruning: LayoutPruning) {
        if orphaned {
            for orphan in pruning.orphans {
                Terminal.answer(
                    "\(orphan.referrer.digest)  \(orphan.words) of \(orphan.subject.digest)")
            }
        }
        if unlisted {
            for referrer in pruning.unlisted {
                Terminal.answer("\(referrer.descriptor.digest)  unlisted \(referrer.words)")
            }
        }
        for blob in pruning.blobs { Terminal.answer("\(blob.digest)  \(blob.size) bytes") }
        let verb = dryRun ? "would remove" : "removed"
        Terminal.say("\(ForeignText(path)): \(verb) \(FreedSpace(pruning.blobs).text)")
        if !orphaned, !pruning.orphans.isEmpty {
            Terminal.say(
                "note: kept \(pruning.orphans.count) that speak of images that are not here; "
                    + "--orphaned removes them")
        }
        if !unlisted, !pruning.unlisted.isEmpty {
            let signatures = pruning.unlisted.filter(\.isNotarySignature).count
            Terminal.say(
                "note: kept \(pruning.unlisted.count) that no index lists, \(signatures) of them "
                    + "signatures; --unlisted removes them, check --repair --adopt lists them")
        }
    }
}

extension LayoutPruning {
    fileprivate func json(
        dryRun: Bool, _ closed: [WaitingBundles.Closed], rejected: Bool
    ) -> JSON {
        [
            "dryRun": .boolean(dryRun),
            "orphans": .array(
                orphans.map { orphan in
                    [
                        "digest": .string(orphan.referrer.digest.description),
                        "subject": .string(orphan.subject.digest.description),
                        "removed": .boolean(options.dropsOrphans),
                    ]
                }),
            "unlisted": .array(
                unlisted.map { referrer in
                    [
                        "digest": .string(referrer.descriptor.digest.description),
                        "subject": (referrer.document.subject?.digest).map {
                            .string($0.description)
                        } ?? .null,
                        "signature": .boolean(referrer.isNotarySignature),
                        "removed": .boolean(options.dropsUnlisted),
                    ]
                }),
            "blobs": .array(blobs.map { .string($0.digest.description) }),
            "bytes": .integer(FreedSpace(blobs).byteCount),
            "rejected": .array(
                closed.map { one in
                    [
                        "name": .string(one.name), "note": one.note?.json ?? .null,
                        "bytes": .integer(one.byteCount), "removed": .boolean(rejected),
                    ]
                }),
        ]
    }
}

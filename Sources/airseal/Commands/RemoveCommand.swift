import ArgumentParser
import Encodings
import OCI
import OCILayout
import UseCases

struct RemoveCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove images or signatures from a layout.",
        discussion: """
            PATH:NAME takes the name away; when no other entry leads to the image, the image goes with \
            everything that speaks of it. PATH@DIGEST removes every entry of that digest: an image, or \
            one signature. Blobs go only if nothing else in the layout needs them. All of one layout in \
            one step.

            What is removed here may be the only copy: --dry-run shows it first.

            Examples:
              airseal remove layout:app:v1 --dry-run
              airseal remove layout:app:v1 --signatures
              airseal remove layout@sha256:0123…
            """)

    @Argument(
        help: ArgumentHelp("Images or signatures.", valueName: "reference"), completion: .file())
    var references: [String]

    @Flag(help: "Keep the images; only their Notary signatures go.")
    var signatures = false

    @Flag(help: "Show what would go, and change nothing.")
    var dryRun = false

    @OptionGroup var state: StateOption
    @OptionGroup var wait: WaitOption
    @OptionGroup var output: JSONFlag

    func perform() throws -> ExitStatus {
        let site = try Site.recovered(
            state: state.state, patience: wait.patience, rehearsing: dryRun)
        var request = RemoveRequest(references: references)
        request.signaturesOnly = signatures
        request.dryRun = dryRun
        request.patience = wait.patience
        let outcome = try site.remove(request)
        let reports = outcome.reports
        if output.json {
            Terminal.answer(.array(reports.map { $0.json(dryRun: dryRun) }))
        } else {
            reports.forEach { say($0) }
        }
        if let obstacle = outcome.obstacle { throw obstacle }
        return .yes
    }

    private func say(_ report: RemovalReport) {
        let removal = report.removal
        for entry in removal.entries {
            let name = entry.referenceName.map { "\(ForeignText($0))" } ?? "(untagged)"
            Terminal.answer("\(entry.digest)  \(name)")
        }
        for referrer in removal.referrers { Terminal.answer("\(referrer.digest)  (referrer)") }
        let verb = dryRun ? "would remove" : "removed"
        let freed = FreedSpace(removal.blobs)
        Terminal.say("\(ForeignText(report.path)): \(verb) \(freed.text)")
        for digest in removal.kept {
            Terminal.say(
                "note: the content of \(digest) stays, since something else here leads to it")
        }
        if let unknown = removal.uncertainty {
            Terminal.say(
                "note: no blob was removed, since what \(unknown.digest) needs cannot be known")
        }
    }
}

extension RemovalReport {
    fileprivate func json(dryRun: Bool) -> JSON {
        [
            "layout": .string(path), "dryRun": .boolean(dryRun),
            "entries": .array(
                removal.entries.map { entry in
                    [
                        "name": entry.referenceName.map { .string($0) } ?? .null,
                        "digest": .string(entry.digest.description),
                        "mediaType": .string(entry.mediaType),
                    ]
                }),
            "kept": .array(removal.kept.map { .string($0.description) }),
            "referrers": .array(removal.referrers.map { .string($0.digest.description) }),
            "blobs": .array(removal.blobs.map { .string($0.digest.description) }),
            "bytes": .integer(FreedSpace(removal.blobs).byteCount),
            "keptFor": removal.uncertainty.map { .string($0.digest.description) } ?? .null,
        ]
    }
}

/// Blobs that went, as a person counts them.
struct FreedSpace {
    let blobCount: Int
    let byteCount: Int64

    init(_ blobs: [StoredBlob]) {
        blobCount = blobs.count
        byteCount = blobs.reduce(0) { $0 + $1.size }
    }

    var text: String {
        "\(blobCount == 1 ? "1 blob" : "\(blobCount) blobs"), \(byteCount) bytes"
    }
}

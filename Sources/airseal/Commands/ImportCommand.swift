import ArgumentParser
import Encodings
import OCI
import OCILayout
import UseCases

struct ImportCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Bring exported images into a layout.",
        discussion: """
            A source is a docker-archive, an oci-archive or an OCI layout folder; archives may be \
            plain or compressed with gzip or zstd, a file or - for standard input. Every digest is \
            computed anew while the bytes arrive, and nothing becomes visible before all of a \
            source is there and right. SOURCE:NAME or SOURCE@DIGEST takes one image of it, with \
            everything that refers to it.

            A docker-archive becomes an OCI image that has the same digest on every machine. An OCI \
            layout keeps its digests and its signatures.

            An index that lists platforms which the source does not hold is refused; --platform \
            takes the image of one platform out of it, whose digest is then that image's own.

            Examples:
              airseal import app.tar --into layout
              airseal import app.tar:site.example/app:v1 --into layout --platform linux/arm64
              airseal import app.tar --into layout --dry-run
              skopeo copy docker://site.example/app:v1 docker-archive:/dev/stdout | airseal import - \
            --into layout --name site.example/app:v1
            """)

    @Argument(
        help: ArgumentHelp(
            "Archives and layout folders, or -; each with :NAME or @DIGEST for one image.",
            valueName: "source"), completion: .file())
    var sources: [String]

    @Option(
        help: ArgumentHelp("The layout, made when missing.", valueName: "layout"),
        completion: .directory)
    var into: String

    @Option(
        help: ArgumentHelp(
            "Take this platform's image out of every index.",
            valueName: "os/architecture[/variant]"))
    var platform: Platform?

    @Option(help: ArgumentHelp("What the one image is called in the layout.", valueName: "name"))
    var name: ReferenceName?

    @Flag(help: "Let names point to the new images where they stand for others.")
    var replace = false

    @Flag(help: "Read and judge everything, write nothing, and say what would be listed.")
    var dryRun = false

    @OptionGroup var wait: WaitOption
    @OptionGroup var output: JSONFlag

    func validate() throws {
        guard name == nil || sources.count == 1 else {
            throw ValidationError("--name wants one source")
        }
    }

    func perform() throws -> ExitStatus {
        var request = ImportRequest(sources: sources, layout: into)
        request.platform = platform
        request.name = name
        request.replace = replace
        request.isRehearsal = dryRun
        request.patience = wait.patience
        let site = Site.here(progress: Progress("importing", of: sources))
        let run = site.importImages(request)
        if output.json {
            let failure = run.failure.map { [$0.json(isRehearsal: dryRun)] } ?? []
            Terminal.answer(.array(run.outcomes.map { $0.json(isRehearsal: dryRun) } + failure))
        }
        var status = ExitStatus.yes
        for one in run.outcomes {
            switch one.outcome {
            case .imported(let report):
                if !output.json {
                    for root in report.roots {
                        root.lines(isRehearsal: dryRun).forEach { Terminal.answer($0) }
                    }
                    report.lines.forEach { Terminal.answer($0) }
                }
            case .refused(let refusal):
                Terminal.complain(refusal.sentence.after("\(ForeignText(one.source)) refused"))
                status = .refused
            }
        }
        // What came before is said already: it stays.
        if let failure = run.failure { throw failure }
        return status
    }
}

extension ImportReport {
    /// What was left, and where it could be listed.
    fileprivate var lines: [String] {
        guard !unlistedReferrers.isEmpty else { return [] }
        let many = unlistedReferrers.count
        return [
            "note: \(many) \(many == 1 ? "manifest" : "manifests") in the source that no index "
                + "lists \(many == 1 ? "speaks" : "speak") of these images, and did not come "
                + "along; check --repair --adopt lists them there"
        ]
    }
}

extension ImportReport.Root {
    /// What was listed, and what an operator should know of it.
    fileprivate func lines(isRehearsal: Bool) -> [String] {
        let name = descriptor.referenceName.map { "\(ForeignText($0))" } ?? "(untagged)"
        let blobs = blobCount == 1 ? "1 blob" : "\(blobCount) blobs"
        let note =
            wasListed ? ", was there already" : isRehearsal ? ", would be listed" : ""
        var lines = ["\(descriptor.digest)  \(name)  \(blobs), \(byteCount) bytes\(note)"]
        if let index {
            let left = Listing(leftPlatforms.map { "\(ForeignText($0.description))" })
            lines.append("  of the index \(index.digest); platforms left there: \(left)")
        }
        if isOpaque {
            lines.append(
                "  of the type \(ForeignText(descriptor.mediaType)), which airseal does not know: "
                    + "taken as one blob, without anything that it may lead to")
        }
        lines += replaced.map {
            "  takes the name from \($0.digest)"
                + ($0.isLost ? ", to which nothing leads any more" : "")
        }
        lines += absentForeignLayers.map {
            "  note: \(LayoutCheck.Note.absentForeignLayer($0).sentence.text)"
        }
        return lines
    }

    fileprivate var json: JSON {
        [
            "name": descriptor.referenceName.map { .string($0) } ?? .null,
            "digest": .string(descriptor.digest.description),
            "mediaType": .string(descriptor.mediaType),
            "blobs": .integer(Int64(blobCount)), "bytes": .integer(byteCount),
            "wasListed": .boolean(wasListed),
            "index": index.map { .string($0.digest.description) } ?? .null,
            "leftPlatforms": .array(leftPlatforms.map { .string($0.description) }),
            "opaque": .boolean(isOpaque),
            "absentForeignLayers": .array(
                absentForeignLayers.map { .string($0.digest.description) }),
            "replaced": .array(
                replaced.map {
                    ["digest": .string($0.digest.description), "lost": .boolean($0.isLost)]
                }),
        ]
    }
}

extension SourceError {
    fileprivate func json(isRehearsal: Bool) -> JSON {
        let text = JSON.string(sentence.text)
        return [
            "source": .string(source), "refused": reason.isDamage ? text : .null,
            "failed": reason.isDamage ? .null : text, "dryRun": .boolean(isRehearsal),
            "form": .null, "images": [], "unlistedReferrers": [],
        ]
    }
}

extension SourceOutcome {
    fileprivate func json(isRehearsal: Bool) -> JSON {
        switch outcome {
        case .refused(let refusal):
            [
                "source": .string(source), "refused": .string(refusal.sentence.text),
                "failed": .null, "dryRun": .boolean(isRehearsal), "form": .null, "images": [],
                "unlistedReferrers": [],
            ]
        case .imported(let report):
            [
                "source": .string(source), "refused": .null, "failed": .null,
                "dryRun": .boolean(isRehearsal), "form": .string(report.form.word),
                "images": .array(report.roots.map(\.json)),
                "unlistedReferrers": .array(
                    report.unlistedReferrers.map { .string($0.description) }),
            ]
        }
    }
}

extension ImportReport.Form {
    fileprivate var word: String {
        switch self {
        case .layout: "oci-layout"
        case .ociArchive: "oci-archive"
        case .dockerArchive: "docker-archive"
        }
    }
}

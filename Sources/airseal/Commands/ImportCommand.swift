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
            source is there and right.

            A docker-archive becomes an OCI image that has the same digest on every machine. An OCI \
            layout keeps its digests and its signatures.

            Examples:
              airseal import app.tar --into layout
              skopeo copy docker://site.example/app:v1 docker-archive:/dev/stdout | airseal import - \
            --into layout
            """)

    @Argument(help: ArgumentHelp("Archives and layout folders, or -.", valueName: "source"))
    var sources: [String]

    @Option(help: ArgumentHelp("The layout, made when missing.", valueName: "layout"))
    var into: String

    @Flag(help: "Let names point to the new images where they stand for others.")
    var replace = false

    @OptionGroup var wait: WaitOption
    @OptionGroup var output: JSONFlag

    func perform() throws -> ExitStatus {
        let outcomes = try Site.here().importImages(
            from: sources, into: into, replace: replace, patience: wait.patience)
        if output.json { Terminal.answer(.array(outcomes.map(\.json))) }
        var status = ExitStatus.yes
        for one in outcomes {
            switch one.outcome {
            case .imported(let report):
                if !output.json { report.roots.forEach { Terminal.answer(Self.line(about: $0)) } }
            case .refused(let refusal):
                Terminal.complain(refusal.sentence.after("\(ForeignText(one.source)) refused"))
                status = .refused
            }
        }
        return status
    }

    private static func line(about root: ImportReport.Root) -> String {
        let name = root.descriptor.referenceName.map { "\(ForeignText($0))" } ?? "(untagged)"
        let blobs = root.blobCount == 1 ? "1 blob" : "\(root.blobCount) blobs"
        let note = root.wasListed ? ", was there already" : ""
        return "\(root.descriptor.digest)  \(name)  \(blobs), \(root.byteCount) bytes\(note)"
    }
}

extension SourceOutcome {
    fileprivate var json: JSON {
        switch outcome {
        case .refused(let refusal):
            ["source": .string(source), "refused": .string(refusal.sentence.text), "images": []]
        case .imported(let report):
            [
                "source": .string(source), "refused": .null,
                "form": .string(report.form.word),
                "images": .array(
                    report.roots.map { root in
                        [
                            "name": root.descriptor.referenceName.map { .string($0) } ?? .null,
                            "digest": .string(root.descriptor.digest.description),
                            "mediaType": .string(root.descriptor.mediaType),
                            "blobs": .integer(Int64(root.blobCount)),
                            "bytes": .integer(root.byteCount),
                            "wasListed": .boolean(root.wasListed),
                        ]
                    }),
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

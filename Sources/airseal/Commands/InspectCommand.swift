import ArgumentParser
import Encodings
import Notary
import OCI
import OCILayout
import UseCases

struct InspectCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what an image is made of, its signatures and what else refers to it.",
        discussion: """
            Signatures are shown as notation shows them, of layouts and of archives, and by their own \
            word: nothing here was verified. A reference without tag or digest shows every image of \
            the layout or archive.

            Exit status 1 means that a signature could not be read, which is said where it stands; \
            everything else was shown.

            Examples:
              airseal inspect layout:v1
              airseal inspect bundle.tar --json
            """)

    @Argument(
        help: ArgumentHelp("PATH, PATH:TAG or PATH@DIGEST.", valueName: "reference"),
        completion: .file())
    var references: [String]

    @Option(
        help: ArgumentHelp("How many signatures of an image are looked at.", valueName: "number"))
    var maxSignatures = Limits.signatureCountMax

    @OptionGroup var output: JSONFlag

    func validate() throws {
        guard maxSignatures > 0 else {
            throw ValidationError("--max-signatures takes a number above 0")
        }
    }

    func perform() throws -> ExitStatus {
        let site = Site.here(progress: Progress("reading", ofArchives: references))
        var status = ExitStatus.yes
        var images: [ImageDescription] = []
        for reference in references {
            do {
                images += try site.inspect(reference, signatureCountMax: maxSignatures)
            } catch {
                let sentence = Sentence(about: error)
                Terminal.complain(
                    references.count == 1 ? sentence : sentence.after("\(ForeignText(reference))"))
                status = status.joined(error.isDamage ? .refused : .undecided)
            }
        }
        if output.json {
            Terminal.answer(.array(images.map(\.json)))
        } else {
            for image in images { image.tree.lines.forEach { Terminal.answer($0) } }
        }
        for image in images { status = status.joined(image.remark()) }
        return status
    }
}

extension ImageDescription {
    /// Where it is, as a reference.
    private var place: String { "\(ForeignText(path))@\(descriptor.digest)" }

    /// Says what of the signatures was not shown.
    fileprivate func remark() -> ExitStatus {
        if unexaminedSignatureCount > 0 {
            Terminal.say(
                "note: \(place) has \(signatures.count + unexaminedSignatureCount) signatures, and "
                    + "only the first \(signatures.count) were looked at")
        }
        let unreadable = signatures.filter { !$0.isReadable }.count
        guard unreadable > 0 else { return .yes }
        Terminal.complain(
            Sentence("\(place): \(unreadable) of \(signatures.count) signatures cannot be read"))
        return .refused
    }

    fileprivate var tree: Tree {
        var branches: [Tree] = []
        if let name = descriptor.referenceName {
            branches.append(Tree("name", value: ForeignText(name)))
        }
        branches.append(Tree("media type", value: ForeignText(descriptor.mediaType)))
        branches.append(Tree("size", value: descriptor.size))
        if let document {
            branches.append(Tree("parts", document.parts.map { Tree($0.line) }))
        } else {
            branches.append(Tree("the manifest is missing, damaged or malformed"))
        }
        if !otherReferrers.isEmpty {
            branches.append(Tree("other referrers", otherReferrers.map { Tree($0.line) }))
        }
        return Tree(place, branches + signatureBranches)
    }

    /// The last branches, so that what hangs below them is drawn as notation draws it.
    private var signatureBranches: [Tree] {
        guard !signatures.isEmpty else { return [Tree("no associated signature")] }
        var trees = signatures.map(\.tree)
        if unexaminedSignatureCount > 0 {
            trees.append(Tree("\(unexaminedSignatureCount) more were not looked at"))
        }
        return [
            Tree("the signatures stand by their own word: nothing was verified"),
            Tree(SignatureManifest.artifactType, trees),
        ]
    }

    fileprivate var json: JSON {
        let malformed = signatures.filter { !$0.isReadable }
        return [
            "reference": .string(reference),
            "name": descriptor.referenceName.map { .string($0) } ?? .null,
            "digest": .string(descriptor.digest.description),
            "mediaType": .string(descriptor.mediaType), "size": .integer(descriptor.size),
            "readable": .boolean(document != nil),
            "parts": .array((document?.parts ?? []).map(\.json)),
            "otherReferrers": .array(otherReferrers.map(\.descriptor.json)),
            "notation": notationJSON,
            "unreadableSignatures": .array(
                malformed.map { signature in
                    [
                        "digest": .string(signature.manifest.digest.description),
                        "problem": .string(signature.content.problem),
                    ]
                }),
            "unexaminedSignatures": .integer(Int64(unexaminedSignatureCount)),
        ]
    }
}

extension Descriptor {
    fileprivate var line: String {
        let platform = platformText.map { " \(ForeignText($0))" } ?? ""
        return "\(digest) \(ForeignText(mediaType)), \(size) bytes\(platform)"
    }
}

extension Referrer {
    fileprivate var line: String {
        let type = document.artifactType ?? descriptor.mediaType
        return "\(descriptor.digest) \(ForeignText(type)), \(descriptor.size) bytes"
    }
}

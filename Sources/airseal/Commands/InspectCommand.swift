import ArgumentParser
import Encodings
import Notary
import OCI
import OCILayout
import Receiving
import UseCases

struct InspectCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what an image is made of, its signatures and what else refers to it.",
        discussion: """
            Signatures are shown as notation shows them, of layouts and of archives, and by their own \
            word: nothing here was verified. A reference without tag or digest shows every image of \
            the layout or archive.

            A bundle, as export writes it, is told by its path alone: whence, whither, which number, \
            its images and what else it carries, the trust capsule, and who has signed it, by its own \
            word. If its origin is enrolled in the home, the verdict on its signatures is told, too. \
            Its layers are not read, and no state is changed. With tag or digest an image of it is \
            shown as that of any layout.

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

    @OptionGroup var home: HomeOption
    @OptionGroup var state: StateOption
    @OptionGroup var output: JSONFlag

    func validate() throws {
        guard maxSignatures > 0 else {
            throw ValidationError("--max-signatures takes a number above 0")
        }
    }

    func perform() throws -> ExitStatus {
        let site = Site.here(
            home: home.home, state: state.state,
            progress: Progress("reading", ofArchives: references))
        var status = ExitStatus.yes
        var found: [Inspected] = []
        for reference in references {
            do {
                found += try inspect(reference, at: site, &status)
            } catch {
                let sentence = Sentence(about: error)
                Terminal.complain(
                    references.count == 1 ? sentence : sentence.after("\(ForeignText(reference))"))
                status = status.joined(error.isDamage ? .refused : .undecided)
            }
        }
        if output.json {
            Terminal.answer(.array(found.map(\.json)))
        } else {
            for one in found { one.tree.lines.forEach { Terminal.answer($0) } }
        }
        for one in found { status = status.joined(one.described.remark()) }
        return status
    }

    /// The bundle that stands there by itself, else the images.
    private func inspect(_ reference: String, at site: Site, _ status: inout ExitStatus) throws
        -> [Inspected]
    {
        switch try site.inspectBundle(reference, signatureCountMax: maxSignatures) {
        case .bundle(let bundle): return [.bundle(bundle)]
        case .unusable(let refusal):
            Terminal.complain(
                refusal.sentence.after(
                    "\(ForeignText(reference)) is no bundle that could be received "
                        + "(\(refusal.code))"))
            status = status.joined(.refused)
        case .other: break
        }
        return try site.inspect(reference, signatureCountMax: maxSignatures).map { .image($0) }
    }
}

/// What is shown of one thing.
private enum Inspected {
    case image(ImageDescription)
    case bundle(BundleInspection)

    var tree: Tree {
        switch self {
        case .image(let image): image.tree
        case .bundle(let bundle): bundle.tree
        }
    }

    var json: JSON {
        switch self {
        case .image(let image): image.json
        case .bundle(let bundle): bundle.json
        }
    }

    var described: ImageDescription {
        switch self {
        case .image(let image): image
        case .bundle(let bundle): bundle.manifest
        }
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

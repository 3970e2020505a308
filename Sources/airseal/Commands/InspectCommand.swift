import ArgumentParser
import Cryptography
import Encodings
import Notary
import OCI
import OCILayout
import UseCases
import X509

struct InspectCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what an image is made of and what refers to it, as a tree.",
        discussion: """
            Signatures are shown by their own word: nothing here was verified. A reference without \
            tag or digest shows every image of the layout or archive.

            Examples:
              airseal inspect layout:v1
              airseal inspect bundle.tar --json
            """)

    @Argument(help: ArgumentHelp("PATH, PATH:TAG or PATH@DIGEST.", valueName: "reference"))
    var reference: String

    @OptionGroup var output: JSONFlag

    func perform() throws -> ExitStatus {
        let images = try Site.here(progress: Progress("reading", ofArchives: [reference]))
            .inspect(reference)
        if output.json {
            Terminal.answer(.array(images.map(\.json)))
        } else {
            for image in images { image.tree.lines.forEach { Terminal.answer($0) } }
        }
        return .yes
    }
}

/// A line and what hangs below it.
private struct Tree {
    let line: String
    var branches: [Tree] = []

    var lines: [String] {
        var lines = [line]
        for (index, branch) in branches.enumerated() {
            let isLast = index == branches.count - 1
            for (place, line) in branch.lines.enumerated() {
                let mark = place == 0 ? (isLast ? "└─ " : "├─ ") : (isLast ? "   " : "│  ")
                lines.append(mark + line)
            }
        }
        return lines
    }
}

extension ImageDescription {
    fileprivate var tree: Tree {
        let name = descriptor.referenceName.map { "\(ForeignText($0)) " } ?? ""
        var tree = Tree(line: "\(name)\(descriptor.digest)")
        let type = ForeignText(descriptor.mediaType)
        tree.branches.append(Tree(line: "\(type), \(descriptor.size) bytes"))
        if let document {
            for part in document.parts { tree.branches.append(Tree(line: part.line)) }
        } else {
            tree.branches.append(Tree(line: "the manifest is missing, damaged or malformed"))
        }
        tree.branches += signatures.map(\.tree)
        for referrer in otherReferrers {
            let type = referrer.document.artifactType ?? referrer.descriptor.mediaType
            tree.branches.append(
                Tree(line: "referrer \(referrer.descriptor.digest) \(ForeignText(type))"))
        }
        return tree
    }

    fileprivate var json: JSON {
        [
            "reference": .string(reference),
            "name": descriptor.referenceName.map { .string($0) } ?? .null,
            "digest": .string(descriptor.digest.description),
            "mediaType": .string(descriptor.mediaType), "size": .integer(descriptor.size),
            "parts": .array((document?.parts ?? []).map(\.json)),
            "signatures": .array(signatures.map(\.json)),
            "otherReferrers": .array(otherReferrers.map(\.descriptor.json)),
        ]
    }
}

extension Descriptor {
    fileprivate var line: String {
        let platform = platformText.map { " \(ForeignText($0))" } ?? ""
        return "\(digest) \(ForeignText(mediaType)), \(size) bytes\(platform)"
    }
}

extension SignatureDescription {
    fileprivate var tree: Tree {
        var tree = Tree(line: "signature \(manifest.digest), not verified")
        switch content {
        case .envelope(let envelope): tree.branches = envelope.branches
        default: tree.branches = [Tree(line: content.words)]
        }
        return tree
    }

    fileprivate var json: JSON {
        var object: JSONObject = ["digest": .string(manifest.digest.description)]
        guard case .envelope(let envelope) = content else {
            object["problem"] = .string(content.words)
            return .object(object)
        }
        object["format"] = .string(envelope.format.rawValue)
        for fact in envelope.facts { object[fact.name] = .string(fact.value) }
        object["certificates"] = .array(
            envelope.certificates.map { .string(Self.subject(of: $0)) })
        return .object(object)
    }

    fileprivate static func subject(of der: [UInt8]) -> String {
        (try? Certificate(der: der))?.subject.description ?? "unreadable certificate"
    }
}

extension SignatureEnvelope {
    /// What the header says of times and scheme.
    fileprivate var facts: [(name: String, value: String)] {
        var facts = [("signingScheme", attributes.scheme.rawValue)]
        if let time = attributes.signingTime { facts.append(("signingTime", "\(time)")) }
        if let time = attributes.authenticSigningTime {
            facts.append(("authenticSigningTime", "\(time)"))
        }
        if let expiry = attributes.expiry { facts.append(("expiry", "\(expiry)")) }
        if let agent = signingAgent { facts.append(("signingAgent", agent)) }
        return facts
    }

    fileprivate var branches: [Tree] {
        let algorithm = attributes.algorithm.joseAlgorithm
        var branches = [Tree(line: "format \(format.rawValue), \(algorithm)")]
        branches += facts.map { Tree(line: "\($0.name) \(ForeignText($0.value))") }
        for der in certificates {
            branches.append(
                Tree(line: "certificate \(ForeignText(SignatureDescription.subject(of: der)))"))
        }
        return branches
    }
}

extension SignatureDescription.Content {
    /// What is wrong; nothing for an envelope.
    fileprivate var words: String {
        switch self {
        case .envelope: ""
        case .malformedManifest(let failure): failure.sentence.text
        case .malformedEnvelope(let failure): failure.sentence.text
        case .unknownFormat(let type): "the envelope is of the unknown type \(ForeignText(type))"
        case .unreadable(let error): error.sentence.text
        case .notASignature: "it says to be a signature and is none"
        }
    }
}

import ArgumentParser
import Encodings
import OCI
import UseCases

struct ListCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show the images of a layout or archive.",
        discussion: """
            One line for each image: digest, name, platforms, size, number of signatures. Signatures \
            are counted and not verified.

            Examples:
              airseal list layout
              airseal list bundle.tar --json
            """)

    @Argument(
        help: ArgumentHelp("A layout folder or an archive.", valueName: "path"), completion: .file()
    )
    var path: String

    @OptionGroup var output: JSONFlag

    func perform() throws -> ExitStatus {
        let listing = try Site.here(progress: Progress("reading", ofArchives: [path])).list(path)
        if output.json {
            Terminal.answer(.array(listing.images.map(\.json)))
        } else {
            listing.images.forEach { Terminal.answer($0.line) }
            if listing.images.isEmpty { Terminal.say("\(ForeignText(path)) holds no image") }
        }
        return .yes
    }
}

extension LayoutListing.Image {
    fileprivate var line: String {
        let name = entry.referenceName.map { "\(ForeignText($0))" } ?? "(untagged)"
        var facts = platforms.map { "\(ForeignText($0))" }
        if let artifactType { facts.append("\(ForeignText(artifactType))") }
        facts.append("\(byteCount) bytes")
        facts.append(signatureCount == 1 ? "1 signature" : "\(signatureCount) signatures")
        if otherReferrerCount > 0 { facts.append("\(otherReferrerCount) other referrers") }
        if !isReadable { facts.append("manifest missing or damaged") }
        return "\(entry.digest)  \(name)  \(facts.joined(separator: ", "))"
    }

    fileprivate var json: JSON {
        [
            "name": entry.referenceName.map { .string($0) } ?? .null,
            "digest": .string(entry.digest.description),
            "mediaType": .string(entry.mediaType),
            "artifactType": artifactType.map { .string($0) } ?? .null,
            "platforms": .array(platforms.map { .string($0) }),
            "bytes": .integer(byteCount),
            "signatures": .integer(Int64(signatureCount)),
            "otherReferrers": .integer(Int64(otherReferrerCount)),
            "readable": .boolean(isReadable),
        ]
    }
}

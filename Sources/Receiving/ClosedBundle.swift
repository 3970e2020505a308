import BundleFormat
public import Encodings
import OCI
import State
import Verification

/// What stays in quarantine of a bundle that waits no longer, and why: the note in its folder.
public struct ClosedBundle: Sendable, Equatable {
    /// How its number was closed.
    public enum Outcome: String, Sendable {
        /// Nothing of it was released.
        case rejected
        /// The images that passed were released; these did not.
        case partial
    }

    /// An image that stays.
    public struct Image: Sendable, Equatable {
        /// Its name; nil for an untagged one.
        public let name: String?
        /// Its digest.
        public let digest: Digest
        /// What the policy said.
        public let verdict: String
        /// What the scanner said; nil where it was not asked.
        public let scan: String?
    }

    /// How.
    public let outcome: Outcome
    /// The site that made it.
    public let origin: SiteName
    /// The place in its stream.
    public let sequence: Int64
    /// The digest of the bundle manifest.
    public let bundle: Digest
    /// When it was closed.
    public let time: Timestamp
    /// Why, in the operator's words; nil where the images say it.
    public let reason: String?
    /// The images that stay, where they were judged.
    public let images: [Image]

    private static let members = [
        "version", "outcome", "origin", "sequence", "bundle", "time", "reason", "images",
    ]

    init(
        _ outcome: Outcome, _ mark: LayoutChange.ReceivingMark, at time: Timestamp,
        reason: String?, images: [JudgedRoot] = []
    ) {
        self.outcome = outcome
        origin = mark.origin
        sequence = mark.sequence
        bundle = mark.bundle
        self.time = time
        self.reason = reason
        self.images = images.map { image in
            Image(
                name: image.root.name, digest: image.root.descriptor.digest,
                verdict: image.report.verdict.rawValue, scan: image.scan?.verdict.rawValue)
        }
    }

    /// Reads a note; nil for one that is none of ours.
    public init?(parsing bytes: [UInt8]) {
        guard let json = try? JSON(parsing: bytes),
            let read = try? ClosedBundle(JSONPlace(json))
        else { return nil }
        self = read
    }

    private init(_ place: JSONPlace) throws(JSONShapeError) {
        try place.onlyMembers(Self.members)
        let outcome = try place.member("outcome")
        let origin = try place.member("origin")
        guard try place.member("version").string() == "1.0",
            let known = Outcome(rawValue: try outcome.string()),
            let site = try? SiteName(try origin.string())
        else { throw .unexpected(path: outcome.path, expected: "an outcome of a site's bundle") }
        self.outcome = known
        self.origin = site
        sequence = try place.member("sequence").integer(atLeast: 1)
        bundle = try place.member("bundle").digest()
        time = try place.member("time").timestamp()
        reason = try Self.text(place.member("reason"))
        images = try place.member("images").elements { it throws(JSONShapeError) in
            try it.onlyMembers(["name", "digest", "verdict", "scan"])
            return Image(
                name: try Self.text(it.member("name")), digest: try it.member("digest").digest(),
                verdict: try it.member("verdict").string(),
                scan: try Self.text(it.member("scan")))
        }
    }

    private static func text(_ place: JSONPlace) throws(JSONShapeError) -> String? {
        place.value == .null ? nil : try place.string()
    }

    /// The note.
    var bytes: [UInt8] { json.serialized(.indented) }

    /// As it stands in answers, too.
    public var json: JSON {
        [
            "version": "1.0", "outcome": .string(outcome.rawValue),
            "origin": .string(origin.text), "sequence": .integer(sequence),
            "bundle": .string(bundle.description), "time": .string(time.description),
            "reason": reason.map { .string($0) } ?? .null,
            "images": .array(
                images.map { image in
                    [
                        "name": image.name.map { .string($0) } ?? .null,
                        "digest": .string(image.digest.description),
                        "verdict": .string(image.verdict),
                        "scan": image.scan.map { .string($0) } ?? .null,
                    ]
                }),
        ]
    }
}

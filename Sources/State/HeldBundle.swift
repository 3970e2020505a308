public import Encodings

/// A bundle that was found to be in order and waits in a layout's quarantine for its release.
public struct HeldBundle: Sendable, Equatable {
    /// The site that it came from.
    public let origin: SiteName
    /// Its stream.
    public let stream: StreamID
    /// Its number.
    public let sequence: Int64
    /// The digest of its manifest.
    public let bundle: Digest
    /// The absolute path of the layout in whose quarantine it lies.
    public let layoutPath: String
    /// When it was put there.
    public let since: Timestamp
    /// The refusals that its operator lifted then, by the words for programs.
    public let accepted: [String]

    /// A bundle that waits.
    public init(
        origin: SiteName, stream: StreamID, sequence: Int64, bundle: Digest, layoutPath: String,
        since: Timestamp, accepted: [String]
    ) {
        self.origin = origin
        self.stream = stream
        self.sequence = sequence
        self.bundle = bundle
        self.layoutPath = layoutPath
        self.since = since
        self.accepted = accepted
    }

    /// The name of its folder in quarantine.
    public var folderName: String {
        Self.folderName(origin: origin, sequence: sequence, bundle: bundle)
    }

    /// The name that a bundle's folder has in quarantine: no two bundles share one.
    public static func folderName(origin: SiteName, sequence: Int64, bundle: Digest) -> String {
        "\(origin)-\(sequence)-\(bundle.hex.prefix(32))"
    }

    var json: JSON {
        [
            "origin": .string(origin.text), "stream": .string(stream.text),
            "sequence": .integer(sequence), "bundle": .string(bundle.description),
            "layout": .string(layoutPath), "since": .string(since.description),
            "accepted": .array(accepted.map { .string($0) }),
        ]
    }

    init(_ place: JSONPlace) throws(JSONShapeError) {
        try place.onlyMembers([
            "origin", "stream", "sequence", "bundle", "layout", "since", "accepted",
        ])
        self.init(
            origin: try place.member("origin").siteName(),
            stream: try place.member("stream").stream(),
            sequence: try place.member("sequence").integer(atLeast: 1),
            bundle: try place.member("bundle").digest(),
            layoutPath: try place.member("layout").string(),
            since: try place.member("since").timestamp(),
            accepted: try place.member("accepted").elements { it throws(JSONShapeError) in
                try it.string()
            })
    }
}

extension JSONPlace {
    /// The value as the name of a site.
    func siteName() throws(JSONShapeError) -> SiteName {
        do { return try SiteName(try string()) } catch {
            throw .unexpected(path: path, expected: "a site's name")
        }
    }
}

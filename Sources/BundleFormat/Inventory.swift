public import Encodings
public import OCI

/// What a bundle says of itself, and signs: whose it is, for whom, where it stands in its stream,
/// and everything that it carries.
///
/// - SeeAlso: docs/formats/bundle.md, "Inventory".
public struct Inventory: Sendable, Equatable {
    /// The site that made the bundle.
    public var origin: SiteName
    /// The site that the bundle is for.
    public var destination: SiteName
    /// The sender's stream to this destination: 32 lower-case hexadecimal digits.
    public var stream: StreamID
    /// The place in the stream; the first is 1.
    public var sequence: Int64
    /// The digest of the bundle manifest that went before, nil for the first of a stream.
    public var previous: Digest?
    /// Numbers that the sender used and never sent, each with its reason.
    public var voids: [Void]
    /// The highest sequence whose receipt the sender has seen, 0 for none.
    public var acknowledged: Int64
    /// When the inventory was made.
    public var created: Timestamp
    /// The last second at which the bundle may be received.
    public var useBy: Timestamp
    /// The images to be verified and released.
    public var roots: [Root]
    /// Signatures and other artifacts that refer to roots, or to each other.
    public var referrers: [Descriptor]
    /// Every blob that the bundle carries for roots and referrers, each once, ordered by digest.
    public var blobs: [Blob]
    /// Blobs that roots and referrers need and the sender expects at the destination already.
    public var expected: [Blob]

    /// A number that was used and never sent.
    public struct Void: Sendable, Equatable {
        /// Longest reason, in bytes of UTF-8.
        public static let reasonByteCountMax = 1000

        /// The number.
        public let sequence: Int64
        /// Why, in the sender's words.
        public let reason: String

        /// The number `sequence`, void for `reason`.
        public init(sequence: Int64, reason: String) {
            self.sequence = sequence
            self.reason = reason
        }
    }

    /// An image, by the name that it has in the layout and the repository that it claims.
    public struct Root: Sendable, Equatable {
        /// The manifest or index.
        public let descriptor: Descriptor
        /// Its tag or full name in the layout; nil for an untagged one.
        public let name: String?
        /// The repository for which the sender speaks, as a trust policy scope.
        public let repository: String

        /// The image `descriptor`, called `name`, of `repository`.
        public init(descriptor: Descriptor, name: String?, repository: String) {
            self.descriptor = descriptor
            self.name = name
            self.repository = repository
        }
    }

    /// A blob by digest and size.
    public struct Blob: Sendable, Hashable {
        /// The digest of its bytes.
        public let digest: Digest
        /// Its size, in bytes.
        public let size: Int64

        /// The blob `digest` of `size` bytes.
        public init(digest: Digest, size: Int64) {
            self.digest = digest
            self.size = size
        }
    }

    /// An inventory with these members, in the order of the format.
    public init(
        origin: SiteName, destination: SiteName, stream: StreamID, sequence: Int64,
        previous: Digest?, voids: [Void], acknowledged: Int64, created: Timestamp,
        useBy: Timestamp, roots: [Root], referrers: [Descriptor], blobs: [Blob], expected: [Blob]
    ) {
        self.origin = origin
        self.destination = destination
        self.stream = stream
        self.sequence = sequence
        self.previous = previous
        self.voids = voids
        self.acknowledged = acknowledged
        self.created = created
        self.useBy = useBy
        self.roots = roots
        self.referrers = referrers
        self.blobs = blobs
        self.expected = expected
    }
}

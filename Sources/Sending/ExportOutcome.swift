public import BundleFormat
public import Encodings
public import Notary
public import OCILayout
public import Trust
public import X509

/// What became of a request to export.
public enum ExportOutcome: Sendable {
    /// The bundle is at its place, and its number is spent.
    case exported(ExportReport)
    /// There is no bundle, and no number is spent.
    case refused(ExportRefusal)
}

/// A bundle that was made.
public struct ExportReport: Sendable, Equatable {
    /// Where it is.
    public let path: String
    /// The site that made it.
    public let origin: SiteName
    /// The site that may receive it.
    public let destination: SiteName
    /// The stream.
    public let stream: StreamID
    /// The place in the stream.
    public let sequence: Int64
    /// The digest of the bundle manifest.
    public let bundle: Digest
    /// The images.
    public let roots: [Inventory.Root]
    /// How many signatures and other artifacts refer to them.
    public let referrerCount: Int
    /// How many blobs it carries for images and their referrers.
    public let blobCount: Int
    /// Their sizes together, in bytes.
    public let byteCount: Int64
    /// The last second at which it may be received.
    public let useBy: Timestamp
    /// The certificates of its signatures, by SHA-256.
    public let signers: [String]
    /// Whether the trust capsule in it is that of a site without any trust.
    public let capsuleIsEmpty: Bool
    /// Whether an export was finished that an earlier run began.
    public let isResumed: Bool
}

/// Why there is no bundle.
public enum ExportRefusal: Sendable, Equatable {
    /// There is no image to export.
    case nothingToExport
    /// The image, or what refers to one, is a bundle itself, or its entry calls it one.
    case bundleAmongRoots(Digest)
    /// What is named is neither a manifest nor an index.
    case notAnImage(Digest)
    /// These images have no names that say their repositories, and none was given for them.
    case noRepository([UnclaimedRoot])
    /// The image is said to be of one repository, and its name, or another wish, says another.
    case contradiction(Digest, name: String?, repositories: [RegistryScope])
    /// The name stands for two images.
    case ambiguousName(String)
    /// The entry's name is none that a receiver would take.
    case unusableName(String)
    /// What the images or their referrers are made of is missing or damaged; the first of it.
    case content(Digest, LayoutError)
    /// No signature could be made for the bundle with the chain at the time.
    case signing(SigningRefusal, CertificateChain, at: Timestamp)
    /// Another export holds the number: it must be finished as it was begun, or declared void.
    case pending(sequence: Int64)
    /// The export that holds the number may no longer be received; it must be declared void.
    case pendingTooLate(sequence: Int64, useBy: Timestamp)
    /// An operator has suspended the destination.
    case suspended(SiteName, since: Timestamp, reason: String)
}

extension ExportRefusal {
    /// The word for programs; docs/commands/export.md lists them.
    public var code: String {
        switch self {
        case .nothingToExport: "nothing-to-export"
        case .bundleAmongRoots: "bundle-among-images"
        case .notAnImage: "not-an-image"
        case .noRepository: "no-repository"
        case .contradiction: "two-repositories"
        case .ambiguousName: "ambiguous-name"
        case .unusableName: "unusable-name"
        case .content: "content"
        case .signing: "signing"
        case .pending: "unfinished"
        case .pendingTooLate: "unfinished-too-late"
        case .suspended: "suspended"
        }
    }
}

/// An image without a repository.
public struct UnclaimedRoot: Sendable, Hashable {
    /// Its digest.
    public let digest: Digest
    /// Its tag in the layout; nil for an untagged one.
    public let name: String?

    /// The image `digest`, called `name`.
    public init(digest: Digest, name: String?) {
        self.digest = digest
        self.name = name
    }
}

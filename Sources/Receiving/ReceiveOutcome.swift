public import BundleFormat
public import Encodings
public import Verification

/// What became of a bundle.
public enum ReceiveOutcome: Sendable {
    /// Its images are in the layout, and the mark stands at its number.
    case released(ReceiveReport)
    /// Nothing of it was taken.
    case refused(ReceiveRefusal, ReceivedBundle?)
    /// Nothing of it was taken, since something could not be decided; nothing speaks against it.
    case undecided(ReceiveDoubt, ReceivedBundle?)
}

/// What a bundle says of itself. Where its signature has not passed, nothing of it is proven.
public struct ReceivedBundle: Sendable, Equatable {
    /// The digest of the bundle manifest.
    public let bundle: Digest
    /// The site that made it.
    public let origin: SiteName
    /// The site that it is for.
    public let destination: SiteName
    /// The stream.
    public let stream: StreamID
    /// The place in the stream.
    public let sequence: Int64
    /// When it was made.
    public let created: Timestamp
    /// The last second at which it may be received.
    public let useBy: Timestamp
}

/// An image of a bundle, and what the policy of its repository says of it.
public struct JudgedRoot: Sendable {
    /// The image, its name, and the repository that it claims.
    public let root: Inventory.Root
    /// The verdict, and from what.
    public let report: VerificationReport
}

/// A bundle that was taken.
public struct ReceiveReport: Sendable {
    /// What was taken.
    public let bundle: ReceivedBundle
    /// Its images; all of them passed.
    public let roots: [JudgedRoot]
    /// What was found of the bundle's own signatures.
    public let signature: VerificationReport
    /// How many signatures and other referrers came with the images.
    public let referrerCount: Int
    /// How many blobs came.
    public let blobCount: Int
    /// Their sizes together, in bytes.
    public let byteCount: Int64
    /// Whether the trust capsule that came with it is that of a site without any trust.
    public let capsuleIsEmpty: Bool
    /// Whether the home has now what came with the bundle about revocation and proved itself. False
    /// where the home could not be written: only this run has known of it.
    public let isEvidenceKept: Bool
}

/// Why a bundle was neither taken nor refused.
public enum ReceiveDoubt: Sendable {
    /// None of the bundle's signatures passes, and of one it is not known.
    case bundleSignature(VerificationReport)
    /// No image is refused, and of some it is not known. All of them, in the bundle's order.
    case images([JudgedRoot])
}

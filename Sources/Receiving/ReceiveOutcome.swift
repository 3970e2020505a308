public import BundleFormat
public import Encodings
public import Verification

/// What became of a bundle.
public enum ReceiveOutcome: Sendable {
    /// Its images are in the layout, and the mark stands at its number.
    case released(ReceiveReport)
    /// It is in order, and waits in quarantine.
    case held(ReceiveReport)
    /// Its number is closed, and nothing of it was released.
    case rejected(RejectedBundle)
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
    /// What the scanner said; nil where it was not asked.
    public internal(set) var scan: ScanReport?
    /// Whether it stays in quarantine while others of its bundle are released.
    public internal(set) var isWithheld = false

    init(root: Inventory.Root, report: VerificationReport) {
        self.root = root
        self.report = report
    }

    /// Whether nothing that was asked speaks against it.
    public var passes: Bool {
        [.verified, .skipped].contains(report.verdict) && scan.map { $0.verdict == .clean } ?? true
    }
}

extension [JudgedRoot] {
    /// Refuses all of them where one does not pass: what is refused comes before what is not known,
    /// the policy before the scanner.
    func requireAll() throws(Stop) {
        let verdicts = map(\.report.verdict)
        guard !verdicts.contains(.refused) else { throw .refused(.image(self)) }
        guard !verdicts.contains(.undecided) else { throw .undecided(.images(self)) }
        let scans = compactMap(\.scan?.verdict)
        guard !scans.contains(.found) else { throw .refused(.scan(self)) }
        guard !scans.contains(.undecided) else { throw .undecided(.scan(self)) }
    }
}

/// A bundle whose number was closed.
public struct RejectedBundle: Sendable {
    /// The digest of the bundle manifest.
    public let bundle: Digest
    /// The site that made it.
    public let origin: SiteName
    /// The stream.
    public let stream: StreamID
    /// The place in the stream.
    public let sequence: Int64
    /// Why, in the operator's words.
    public let reason: String
    /// The refusals of its place that were lifted.
    public let lifted: Set<ChainOverride>
}

/// A bundle that was taken, or is in order and waits.
public struct ReceiveReport: Sendable {
    /// What was taken.
    public let bundle: ReceivedBundle
    /// Its images, in the bundle's order. All of them passed, but for those that are withheld.
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
    /// The refusals of its place that were lifted.
    public let lifted: Set<ChainOverride>
    /// Whether there is a scanner that was not asked, as in a rehearsal: it needs files, and nothing
    /// is written.
    public let isScanMissing: Bool
}

/// Why a bundle was neither taken nor refused.
public enum ReceiveDoubt: Sendable {
    /// None of the bundle's signatures passes, and of one it is not known.
    case bundleSignature(VerificationReport)
    /// No image is refused, and of some it is not known. All of them, in the bundle's order.
    case images([JudgedRoot])
    /// The scanner did not say of some images what it found, and found nothing in the others.
    case scan([JudgedRoot])
}

public import BundleFormat
public import Encodings
public import OCI
public import OCILayout
public import State
public import Verification

/// Why nothing of a bundle was taken.
///
/// - SeeAlso: docs/formats/bundle.md, "Refusals"; `code` is the word that stands there.
public enum ReceiveRefusal: Sendable {
    /// There is no bundle manifest, or more than one.
    case notABundle(manifestCount: Int)
    /// A part is not what the format says.
    case malformed(Malformation)
    /// Made for a later receiver; the version it names.
    case unsupportedVersion(String)
    /// It demands that a member be understood which this receiver does not know.
    case unknownCriticalMember(String)
    /// The origin may not send bundles to this site.
    case unknownOrigin(SiteName, OriginFault)
    /// No signature of the bundle passes.
    case bundleSignature(VerificationReport)
    /// It is not the next bundle for this site.
    case chain(ChainRefusal)
    /// Images claim repositories for which the origin may not speak.
    case repositoryNotAllowed([Inventory.Root])
    /// What it carries is not what it says.
    case content(ContentFault)
    /// Images do not pass the policy. All of them, in the bundle's order, those that pass too.
    case image([JudgedRoot])
    /// The scanner found something in images. All of them, in the bundle's order.
    case scan([JudgedRoot])
    /// A name stands for another image in the layout already.
    case nameTaken(NameConflict)
    /// Another bundle of its origin waits, and comes first.
    case held(HeldBundle)

    /// The word for programs.
    public var code: String {
        switch self {
        case .notABundle: "not-a-bundle"
        case .malformed: "malformed"
        case .unsupportedVersion: "unsupported-version"
        case .unknownCriticalMember: "unknown-critical-member"
        case .unknownOrigin: "unknown-origin"
        case .bundleSignature: "bundle-signature"
        case .chain(let refusal): refusal.code
        case .repositoryNotAllowed: "repository-not-allowed"
        case .content: "content"
        case .image: "image"
        case .scan: "scan"
        case .nameTaken: "name-taken"
        case .held: "held"
        }
    }
}

/// Why an origin may not send.
public enum OriginFault: Sendable, Equatable {
    /// No operator enrolled it.
    case notEnrolled
    /// An operator has suspended it.
    case suspended
    /// Its keys may not sign bundles.
    case mayNotSendBundles
}

/// How a bundle departs from its format.
public enum Malformation: Error, Sendable, Equatable {
    /// The tar is compressed.
    case compressed
    /// The archive is cut or damaged; in the library's words, escaped.
    case archive(String)
    /// Another member stands where this one must.
    case order(expected: String, actual: String?)
    /// Something that no bundle holds, or no plain file.
    case foreignMember(String)
    /// A part is larger than its reader may take; in bytes.
    case tooLarge(String, limit: Int64)
    /// `oci-layout`, `index.json`, or a manifest.
    case document(String, DocumentError)
    /// The bundle manifest or the inventory.
    case format(BundleFormatError)
    /// More signatures than are examined.
    case tooManySignatures(limit: Int)
    /// Listed as a signature of the bundle and none, or one of something else.
    case notASignature(Digest)
    /// A repository that is none, or not the one that the image's full name says.
    case repository(String, name: String?)
    /// A bundle among the images.
    case bundleAmongRoots(Digest)
}

/// How what a bundle carries differs from what it says.
public enum ContentFault: Error, Sendable, Equatable {
    /// A blob is missing or another.
    case blob(Digest, BlobFault)
    /// A blob that the destination should hold already is missing or another.
    case expected(Digest, BlobFault)
    /// A blob that the inventory does not list.
    case unlisted(String)
    /// A blob that nothing refers to.
    case unreferenced(Digest)
    /// Referred to, and not listed with that size.
    case uncovered(Digest)
    /// A manifest or an index that cannot be read.
    case document(Digest, LayoutError)
    /// Listed as an image, and neither a manifest nor an index.
    case notAnImage(Digest)
    /// Listed as a referrer, and refers to nothing in the bundle.
    case strayReferrer(Digest)
}

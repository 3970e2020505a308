/// The files of a home that hold a trust policy.
///
/// - SeeAlso: section 9 of the conformance list.
public enum TrustPolicyFile: String, Sendable, CaseIterable {
    /// The policy for images; where it is there, `imagesVersion1` is not read.
    case images = "trustpolicy.oci.json"
    /// The policy for images under the only name that notation 1 knows.
    case imagesVersion1 = "trustpolicy.json"
    /// The policy for blobs.
    case blobs = "trustpolicy.blob.json"

    /// What the policy in the file is for.
    public var kind: TrustPolicyDocument.Kind {
        switch self {
        case .images, .imagesVersion1: .oci
        case .blobs: .blob
        }
    }
}

/// One question that verification asks of a signature.
///
/// The first five are the ones that a trust policy may weigh; the last two concern what was signed,
/// and no policy can turn them off short of `skip`.
///
/// - SeeAlso: Notary Project, trust-store-trust-policy.md, "Signature Verification details"; rule V2.
public enum Validation: String, Sendable, CaseIterable {
    /// The envelope is well-formed, its signature is right, its certificates form a lawful chain.
    case integrity
    /// A trust store holds a certificate of the chain, and the signer is one that the policy names.
    case authenticity
    /// The certificates were valid when the signature was made, as far as that is known.
    case authenticTimestamp
    /// The signature's own expiry has not passed.
    case expiry
    /// No certificate of the chain was revoked.
    case revocation
    /// What was signed is the artifact that is being verified.
    case payload
    /// What was signed carries the metadata that the caller asked for.
    case metadata
}

/// What follows from a validation that fails.
public enum ValidationAction: String, Sendable, CaseIterable {
    /// The signature fails.
    case enforce
    /// The failure is reported, and the signature may still pass.
    case log
    /// The validation is not made.
    case skip
}

/// The action for each validation: a plain table.
public struct ValidationActions: Sendable, Equatable {
    /// Never to be changed by an override (rule Y2), so it is no variable.
    public let integrity: ValidationAction
    /// The action for `authenticity`.
    public internal(set) var authenticity: ValidationAction
    /// The action for `authenticTimestamp`.
    public internal(set) var authenticTimestamp: ValidationAction
    /// The action for `expiry`.
    public internal(set) var expiry: ValidationAction
    /// The action for `revocation`.
    public internal(set) var revocation: ValidationAction

    /// The action for `validation`. Payload and metadata go with integrity (rule V3).
    public subscript(validation: Validation) -> ValidationAction {
        switch validation {
        case .integrity, .payload, .metadata: integrity
        case .authenticity: authenticity
        case .authenticTimestamp: authenticTimestamp
        case .expiry: expiry
        case .revocation: revocation
        }
    }
}

extension CaseIterable where Self: RawRepresentable<String> {
    /// The case spelled exactly `text`, byte by byte: Swift's own comparison would also take text
    /// that is only canonically equivalent.
    init?(spelled text: some StringProtocol) {
        let found = Self.allCases.first { $0.rawValue.utf8.elementsEqual(text.utf8) }
        guard let found else { return nil }
        self = found
    }
}

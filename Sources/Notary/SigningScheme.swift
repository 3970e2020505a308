/// Who vouches for the time of a signature.
///
/// - SeeAlso: section 6 of the conformance list.
public enum SigningScheme: String, Sendable, CaseIterable {
    /// The signer's own word, which nobody trusts.
    case x509 = "notary.x509"
    /// A signing authority, whose time counts once its certificate is trusted.
    case signingAuthority = "notary.x509.signingAuthority"
}

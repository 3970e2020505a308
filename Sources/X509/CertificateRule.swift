/// What a chain must satisfy, one case per rule of the conformance list, section 5.
///
/// X1, that there is a certificate, holds for every `CertificateChain`.
public enum CertificateRule: String, Sendable, CaseIterable {
    /// The only certificate of a chain is signed by its own key and issued to itself.
    case singleIsSelfSigned = "X2"
    /// The last certificate of a longer chain is signed by its own key and issued to itself.
    case lastIsSelfSigned = "X3"
    /// No certificate before the last is self-signed.
    case onlyLastIsSelfSigned = "X4"
    /// Each certificate is issued by the next, by name byte for byte and by signature, so that none
    /// stands among them that is unrelated (rule X16).
    case eachIsIssuedByNext = "X5"
    /// No certificate is signed with SHA-1, MD5 or anything else outside SHA-2 and EdDSA.
    case strongSignatures = "X6"
    /// Each authority has critical basicConstraints with cA true.
    case authorityBasicConstraints = "X7"
    /// No authority has more authorities below it than its path length allows.
    case pathLength = "X8"
    /// Each authority has critical keyUsage with keyCertSign.
    case authorityKeyUsage = "X9"
    /// The leaf is no certificate authority.
    case leafBasicConstraints = "X10"
    /// The leaf has critical keyUsage with digitalSignature and nothing beside it but
    /// contentCommitment.
    case leafKeyUsage = "X11"
    /// The leaf has no extended key usage for anything but code, and none for anything at all.
    case leafExtendedKeyUsage = "X12"
    /// Each authority above a time-stamping one has keyUsage with keyCertSign, critical or not.
    case timeStampingAuthorityKeyUsage = "X9-time-stamping"
    /// The leaf of a time-stamping chain has keyUsage with digitalSignature and nothing beside it
    /// but contentCommitment, critical or not.
    case timeStampingKeyUsage = "X11-time-stamping"
    /// The leaf of a time-stamping chain has critical extended key usage for time stamps and
    /// nothing else.
    case timeStampingExtendedKeyUsage = "X13"
    /// The leaf's key is one of the six that may sign.
    case leafKey = "X14"
    /// Each authority's key is RSA of at least 2048 bits or a curve of at least 256 bits.
    case authorityKey = "X14-authorities"

    /// The rule's number in the conformance list: `X14` for both of its halves, `X9` and `X11` for
    /// either purpose.
    public var number: String { String(rawValue.prefix { $0 != "-" }) }
}

/// A certificate that breaks a rule.
public struct CertificateViolation: Sendable, Hashable {
    /// The rule.
    public let rule: CertificateRule
    /// Where the certificate stands in the chain, counted from the leaf, which is 0.
    public let position: Int

    /// A violation of `rule` by the certificate at `position`.
    public init(rule: CertificateRule, position: Int) {
        self.rule = rule
        self.position = position
    }
}

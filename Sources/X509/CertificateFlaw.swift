public import Cryptography

/// What about a certificate breaks a rule: the fact behind a `CertificateViolation`.
public enum CertificateFlaw: Sendable, Equatable {
    /// It is not signed by its own key, or not issued to itself (rules X2 and X3).
    case notSelfSigned
    /// It is signed by its own key and issued to itself (rule X4).
    case selfSigned
    /// Its issuer's name is not the next certificate's subject, byte for byte (rule X5).
    case otherIssuer
    /// The name is the next one's and the signature is not by the next one's key (rule X5).
    case otherKey
    /// It is signed with this algorithm (rule X6).
    case weakSignature(String)
    /// It has no such extension (rules X7, X9, X11 and X13).
    case missing(CertificateExtension)
    /// The extension is not critical (rules X7, X9, X11 and X13).
    case notCritical(CertificateExtension)
    /// `basicConstraints` does not say that it is an authority's (rule X7).
    case notAnAuthority
    /// `basicConstraints` says that it is an authority's (rule X10).
    case authority
    /// More authorities stand below it than its path length allows (rule X8).
    case pathTooLong(allowed: Int, actual: Int)
    /// `keyUsage` lacks this purpose (rules X9 and X11).
    case lacksPurpose(KeyUsage.Purpose)
    /// `keyUsage` has purposes that a signer's key may not have (rule X11).
    case forbiddenPurposes([KeyUsage.Purpose])
    /// `extKeyUsage` has purposes that a signer's key may not have, by identifier (rules X12 and
    /// X13).
    case forbiddenUsages([String])
    /// The key is too short or of another kind (rule X14).
    case weakKey(PublicKey.Kind)

    /// Whether stock notation accepts a certificate with no other flaw: where it is looser than the
    /// specification.
    ///
    /// - SeeAlso: sections 5 and 17 of the conformance list: non-critical basicConstraints (X7),
    ///   anyExtendedKeyUsage (X12), keys of authorities (X14).
    public func isAcceptedByNotation(of rule: CertificateRule) -> Bool {
        switch self {
        case .notCritical(.basicConstraints): true
        case .forbiddenUsages(let usages):
            rule == .leafExtendedKeyUsage && usages == [ExtendedKeyUsage.any]
        case .weakKey(let kind): rule == .authorityKey && Self.isReadByNotation(kind)
        case .notSelfSigned, .selfSigned, .otherIssuer, .otherKey, .weakSignature, .missing,
            .notCritical, .notAnAuthority, .authority, .pathTooLong, .lacksPurpose,
            .forbiddenPurposes:
            false
        }
    }

    /// Whether Go's library checks a signature with an authority's key of this kind: not RSA below
    /// 1024 bits, and no curve but those of NIST.
    static func isReadByNotation(_ kind: PublicKey.Kind) -> Bool {
        switch kind {
        case .rsa(let bitCount): bitCount >= 1024
        case .rsaPSS: false
        case .ec(let curve, _):
            ["secp224r1", "prime256v1", "secp384r1", "secp521r1"].contains(curve)
        case .other(let name): name == "ED25519"
        }
    }
}

/// The extensions that a certificate may not do without.
public enum CertificateExtension: String, Sendable, CaseIterable {
    /// Whether the subject is an authority.
    case basicConstraints
    /// What the key may be used for.
    case keyUsage
    /// For what purposes.
    case extendedKeyUsage
}

public import X509

/// The certificates of one trust store, each fit for what the store's type is trusted for.
///
/// - SeeAlso: Notary Project, trust-store-trust-policy.md, "Trust Store"; rules R7 to R11.
public struct TrustedCertificates: Sendable, Equatable {
    /// The certificates in the order of their bytes, each once. Never empty.
    public let certificates: [Certificate]

    /// Checks that every certificate may stand in a store of `type`.
    ///
    /// - Throws: `.none` (rule R9), `.notAnAuthority` (rule R7), `.notARoot` (rule R8).
    public init(_ certificates: [Certificate], for type: TrustStoreType)
        throws(TrustedCertificatesError)
    {
        guard !certificates.isEmpty else { throw .none }
        for certificate in certificates {
            switch type {
            case .ca, .signingAuthority:
                guard certificate.isCA || certificate.isSelfSigned else {
                    throw .notAnAuthority(fingerprint: certificate.sha256Fingerprint)
                }
            case .tsa:
                guard certificate.isCA, certificate.isSelfSigned else {
                    throw .notARoot(fingerprint: certificate.sha256Fingerprint)
                }
            }
        }
        self.certificates = Set(certificates).sorted {
            $0.der.lexicographicallyPrecedes($1.der)
        }
    }

    /// Whether `certificate` is one of these, byte for byte (rule R11).
    public func holds(_ certificate: Certificate) -> Bool {
        certificates.contains(certificate)
    }
}

/// Why certificates may not stand together in a trust store.
public enum TrustedCertificatesError: Error, Equatable {
    /// There is none (rule R9).
    case none
    /// A certificate that is neither an authority's nor self-signed, in a store for either (rule
    /// R7).
    case notAnAuthority(fingerprint: String)
    /// A certificate that is no self-signed authority, in a `tsa` store (rule R8).
    case notARoot(fingerprint: String)

    /// The rule that is broken.
    public var rule: String {
        switch self {
        case .none: "R9"
        case .notAnAuthority: "R7"
        case .notARoot: "R8"
        }
    }
}

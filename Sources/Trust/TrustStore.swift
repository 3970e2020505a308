public import X509

/// A trust store that a policy names, as it was found.
///
/// A store that cannot be used is a value and no error: it fails the signatures that need it, and
/// no others (rule R10).
public enum TrustStore: Sendable, Equatable {
    /// Its certificates, and the names of what lies beside them and was passed over (rules R4 and
    /// R5).
    case usable(TrustedCertificates, ignored: [String])
    /// It may not be used.
    case unusable(TrustStoreFault)
}

/// Why a trust store may not be used.
public enum TrustStoreFault: Error, Equatable, Sendable {
    /// There is no such folder (rule R9).
    case missing
    /// A link or a file stands in the folder's place (rule R3).
    case notAFolder
    /// Something that is neither a regular file nor a folder lies in the store, a link above all
    /// (rule R4).
    case notAFile(name: String)
    /// The site wants stores with nothing but certificates, and this is something else (rules R4
    /// and R5).
    case foreignEntry(name: String)
    /// A file of the store holds no certificates in PEM or DER, or other things too (rule R6).
    case unreadable(name: String, CertificateError)
    /// The certificates may not stand there (rules R7 to R9).
    case unfit(TrustedCertificatesError)

    /// The rule that is broken.
    public var rule: String {
        switch self {
        case .missing: "R9"
        case .notAFolder: "R3"
        case .notAFile, .foreignEntry: "R4"
        case .unreadable: "R6"
        case .unfit(let error): error.rule
        }
    }
}

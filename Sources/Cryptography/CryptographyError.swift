/// What the cryptographic library would not do.
public enum CryptographyError: Error, Equatable {
    /// The algorithm is not there, as under a FIPS provider that lacks it.
    case unavailable(String)
    /// The bytes are no public key that the library can read.
    case unreadableKey
}

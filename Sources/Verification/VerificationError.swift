public import Cryptography
public import OCILayout
public import Trust

/// Why there is no verdict.
public enum VerificationError: Error, Equatable {
    /// The policy has no statement for the repository (rule Y16).
    case noApplicableStatement(RegistryScope)
    /// The layout could not be read to the end.
    case layout(LayoutError)
    /// The cryptographic library lacks an algorithm.
    case cryptography(CryptographyError)

    /// Runs `body` and gives its errors their place here.
    static func layout<T>(_ body: () throws(LayoutError) -> T) throws(VerificationError) -> T {
        do throws(LayoutError) { return try body() } catch { throw .layout(error) }
    }

    /// Runs `body` and gives its errors their place here.
    static func hashing<T>(_ body: () throws(CryptographyError) -> T) throws(VerificationError)
        -> T
    {
        do throws(CryptographyError) { return try body() } catch { throw .cryptography(error) }
    }
}

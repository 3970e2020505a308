public import ArgumentParser
public import Encodings
public import Notary
public import OCI
public import PKCS11
public import Trust

extension KeyType: ExpressibleByArgument {}

extension SignatureFormat: ExpressibleByArgument {}

extension TrustStoreType: ExpressibleByArgument {}

extension VerificationLevel: ExpressibleByArgument {}

extension Timestamp: ExpressibleByArgument {
    /// An RFC 3339 time.
    public init?(argument: String) { self.init(rfc3339: argument) }
}

extension Platform: ExpressibleByArgument {
    /// `os/architecture[/variant]`.
    public init?(argument: String) { self.init(argument) }
}

extension ReferenceName: ExpressibleByArgument {
    /// A tag or full image name.
    public init?(argument: String) { self.init(argument) }
}

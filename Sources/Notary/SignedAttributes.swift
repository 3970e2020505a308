public import Cryptography
public import Encodings

/// What the protected header of an envelope says.
///
/// The same in both formats; the header rules J6 to J12, C8 to C10 hold for every value.
public struct SignedAttributes: Sendable, Equatable {
    /// A header that Airseal knows nothing about; never a critical one (rule J12).
    public struct Extended: Sendable, Equatable {
        /// The name; a COSE label that is an integer, in decimal.
        public let name: String
        /// The value.
        public let value: Value

        /// A value in the format of its envelope.
        public enum Value: Sendable, Equatable {
            /// In JWS.
            case json(JSON)
            /// In COSE.
            case cbor(CBOR)
        }
    }

    /// The key that the `alg` header goes with.
    public let algorithm: KeySpec
    /// The scheme.
    public let scheme: SigningScheme
    /// When the signer says to have signed; under `SigningScheme.x509` always there and never to
    /// be trusted, under the other nil.
    public let signingTime: Timestamp?
    /// When the signing authority says to have signed; nil under `SigningScheme.x509`.
    public let authenticSigningTime: Timestamp?
    /// When the signature ceases to count; nil for never.
    public let expiry: Timestamp?
    /// The names in the `crit` header, in their order.
    public let critical: [String]
    /// The plugin that must take part in verification; nil for none.
    public let verificationPlugin: String?
    /// The least version of that plugin.
    public let verificationPluginMinVersion: String?
    /// Every other header, in its order.
    public let extended: [Extended]

    /// The time in the envelope under either scheme: trusted only as far as the scheme allows.
    public var statedTime: Timestamp? { signingTime ?? authenticSigningTime }
}

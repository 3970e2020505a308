/// Why a text is no key URI that Airseal accepts. No case carries a value from the text: a value
/// may be a secret.
public enum KeyURIError: Error, Equatable {
    /// Longer than `KeyURI.byteCountMax`.
    case tooLong
    /// The text does not begin with `pkcs11:`.
    case notPKCS11
    /// A blank or control character; a blank inside a value is written `%20`.
    case blank(offset: Int)
    /// Not the grammar of RFC 7512: no `=`, a bad escape, a value of the wrong form.
    case malformed
    /// An attribute that RFC 7512 does not name where it stands, so nobody knows what it demands.
    case unknownAttribute(String)
    /// An attribute stands twice, RFC 7512 section 2.3.
    case duplicateAttribute(String)
    /// `type` names something else than a private key.
    case notAPrivateKey
    /// `pin-value` would put the PIN on the command line for everyone to see.
    case pinValue
    /// `pin-source` names a command to run.
    case pinCommand
    /// `pin-source` is neither `file:` nor a command.
    case pinSource
    /// `module-path` is no absolute path: which module is loaded must not depend on where one
    /// stands.
    case relativeModulePath
}

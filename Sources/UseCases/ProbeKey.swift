internal import PKCS11
public import Signing
internal import State

extension Site {
    /// Tries what the key that `key` names can do, and measures for `seconds` how fast it signs.
    /// Nothing on the token is changed.
    public func probe(_ key: KeyAccess, seconds: Double) throws -> KeyProbe {
        try onToken(key.timeout) {
            let session = try session(key, .readOnly, try state())
            return try KeyProbe(of: key.uri, in: session, seconds: seconds)
        }
    }
}

internal import Encodings
internal import Files
public import PKCS11
internal import Signing
internal import State
public import X509

/// A key that was made for trying things out.
public struct TestKeyReport: Sendable {
    /// The token.
    public let token: TokenDescription
    /// Label and id of the key.
    public let key: KeyDescription
    /// Leaf and root.
    public let chain: CertificateChain
    /// Where the chain was written.
    public let chainPath: String
}

extension Site {
    /// Makes a throwaway key on the token that `key` names, and writes its chain, leaf and root,
    /// to a new file at `chainPath`. They are valid for `days` days.
    public func generateTestKey(
        _ type: KeyType, _ key: KeyAccess, chainPath: String, days: Int
    ) throws -> TestKeyReport {
        // Asked first: a key that was made and has no chain would be in the way.
        guard files.kind(at: chainPath) == nil else {
            throw KeyAccessError.fileExists(path: chainPath)
        }
        let (folder, name) = try files.place(of: chainPath)
        let now = clock.now
        let state = try state()
        let made = try oneLoginAtATime(state) {
            try ThrowawayKey(
                type, at: key.uri, id: randomness.bytes(16), notBefore: now.adding(seconds: -60),
                notAfter: now.adding(seconds: Int64(days) * 86_400),
                pin: try key.pinSource(files, state), timeout: key.timeout, tell: key.tell)
        }
        try folder.replace(name, with: Array(made.chain.pem.utf8))
        return TestKeyReport(
            token: made.token, key: made.description, chain: made.chain, chainPath: chainPath)
    }
}

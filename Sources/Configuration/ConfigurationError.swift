public import Cryptography
public import Encodings
public import Files
public import Trust

/// Why a home could not be read or written.
public enum ConfigurationError: Error, Equatable {
    /// The file system refused.
    case file(FileError)
    /// There is no folder at the home's path.
    case noHome(path: String)
    /// The home has no trust policy for what is verified; `names` are the files looked for.
    case noPolicy(home: String, names: [String])
    /// A policy that is not acceptable.
    case policy(path: String, TrustPolicyError)
    /// A store lies in the home under a name that no policy could use.
    case trustStoreName(path: String)
    /// A store of the home may not be used.
    case trustStore(TrustStoreName, TrustStoreFault)
    /// A store has no such file.
    case noTrustStoreFile(TrustStoreName, name: String)
    /// A file of ours is not one strict JSON text.
    case json(path: String, JSONError)
    /// A file of ours lacks a member, or has one of another kind.
    case shape(path: String, JSONShapeError)
    /// A file of ours has another version than "1.0".
    case unsupportedVersion(path: String, String)
    /// A name in a file of ours, or of a folder, is no name of a site, or another one than it must
    /// be.
    case siteName(path: String, String)
    /// The settings of verification ask for something that cannot be.
    case settings(path: String, VerificationSettingsError)
    /// The settings of the scanner ask for something that cannot be.
    case scanner(path: String, ScannerSettingsError)
    /// The cryptographic library lacks an algorithm.
    case cryptography(CryptographyError)
    /// A peer's entry says something that does not hold together.
    case peer(path: String, PeerError)
    /// There is no peer of this name.
    case noPeer(SiteName)

    /// Something among what the home keeps about revocation is not as it was kept.
    case revocationFile(path: String, RevocationFileFault)
    /// There is no `signingkeys.json`; where it was looked for.
    case noSigningKeys(paths: [String])
    /// The file names no key as the one that is meant where none is named.
    case noDefaultSigningKey(path: String)
    /// The file has no key of this name; the names that it has.
    case noSigningKey(path: String, name: String, present: [String])

    /// Runs `body` and gives its errors their place here.
    static func files<T>(_ body: () throws(FileError) -> T) throws(ConfigurationError) -> T {
        do throws(FileError) { return try body() } catch { throw .file(error) }
    }
}

/// What does not hold together in a peer's entry.
public enum PeerError: Error, Equatable, Sendable {
    /// The list of identities.
    case identities(TrustedIdentityError)
    /// An identity that only a plugin could understand: no signature would ever match it.
    case foreignIdentity(String)
    /// The peer may speak for no repository.
    case noRepositories
    /// A prefix that is no registry or path, or that stands twice.
    case repository(String)
    /// The peer may sign nothing.
    case noPermissions
    /// Identities are named for something that the peer may not sign.
    case idleIdentities(Peer.Permission)
    /// No permission that this version knows, or one that stands twice.
    case permission(String)
    /// There is no anchor file for this fingerprint.
    case missingAnchor(fingerprint: String)
    /// The anchor file for this fingerprint cannot be read, or holds another certificate.
    case wrongAnchor(fingerprint: String)
    /// The anchors may not stand as trusted certificates.
    case anchors(TrustedCertificatesError)
}

/// What cannot be in the settings of verification.
public enum VerificationSettingsError: Error, Equatable, Sendable {
    /// No key of the specification, or one that stands twice.
    case keySpec(String)
    /// No key could sign.
    case noKeySpecs
    /// No length of time that clocks may differ.
    case clockTolerance(String)
    /// No age that a CRL may have.
    case maxCRLAge(String)
    /// A requirement that cannot stand.
    case requirement(RequiredSignaturesError)
    /// What the settings and the policy disagree about.
    case conflict(VerificationSettingsConflict)
}

import Cryptography
public import Files
import SystemPackage
public import Trust

/// The folder that holds what is configured, laid out as notation lays out its own, so that one
/// folder can serve both.
///
/// - SeeAlso: sections 8 and 9 of the conformance list.
public struct Home: Sendable {
    /// The path as the operator gave it, for messages only.
    public var path: String { folder.path }
    let folder: Folder

    /// The home in an open folder.
    public init(_ folder: Folder) {
        self.folder = folder
    }

    /// Opens the home at `path`.
    ///
    /// - Throws: `.noHome` when there is no folder.
    public static func open(at path: String, in fileSystem: FileSystem = .real)
        throws(ConfigurationError) -> Home
    {
        guard fileSystem.kind(at: path) == .folder else { throw .noHome(path: path) }
        return Home(
            try ConfigurationError.files { () throws(FileError) in
                try fileSystem.folder(at: path)
            })
    }

    // MARK: Policies

    /// The policy for images: `trustpolicy.oci.json`, else `trustpolicy.json`.
    ///
    /// - Throws: `.noPolicy` when neither is there. A link or a folder in a policy's place is
    ///   refused.
    public func imagePolicy() throws(ConfigurationError) -> TrustPolicyDocument {
        for file in [TrustPolicyFile.images, .imagesVersion1] {
            if let policy = try policy(in: file) { return policy }
        }
        throw .noPolicy(
            home: path,
            names: [TrustPolicyFile.images, .imagesVersion1].map(\.rawValue))
    }

    /// The policy in `file`; nil if there is no such file.
    public func policy(in file: TrustPolicyFile) throws(ConfigurationError)
        -> TrustPolicyDocument?
    {
        let bytes = try policyBytes(in: file)
        guard let bytes else { return nil }
        do throws(TrustPolicyError) {
            return try TrustPolicyDocument(parsing: bytes, as: file.kind)
        } catch {
            throw .policy(path: "\(path)/\(file.rawValue)", error)
        }
    }

    /// The bytes of the policy in `file`, whatever they say; nil if there is no such file.
    public func policyBytes(in file: TrustPolicyFile) throws(ConfigurationError) -> [UInt8]? {
        try ConfigurationError.files { () throws(FileError) -> [UInt8]? in
            let folder = try trustFolder()
            guard try folder.kind(of: file.rawValue) != nil else { return nil }
            return try folder.file(file.rawValue).readAll(
                limit: Int64(TrustPolicyDocument.byteCountMax))
        }
    }

    // MARK: Trust

    /// The policy for images and the stores that it names: what images are verified against.
    public func imageTrust() throws(ConfigurationError) -> TrustConfiguration {
        try steadily { () throws(ConfigurationError) in try trust(for: imagePolicy()) }
    }

    /// `policy` with the stores that it names, and the site's settings.
    public func trust(for policy: TrustPolicyDocument) throws(ConfigurationError)
        -> TrustConfiguration
    {
        var stores: [TrustStoreName: TrustStore] = [:]
        for name in policy.statements.flatMap(\.trustStores) where stores[name] == nil {
            stores[name] = try trustStore(name)
        }
        let settings = try verificationSettings(for: policy)
        // What nobody asks for need not be sound.
        let asks = policy.statements.contains { $0.verification.actions.revocation != .skip }
        let evidence = try asks ? revocationStore().evidence : .none
        do throws(CryptographyError) {
            return try TrustConfiguration(
                policy: policy, stores: stores, evidence: evidence, settings: settings)
        } catch {
            throw .cryptography(error)
        }
    }
}

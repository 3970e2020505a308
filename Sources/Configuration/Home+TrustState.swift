import Files
import SystemPackage
public import Trust
import X509

// Policies and trust stores as one thing, which is installed in one step.
extension Home {
    /// The folder that holds the whole trust of a home from the step in which it is installed until
    /// all of it stands where notation looks. While it is there, trust is read from it and from
    /// nowhere else.
    static let appliedName = "trust.applied"

    /// Where policies and trust stores are read.
    func trustFolder() throws(FileError) -> Folder {
        guard try folder.kind(of: Self.appliedName) != nil else { return folder }
        do throws(FileError) { return try folder.folder(Self.appliedName) } catch {
            // All of it may stand in its place now.
            guard try folder.kind(of: Self.appliedName) == nil else { throw error }
            return folder
        }
    }

    /// Policies and trust stores, as they stand together.
    ///
    /// - Throws: for a policy that is not acceptable, and a store that could not be used.
    public func trustState() throws(ConfigurationError) -> TrustState {
        try steadily { () throws(ConfigurationError) in
            var policies: [TrustPolicyFile: TrustPolicyDocument] = [:]
            for file in TrustPolicyFile.allCases { policies[file] = try policy(in: file) }
            return TrustState(policies: policies, stores: try trustStores())
        }
    }

    /// Reads policies and stores by `body`, and again where another trust was installed meanwhile:
    /// readers take no lock, so one that began before could meet a policy of the one and a store of
    /// the other.
    public func steadily<T>(_ body: () throws(ConfigurationError) -> T)
        throws(ConfigurationError) -> T
    {
        for _ in 0..<Self.rereadingMax {
            let before = try trustMark()
            do throws(ConfigurationError) {
                let result = try body()
                if try trustMark() == before { return result }
            } catch {
                guard try trustMark() != before else { throw error }
            }
        }
        // A home that changes all the time is read as it is in the end.
        return try body()
    }

    private static let rereadingMax = 8

    /// Another one after every installation.
    private func trustMark() throws(ConfigurationError) -> [String?] {
        try ConfigurationError.files { () throws(FileError) in
            [try folder.identity(of: Self.appliedName), try folder.identity(of: Self.storesRoot)]
        }
    }

    static let storesRoot = "truststore"
}

/// Policies and trust stores as the files that they are.
struct TrustFiles: Equatable {
    private(set) var policies: [TrustPolicyFile: [UInt8]] = [:]
    private(set) var stores: [TrustStoreName: [TrustStoreContent.File]] = [:]

    /// The files of `home`, without what is passed over in its stores.
    init(of home: Home) throws(ConfigurationError) {
        for file in TrustPolicyFile.allCases {
            policies[file] = try home.policyBytes(in: file)
        }
        for name in try home.trustStores().keys {
            guard case .success(let content) = try home.trustStoreContent(name) else { continue }
            stores[name] = content.files
        }
    }

    /// The files that say what `state` says: those of `present` where a store is the same, else one
    /// for each certificate.
    init(of state: TrustState, after present: TrustFiles) throws(ConfigurationError) {
        policies = state.policies.mapValues(\.bytes)
        for (name, trusted) in state.stores {
            let files = present.stores[name] ?? []
            guard Set(files.flatMap(\.certificates)) != Set(trusted.certificates) else {
                stores[name] = files
                continue
            }
            for certificate in trusted.certificates {
                let file = "\(certificate.sha256Fingerprint).pem"
                do {
                    stores[name, default: []].append(
                        try TrustStoreContent.File(
                            name: file, bytes: Array(certificate.pem.utf8)))
                } catch { throw .trustStore(name, .unreadable(name: file, error)) }
            }
        }
    }
}

internal import Audit
public import Configuration
internal import Encodings
internal import Files
internal import State
internal import SystemPackage
public import Trust
internal import X509

/// What became of files that were to be put into a trust store.
public enum TrustStoreAdditionOutcome: Sendable {
    /// They are there now, apart from those that brought nothing.
    case added(TrustStoreAddition)
    /// All of it was there before; nothing was written or recorded.
    case present(TrustStoreAddition)
    /// Nothing was changed.
    case refused(TrustStoreRefusal)
}

/// What was taken out of a trust store.
public struct TrustStoreRemoval: Sendable {
    /// The store.
    public let store: TrustStoreName
    /// The names of the files.
    public let files: [String]
    /// Whether the store itself is gone.
    public let isStoreGone: Bool
    /// The statements that name it, in policies that can be read.
    public let namedBy: [String]
}

extension Site {
    /// Puts the files at `paths` into `store`, under their own names.
    ///
    /// The record comes first, as for whatever changes who is trusted.
    public func addTrust(_ paths: [String], to store: TrustStoreName) throws
        -> TrustStoreAdditionOutcome
    {
        var candidates: [TrustStoreContent.File] = []
        for path in paths {
            let bytes = try files.file(at: path).readAll(limit: Int64(X509Limits.fileSizeMax))
            let name = FilePath(path).lastComponent?.string ?? path
            do {
                candidates.append(try TrustStoreContent.File(name: name, bytes: bytes))
            } catch {
                return .refused(.unreadable(path: path, error))
            }
        }
        let home = Home(try files.makeFolder(at: homePath, mode: 0o755))
        let writer = try HomeWriter(home, patience: patience)
        let addition: TrustStoreAddition
        switch try TrustStoreAddition.planned(candidates, to: store, of: home) {
        case .success(let planned): addition = planned
        case .failure(let refusal): return .refused(refusal)
        }
        guard !addition.files.isEmpty else {
            try writer.settle(store)
            return .present(addition)
        }
        let details: JSONObject = [
            "store": .string(store.description), "files": .array(addition.files.map(\.record)),
        ]
        try recorded("trust-add", details) { try writer.add(addition.files, to: store) }
        return .added(addition)
    }

    /// Takes the files called `names` out of `store`, or the whole store where `names` is nil.
    ///
    /// - Throws: `.trustStore` or `.noTrustStoreFile` where there is nothing to take out.
    public func removeTrust(_ names: [String]?, from store: TrustStoreName) throws
        -> TrustStoreRemoval
    {
        let home = try home()
        let writer = try HomeWriter(home, patience: patience)
        // What a run that died took out may not be gone from the medium yet.
        try writer.settle(store)
        let present = try home.trustStoreEntries(store)
        for name in names ?? [] where !present.contains(where: { $0.utf8.elementsEqual(name.utf8) })
        {
            throw ConfigurationError.noTrustStoreFile(store, name: name)
        }
        // By bytes: two names that Unicode calls equivalent are two files.
        let removed = present.filter { name in
            names?.contains { $0.utf8.elementsEqual(name.utf8) } ?? true
        }
        let isStoreGone = removed.count == present.count
        let details: JSONObject = [
            "store": .string(store.description), "wholeStore": .boolean(isStoreGone),
            "files": .array(removed.map { .string($0) }),
        ]
        try recorded("trust-remove", details) {
            guard !isStoreGone else { return try writer.remove(store) }
            for name in removed { try writer.remove(name, from: store) }
        }
        return TrustStoreRemoval(
            store: store, files: removed, isStoreGone: isStoreGone,
            namedBy: home.statements(naming: store))
    }
}

extension TrustStoreContent.File {
    /// The file as the audit record has it.
    fileprivate var record: JSON {
        [
            "name": .string(name),
            "certificates": .array(certificates.map { .string($0.sha256Fingerprint) }),
        ]
    }
}

extension Home {
    /// The names of the statements that name `store`, in the policies that can be read.
    func statements(naming store: TrustStoreName) -> [String] {
        TrustPolicyFile.allCases.flatMap { file -> [String] in
            let policy = try? policy(in: file)
            return policy?.statements.filter { $0.trustStores.contains(store) }.map(\.name) ?? []
        }
    }
}

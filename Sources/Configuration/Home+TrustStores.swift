import Files
import SystemPackage
public import Trust
import X509

// Trust stores: `truststore/x509/TYPE/NAME/*`.
extension Home {
    static let storesPath = ["truststore", "x509"]

    /// Where the store called `name` lies (rule R1).
    static func storePath(of name: TrustStoreName) -> [String] {
        storesPath + [name.type.rawValue, name.name]
    }

    /// The store called `name`, as it is found.
    ///
    /// Files with another ending and folders are passed over and named; anything that is neither a
    /// file nor a folder makes the store unusable, a link above all (rules R1 to R9).
    ///
    /// - Throws: where the file system refuses, so that nobody can tell what is in the store.
    public func trustStore(_ name: TrustStoreName) throws(ConfigurationError) -> TrustStore {
        switch try trustStoreContent(name) {
        case .failure(let fault): return .unusable(fault)
        case .success(let content):
            do throws(TrustedCertificatesError) {
                return .usable(
                    try TrustedCertificates(content.certificates, for: name.type),
                    ignored: content.ignored)
            } catch {
                return .unusable(.unfit(error))
            }
        }
    }

    /// What lies in the store called `name`, file by file; a fault where that makes no sense, for
    /// its certificates alone it has none (rules R1 to R6).
    public func trustStoreContent(_ name: TrustStoreName) throws(ConfigurationError)
        -> Result<TrustStoreContent, TrustStoreFault>
    {
        switch try found(Self.storePath(of: name)) {
        case .nothing: return .failure(.missing)
        case .noFolder: return .failure(.notAFolder)
        case .folder(let folder): return try TrustStoreContent.read(folder)
        }
    }

    /// The name of every store in the home, usable or not, and the paths of what lies where only
    /// stores may and is none (rules R1 and R2).
    public func trustStoreNames() throws(ConfigurationError)
        -> (names: [TrustStoreName], strays: [String])
    {
        var names: [TrustStoreName] = []
        var strays: [String] = []
        let above = Self.storesPath.joined(separator: "/")
        for entry in try entries(of: Self.storesPath)
        where TrustStoreType(rawValue: entry.name) == nil {
            strays.append("\(above)/\(entry.name)")
        }
        for type in TrustStoreType.allCases {
            let path = Self.storesPath + [type.rawValue]
            if case .noFolder = try found(path) {
                strays.append(path.joined(separator: "/"))
                continue
            }
            for entry in try entries(of: path) {
                if let name = TrustStoreName(type: type, name: entry.name) {
                    names.append(name)
                } else {
                    strays.append("\(path.joined(separator: "/"))/\(entry.name)")
                }
            }
        }
        return (names, strays)
    }

    /// The names of everything in the folder of a store, certificates or not; its own name where a
    /// link or a file stands in the folder's place.
    ///
    /// - Throws: `.trustStore` with `.missing` when there is nothing.
    public func trustStoreEntries(_ name: TrustStoreName) throws(ConfigurationError) -> [String] {
        switch try found(Self.storePath(of: name)) {
        case .nothing: throw .trustStore(name, .missing)
        case .noFolder:
            // Something stands in the store's own place, or in that of a folder above it.
            guard case .folder = try found(Self.storePath(of: name).dropLast()) else {
                throw .trustStore(name, .notAFolder)
            }
            return [name.name]
        case .folder: return try entries(of: Self.storePath(of: name)).map(\.name)
        }
    }

    private func entries(of path: [String]) throws(ConfigurationError) -> [FolderEntry] {
        guard case .folder(let folder) = try found(path) else { return [] }
        return try ConfigurationError.files { () throws(FileError) in try folder.entries() }
    }

    /// Every store in the home, by name, each with its certificates.
    ///
    /// - Throws: `.trustStoreName` or `.trustStore` for one that could not be used.
    public func trustStores() throws(ConfigurationError)
        -> [TrustStoreName: TrustedCertificates]
    {
        var stores: [TrustStoreName: TrustedCertificates] = [:]
        for type in TrustStoreType.allCases {
            guard case .folder(let folder) = try found(Self.storesPath + [type.rawValue]) else {
                continue
            }
            let entries = try ConfigurationError.files { () throws(FileError) in
                try folder.entries()
            }
            for entry in entries {
                guard let name = TrustStoreName(type: type, name: entry.name) else {
                    throw .trustStoreName(path: "\(folder.path)/\(entry.name)")
                }
                switch try trustStore(name) {
                case .usable(let trusted, _): stores[name] = trusted
                case .unusable(let fault): throw .trustStore(name, fault)
                }
            }
        }
        return stores
    }

    enum Found {
        case nothing
        case noFolder
        case folder(Folder)
    }

    /// Goes down from the home, never through a link.
    func found(_ components: some Collection<String>) throws(ConfigurationError) -> Found {
        var folder = folder
        if components.first == Self.storesPath.first {
            folder = try ConfigurationError.files { () throws(FileError) in try trustFolder() }
        }
        for name in components {
            let kind = try ConfigurationError.files { () throws(FileError) in
                try folder.kind(of: name)
            }
            switch kind {
            case nil: return .nothing
            case .file?, .other?: return .noFolder
            case .folder?: break
            }
            let above = folder
            folder = try ConfigurationError.files { () throws(FileError) in
                try above.folder(name)
            }
        }
        return .folder(folder)
    }
}

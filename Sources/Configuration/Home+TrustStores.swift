import Files
import SystemPackage
public import Trust
import X509

// Trust stores: `truststore/x509/TYPE/NAME/*`.
extension Home {
    private static let storesPath = ["truststore", "x509"]
    /// Endings of the files that hold certificates, whatever their case (rule R5).
    private static let certificateEndings = [".pem", ".crt", ".cer"]

    /// The store called `name`, as it is found.
    ///
    /// Files with another ending and folders are passed over and named; anything that is neither a
    /// file nor a folder makes the store unusable, a link above all (rules R1 to R9).
    ///
    /// - Throws: where the file system refuses, so that nobody can tell what is in the store.
    public func trustStore(_ name: TrustStoreName) throws(ConfigurationError) -> TrustStore {
        let path = Self.storesPath + [name.type.rawValue, name.name]
        switch try found(path) {
        case .nothing: return .unusable(.missing)
        case .noFolder: return .unusable(.notAFolder)
        case .folder(let folder): return try Self.trustStore(in: folder, name.type)
        }
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

    private enum Found {
        case nothing
        case noFolder
        case folder(Folder)
    }

    /// Goes down from the home, never through a link.
    private func found(_ components: [String]) throws(ConfigurationError) -> Found {
        var folder = folder
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

    private static func trustStore(in folder: Folder, _ type: TrustStoreType)
        throws(ConfigurationError) -> TrustStore
    {
        var certificates: [Certificate] = []
        var ignored: [String] = []
        let entries = try ConfigurationError.files { () throws(FileError) in
            try folder.entries()
        }
        for entry in entries {
            switch entry.kind {
            case .other: return .unusable(.notAFile(name: entry.name))
            case .file where isCertificateFile(entry.name): break
            case .file, .folder:
                ignored.append(entry.name)
                continue
            }
            let bytes = try ConfigurationError.files { () throws(FileError) in
                try folder.file(entry).readAll(limit: Int64(X509Limits.fileSizeMax))
            }
            do throws(CertificateError) { certificates += try Certificate.list(bytes) } catch {
                return .unusable(.unreadable(name: entry.name, error))
            }
        }
        do throws(TrustedCertificatesError) {
            return .usable(
                try TrustedCertificates(certificates, for: type), ignored: ignored)
        } catch {
            return .unusable(.unfit(error))
        }
    }

    private static func isCertificateFile(_ name: String) -> Bool {
        certificateEndings.contains { name.lowercased().hasSuffix($0) }
    }
}

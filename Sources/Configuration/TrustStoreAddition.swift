public import Trust
public import X509

/// Files that are to be put into a trust store, held against what lies there: nothing is written.
public struct TrustStoreAddition: Sendable {
    /// The store.
    public let store: TrustStoreName
    /// The files that bring something new.
    public let files: [TrustStoreContent.File]
    /// The files that bring nothing: every certificate is there, or in an earlier one of the files.
    public let present: [TrustStoreContent.File]

    /// What adding `files` to `store` of `home` would do.
    ///
    /// - Returns: a refusal where a file may not lie there.
    public static func planned(
        _ files: [TrustStoreContent.File], to store: TrustStoreName, of home: Home
    ) throws(ConfigurationError) -> Result<TrustStoreAddition, TrustStoreRefusal> {
        var known: [TrustStoreContent.File]
        switch try home.trustStoreContent(store) {
        case .success(let content): known = content.files
        case .failure(.missing): known = []
        case .failure(let fault): return .failure(.store(store, fault))
        }
        if let fault = unfitness(of: known, for: store) { return .failure(.store(store, fault)) }
        let names = known.isEmpty ? [] : try home.trustStoreEntries(store)
        var new: [TrustStoreContent.File] = []
        var present: [TrustStoreContent.File] = []
        for file in files {
            if let reason = refusal(of: file, for: store) { return .failure(reason) }
            let isTaken = (names + new.map(\.name)).contains {
                $0.utf8.elementsEqual(file.name.utf8)
            }
            let certificates = known.flatMap(\.certificates)
            if file.certificates.allSatisfy(certificates.contains) {
                present.append(file)
            } else if isTaken {
                return .failure(.nameTaken(store, name: file.name))
            } else {
                new.append(file)
                known.append(file)
            }
        }
        return .success(TrustStoreAddition(store: store, files: new, present: present))
    }

    private static func unfitness(
        of files: [TrustStoreContent.File], for store: TrustStoreName
    ) -> TrustStoreFault? {
        guard !files.isEmpty else { return nil }
        do throws(TrustedCertificatesError) {
            _ = try TrustedCertificates(files.flatMap(\.certificates), for: store.type)
            return nil
        } catch {
            return .unfit(error)
        }
    }

    /// Rules R5, R7 and R8.
    private static func refusal(of file: TrustStoreContent.File, for store: TrustStoreName)
        -> TrustStoreRefusal?
    {
        guard TrustStoreContent.isCertificateFile(file.name) else {
            return .fileName(file.name)
        }
        do throws(TrustedCertificatesError) {
            _ = try TrustedCertificates(file.certificates, for: store.type)
            return nil
        } catch {
            return .unfit(name: file.name, store.type, error)
        }
    }
}

/// Why files were not put into a trust store. Nothing was changed.
public enum TrustStoreRefusal: Error, Equatable, Sendable {
    /// A file with this ending would be passed over (rule R5).
    case fileName(String)
    /// The file holds no certificates, or other things too (rule R6).
    case unreadable(path: String, CertificateError)
    /// A certificate that may not lie in a store of the type (rules R7 and R8).
    case unfit(name: String, TrustStoreType, TrustedCertificatesError)
    /// Another file of the same name lies there.
    case nameTaken(TrustStoreName, name: String)
    /// The store that is there may not be used.
    case store(TrustStoreName, TrustStoreFault)
}

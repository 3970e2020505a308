public import Configuration
public import Encodings
internal import Files
public import Trust
internal import X509

/// A trust store of the home, for showing.
public struct TrustStoreSummary: Sendable {
    /// Its name.
    public let name: TrustStoreName
    /// How it was found.
    public let store: TrustStore
    /// The statements that name it, in policies that can be read.
    public let namedBy: [String]
}

extension Site {
    /// The stores of the home, of one type or of all, by name.
    public func trustStores(of type: TrustStoreType?) throws -> [TrustStoreSummary] {
        let home = try home()
        return try home.trustStoreNames().names.filter { type == nil || $0.type == type }
            .sorted().map {
                TrustStoreSummary(
                    name: $0, store: try home.trustStore($0), namedBy: home.statements(naming: $0))
            }
    }

    /// The files of `store` with their certificates, or only the one called `name`.
    ///
    /// - Throws: `.trustStore` for a store that cannot be read, `.noTrustStoreFile`.
    public func trustStoreFiles(of store: TrustStoreName, named name: String?) throws
        -> [TrustStoreContent.File]
    {
        let content: TrustStoreContent
        switch try home().trustStoreContent(store) {
        case .success(let found): content = found
        case .failure(let fault): throw ConfigurationError.trustStore(store, fault)
        }
        guard let name else { return content.files }
        let files = content.files.filter { $0.name.utf8.elementsEqual(name.utf8) }
        guard !files.isEmpty else {
            throw ConfigurationError.noTrustStoreFile(store, name: name)
        }
        return files
    }

    /// Looks at the whole home as a verifier would, as of `time` or now.
    public func checkTrust(at time: Timestamp?, warningDays: Int) throws -> HomeCheck {
        try HomeCheck(home(), at: time ?? clock.now, warningDays: warningDays)
    }
}

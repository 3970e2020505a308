internal import Configuration
public import Encodings
internal import Files
public import State
internal import Trust
public import X509

/// A list that the home keeps, as it is told.
public struct KeptList: Sendable {
    /// The list.
    public let list: RevocationList
    /// Where it is from, as far as somebody said; in byte order.
    public let urls: [String]
    /// The SHA-256 of the certificate in a trust store that has signed it; nil where none has, so
    /// that it stays unattributed until a chain tells its issuer.
    public let issuerFingerprint: String?
    /// What its dates say.
    public let currency: RevocationCurrency
}

/// A response that the home keeps, as it is told.
public struct KeptResponse: Sendable {
    /// The response.
    public let response: OCSPResponse
    /// What its dates say; of several answers, the one that ends first.
    public let currency: RevocationCurrency
}

/// Everything that the home keeps about revocation, and what the state remembers.
public struct RevocationInventory: Sendable {
    /// The time at which it was looked at.
    public let time: Timestamp
    /// The lists, by issuer, and the newest first.
    public let lists: [KeptList]
    /// The responses, the newest first.
    public let responses: [KeptResponse]
    /// The latest lists that were ever proven.
    public let floors: [RevocationListFloor]
}

extension Site {
    /// What the home keeps about revocation.
    ///
    /// - Parameter soonDays: what ends within so many days ends soon.
    /// - Returns: all of it, and how current it is.
    /// - Throws: where home or state cannot be read.
    public func revocationInventory(soonDays: Int) throws -> RevocationInventory {
        // A home that is not there keeps nothing, and looks as if all were well.
        let evidence = try home().revocationStore().evidence
        let now = clock.now
        let rules = try revocationRules()
        let soon = Int64(soonDays) * 86_400
        let authorities = try trustedCertificates()
        let lists = evidence.lists.map { item in
            KeptList(
                list: item.list, urls: item.urls.sorted(),
                issuerFingerprint: authorities.first { $0.hasIssued(item.list) }?
                    .sha256Fingerprint,
                currency: RevocationCurrency(
                    made: item.list.thisUpdate, due: item.list.nextUpdate, now: now,
                    maxAge: rules.maxCRLAge, tolerance: rules.clockTolerance, soon: soon))
        }
        let responses = evidence.responses.map { response in
            KeptResponse(
                response: response,
                currency: RevocationCurrency(
                    made: response.producedAt, due: response.end, now: now, maxAge: nil,
                    tolerance: rules.clockTolerance, soon: soon))
        }
        return RevocationInventory(
            time: now, lists: lists.sorted { $0.order < $1.order },
            responses: responses.sorted { $0.response.producedAt > $1.response.producedAt },
            floors: try existingState()?.floors().revocationLists ?? [])
    }

    /// Every certificate in a trust store that can be used.
    func trustedCertificates() throws -> [Certificate] {
        guard files.kind(at: homePath) == .folder else { return [] }
        let home = try home()
        return try home.trustStoreNames().names.flatMap { name -> [Certificate] in
            guard case .usable(let trusted, _) = try home.trustStore(name) else { return [] }
            return trusted.certificates
        }
    }
}

extension Certificate {
    /// Whether this authority has signed `list`, in a way that counts.
    func hasIssued(_ list: RevocationList) -> Bool { list.isWord(of: self) }
}

extension OCSPResponse {
    /// When the first of its answers is due to be renewed; nil where one of them does not say.
    var end: Timestamp? {
        let ends = answers.map(\.nextUpdate)
        return ends.contains(nil) ? nil : ends.compactMap(\.self).min()
    }
}

extension KeptList {
    fileprivate var order: (String, Int64, String) {
        (list.issuer.description, -list.thisUpdate.seconds, list.digest.hex)
    }
}

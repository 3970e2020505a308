internal import Configuration
public import Encodings
internal import Files
internal import State
public import Trust
public import X509

/// A distribution point in a cache for stock notation.
public struct CachedDistributionPoint: Sendable {
    /// The URL, as certificates have it.
    public let url: String
    /// The file's name in the folder `crl` of the cache.
    public let fileName: String
    /// The subject of the certificate that names it; of the first, if several get the same.
    public let subject: DistinguishedName
    /// What stands in the cache now.
    public let outcome: Outcome

    /// What became of a distribution point.
    public enum Outcome: Sendable {
        /// The file is there.
        case written(Written)
        /// Nothing is there for this certificate.
        case missing(Reason)
    }

    /// A complete list, and its delta if there is one.
    public struct Written: Sendable {
        /// The digest of the complete list.
        public let base: Digest
        /// The digest of the delta.
        public let delta: Digest?
        /// From when on notation takes neither.
        public let until: Timestamp
        /// Whether the very same file stood there.
        public let wasPresent: Bool
    }

    /// Why nothing is there. What an earlier export left under the name is gone.
    public enum Reason: Sendable {
        /// No list at hand counts for it. What would most help to know comes first.
        case unknown([RevocationGap])
        /// The certificate is revoked by something that notation's cache does not hold at this place.
        case revoked(RevokedCertificate)
        /// The place is taken by another list, which the certificate of this subject gets.
        case taken(by: DistinguishedName)
    }
}

/// A cache for stock notation.
public struct RevocationExport: Sendable {
    /// Its distribution points, in the order of the chains.
    public let points: [CachedDistributionPoint]
    /// The subjects of certificates that only OCSP responders speak of: notation keeps no responses.
    public let withoutLists: [DistinguishedName]

    /// Whether nothing is missing.
    public var isComplete: Bool {
        withoutLists.isEmpty
            && points.allSatisfy { if case .written = $0.outcome { true } else { false } }
    }
}

extension Site {
    /// Writes the CRLs that the certificates of chains and layouts name into the folder at `path`, as
    /// stock notation keeps them: with `NOTATION_CACHE` pointing there it asks no network for them.
    ///
    /// Written is what this site judges by, and nothing that would let notation take a certificate
    /// for good which is not good here. Each file appears in one step, and takes the place of an
    /// older one.
    public func exportRevocation(to path: String, for paths: [String]) throws -> RevocationExport {
        try checkClock()
        let subjects = try revocationSubjects(of: paths)
        let check = try revocationCheck()
        let root = try files.makeFolder(at: path, mode: 0o700)
        let lock = try FolderLock.acquire(root, patience: patience)
        defer { withExtendedLifetime(lock) {} }
        let folder = try root.makeDurableFolder(NotationCache.folderName, mode: 0o700)
        folder.sweep()
        var filling = CacheFilling(folder: folder, check: check, time: clock.now)
        for subject in subjects {
            for (certificate, issuer) in zip(subject.chain.certificates, subject.chain.authorities)
            {
                try filling.add(certificate, issuedBy: issuer)
            }
        }
        try folder.synchronise()
        return RevocationExport(points: filling.points, withoutLists: filling.withoutLists)
    }
}

/// Fills a cache, one certificate after the other.
private struct CacheFilling {
    let folder: Folder
    let check: RevocationCheck
    let time: Timestamp
    private(set) var points: [CachedDistributionPoint] = []
    private(set) var withoutLists: [DistinguishedName] = []
    /// The certificates that were asked about.
    private var known: Set<String> = []

    init(folder: Folder, check: RevocationCheck, time: Timestamp) {
        self.folder = folder
        self.check = check
        self.time = time
    }

    mutating func add(_ certificate: Certificate, issuedBy issuer: Certificate) throws {
        guard known.insert(certificate.sha256Fingerprint).inserted else { return }
        let urls = certificate.crlLocations ?? []
        if urls.isEmpty, certificate.namesOCSP || certificate.namesCRL {
            withoutLists.append(certificate.subject)
        }
        for url in urls {
            let name = try NotationCache.fileName(of: url)
            let choice = check.cacheableLists(
                for: certificate, issuedBy: issuer, at: url, time: time)
            let outcome = try outcome(of: choice, at: url, name)
            // Certificates of one issuer mostly have one list.
            if case .written(let written) = outcome, taken(url)?.written.base == written.base {
                continue
            }
            points.append(
                CachedDistributionPoint(
                    url: url, fileName: name, subject: certificate.subject, outcome: outcome))
        }
    }

    private func taken(_ url: String)
        -> (subject: DistinguishedName, written: CachedDistributionPoint.Written)?
    {
        for point in points where point.url == url {
            if case .written(let written) = point.outcome { return (point.subject, written) }
        }
        return nil
    }

    private func outcome(of choice: CacheableLists, at url: String, _ name: String) throws
        -> CachedDistributionPoint.Outcome
    {
        let taken = taken(url)
        switch choice {
        case .lists(let base, let delta):
            if let taken, taken.written.base != base.digest {
                return .missing(.taken(by: taken.subject))
            }
            return .written(try write(base, delta, to: name))
        case .revoked(let revoked):
            // Whoever else gets this list has to do without it.
            try remove(name)
            return .missing(.revoked(revoked))
        case .nothing(let gaps):
            if taken == nil { try remove(name) }
            return .missing(.unknown(gaps))
        }
    }

    private func remove(_ name: String) throws {
        if try folder.kind(of: name) == .file { try folder.remove(name) }
    }

    private func write(_ base: RevocationList, _ delta: RevocationList?, to name: String) throws
        -> CachedDistributionPoint.Written
    {
        let content = NotationCache.content(base: base, delta: delta)
        var isPresent = false
        if try folder.kind(of: name) == .file {
            let file = try folder.file(name)
            let limit = Int64(content.count)
            isPresent = try file.size == limit && file.readAll(limit: limit) == content
        }
        if !isPresent { try folder.replace(name, with: content, mode: 0o600) }
        let ends = [base.nextUpdate, delta?.nextUpdate].compactMap(\.self)
        return CachedDistributionPoint.Written(
            base: base.digest, delta: delta?.digest, until: ends.min() ?? base.thisUpdate,
            wasPresent: isPresent)
    }
}

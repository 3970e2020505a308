internal import Configuration
public import Encodings
internal import Files
internal import State
internal import Trust
public import X509

/// A distribution point in a cache for stock notation.
public struct CachedDistributionPoint: Sendable {
    /// The URL, as certificates have it.
    public let url: String
    /// The file's name in the folder `crl` of the cache.
    public let fileName: String
    /// The subject of the first certificate that names it.
    public let subject: DistinguishedName
    /// What was written; nil where nothing at hand serves.
    public let written: Written?

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
}

/// A cache for stock notation.
public struct RevocationExport: Sendable {
    /// Its distribution points, in the order of the chains.
    public let points: [CachedDistributionPoint]
    /// The subjects of certificates that only OCSP responders speak of: notation keeps no responses.
    public let withoutLists: [DistinguishedName]

    /// Whether nothing is missing.
    public var isComplete: Bool {
        points.allSatisfy { $0.written != nil } && withoutLists.isEmpty
    }
}

extension Site {
    /// Writes the CRLs that the certificates of chains and layouts name into the folder at `path`, as
    /// stock notation keeps them: with `NOTATION_CACHE` pointing there it asks no network for them.
    ///
    /// Only lists that are signed by the issuer and current are written; each file appears in one
    /// step, and takes the place of an older one.
    public func exportRevocation(to path: String, for paths: [String]) throws -> RevocationExport {
        let evidence = try knownRevocation()
        let subjects = try revocationSubjects(of: paths)
        let chosen = CacheChoice(evidence, at: clock.now, tolerance: try clockTolerance())
        var points: [CachedDistributionPoint] = []
        var withoutLists: [DistinguishedName] = []
        let root = try files.makeFolder(at: path, mode: 0o700)
        let lock = try FolderLock.acquire(root, patience: patience)
        defer { withExtendedLifetime(lock) {} }
        let folder = try root.makeDurableFolder(NotationCache.folderName, mode: 0o700)
        folder.sweep()
        for subject in subjects {
            for (certificate, issuer) in zip(subject.chain.certificates, subject.chain.authorities)
            {
                let urls = certificate.crlLocations ?? []
                if urls.isEmpty, certificate.namesOCSP || certificate.namesCRL,
                    !withoutLists.contains(certificate.subject)
                {
                    withoutLists.append(certificate.subject)
                }
                for url in urls where !points.contains(where: { $0.url == url }) {
                    let pair = chosen.lists(of: issuer, at: url)
                    let name = try NotationCache.fileName(of: url)
                    points.append(
                        CachedDistributionPoint(
                            url: url, fileName: name, subject: certificate.subject,
                            written: try pair.map { try $0.write(to: name, in: folder) }))
                }
            }
        }
        try folder.synchronise()
        return RevocationExport(points: points, withoutLists: withoutLists)
    }
}

/// Chooses what serves a distribution point.
private struct CacheChoice {
    let evidence: RevocationEvidence
    let now: Timestamp
    let tolerance: Int64

    init(_ evidence: RevocationEvidence, at now: Timestamp, tolerance: Int64) {
        self.evidence = evidence
        self.now = now
        self.tolerance = tolerance
    }

    struct Pair {
        let base: RevocationList
        let delta: RevocationList?
    }

    /// The newest complete list of `issuer` for `url`, with its newest delta; nil where none is
    /// current, or the list wants a delta and there is none.
    func lists(of issuer: Certificate, at url: String) -> Pair? {
        let current = evidence.lists.filter { item in
            let list = item.list
            return list.issuer == issuer.subject && list.isSigned(by: issuer)
                && list.thisUpdate <= now.adding(seconds: tolerance)
                && (list.nextUpdate.map { now.wholeSeconds <= $0 } ?? false)
                && list.issuingDistributionPoint?.isIndirect != true
                && list.unknownCriticalExtensions.isEmpty
        }
        let bases = current.filter { !$0.list.isDelta && $0.isFrom(url) }.map(\.list)
        guard let base = bases.newest else { return nil }
        let deltas = current.map(\.list).filter { $0.isDelta && $0.continues(base) }
        guard let delta = deltas.newest else {
            return base.freshestPoints == nil ? Pair(base: base, delta: nil) : nil
        }
        return Pair(base: base, delta: delta)
    }
}

extension CacheChoice.Pair {
    func write(to name: String, in folder: Folder) throws -> CachedDistributionPoint.Written {
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

extension [RevocationList] {
    /// The one that no other replaces.
    fileprivate var newest: RevocationList? {
        self.max { left, right in left.floor.isBelow(right.floor) }
    }
}

extension RevocationList {
    /// How far it has come.
    var floor: RevocationFloors.Floor {
        RevocationFloors.Floor(number: number, thisUpdate: thisUpdate)
    }

    /// Whether it is a delta to `base`, or to an earlier one.
    ///
    /// - SeeAlso: RFC 5280 section 5.2.4.
    fileprivate func continues(_ base: RevocationList) -> Bool {
        guard let start = baseNumber, let past = base.number,
            scopeFingerprint == base.scopeFingerprint
        else { return false }
        let isLater = base.floor.isBelow(floor)
        return isLater && !past.isBelow(start)
    }
}

extension [UInt8] {
    /// Whether this number, big-endian and without a leading zero byte, is less than `other`.
    fileprivate func isBelow(_ other: [UInt8]) -> Bool {
        count == other.count ? lexicographicallyPrecedes(other) : count < other.count
    }
}

extension RevocationEvidence.List {
    /// Whether it is from `url`: by its own word, else by the operator's, else for all that is known.
    fileprivate func isFrom(_ url: String) -> Bool {
        if let name = list.issuingDistributionPoint?.name {
            return name.names(under: list.issuer).contains(.uri(url))
        }
        return urls.isEmpty || urls.contains(url)
    }
}

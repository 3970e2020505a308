public import Configuration
internal import Cryptography
public import Encodings
internal import Files
internal import Trust
public import X509

/// What to keep about revocation.
public struct RevocationAddRequest: Sendable {
    /// Files with CRLs or OCSP responses.
    public var paths: [String]
    /// The distribution point that the lists of one file are from; nil where nobody says.
    public var url: String?
    /// Chains and layouts for whose certificates they are; with any of these, what is of none of
    /// their issuers is refused.
    public var subjects: [String] = []
    /// Whether nothing is to be written.
    public var isRehearsal = false

    /// A request with the defaults as they stand here.
    public init(paths: [String]) { self.paths = paths }
}

/// What became of what was to be kept.
public enum RevocationAddition: Sendable {
    /// The home has all of it now. Some of it may have been there before.
    case added([RevocationItem])
    /// Nothing was changed.
    case refused(RevocationRefusal)
}

/// A list or a response, as it is told.
public struct RevocationItem: Sendable {
    /// The file that it is from, as it was named.
    public let path: String
    /// What it is.
    public let content: Content
    /// Where it is from; empty where nobody says.
    public let urls: Set<String>
    /// Whether the home had it before, and knew as much of where it is from.
    public let isPresent: Bool

    /// A list or a response.
    public enum Content: Sendable {
        /// A CRL, complete or delta.
        case list(RevocationList)
        /// An OCSP response.
        case response(OCSPResponse)
    }
}

/// Why nothing was kept.
public enum RevocationRefusal: Error, Equatable, Sendable {
    /// A file is neither.
    case unreadable(path: String, RevocationFileError)
    /// A distribution point was named for responses, which have none.
    case urlForResponses(path: String)
    /// A list is of no issuer in the chains that were named, or not signed by it.
    case foreignList(path: String, issuer: DistinguishedName)
    /// A response is about no certificate of the chains that were named.
    case foreignResponse(path: String)
    /// The name of a cache file is that of no distribution point that was named, so nobody knows which
    /// certificates the list is about.
    case namelessCacheFile(path: String)
    /// The home would keep more than so many.
    case tooMany(limit: Int)
}

extension Site {
    /// Puts lists and responses into the home, where they are believed once they verify.
    ///
    /// The record comes first, as for whatever changes what is judged.
    public func addRevocation(_ request: RevocationAddRequest) throws -> RevocationAddition {
        let subjects = try revocationSubjects(of: request.subjects)
        var items: [RevocationItem] = []
        let known = try knownRevocation()
        for path in request.paths {
            let bytes = try files.file(at: path).readAll(
                limit: Int64(RevocationFile.byteCountMax))
            let file: RevocationFile
            do throws(RevocationFileError) { file = try RevocationFile(bytes) } catch {
                return .refused(.unreadable(path: path, error))
            }
            if request.url != nil, !file.responses.isEmpty {
                return .refused(.urlForResponses(path: path))
            }
            let names = try cacheNames(file, at: path, request, subjects)
            guard let names else { return .refused(.namelessCacheFile(path: path)) }
            for list in file.lists {
                guard request.subjects.isEmpty || subjects.contains(where: { $0.issues(list) })
                else { return .refused(.foreignList(path: path, issuer: list.issuer)) }
                let urls = urls(of: list, in: file, names, request, subjects)
                let present = known.lists.first { $0.list.digest == list.digest }
                items.append(
                    RevocationItem(
                        path: path, content: .list(list), urls: urls,
                        isPresent: present.map { urls.isSubset(of: $0.urls) } ?? false))
            }
            for response in file.responses {
                guard
                    request.subjects.isEmpty || subjects.contains(where: { $0.isAsked(response) })
                else { return .refused(.foreignResponse(path: path)) }
                items.append(
                    RevocationItem(
                        path: path, content: .response(response), urls: [],
                        isPresent: known.responses.contains { $0.digest == response.digest }))
            }
        }
        let new = items.filter { !$0.isPresent }
        let limit = RevocationStore.countMax
        guard known.lists.count + new.count <= limit, known.responses.count + new.count <= limit
        else { return .refused(.tooMany(limit: limit)) }
        guard !request.isRehearsal else { return .added(items) }
        if new.isEmpty {
            try HomeWriter(home(), patience: patience).settleRevocation()
        } else {
            try keep(new)
        }
        return .added(items)
    }

    private func keep(_ items: [RevocationItem]) throws {
        let home = Home(try files.makeFolder(at: homePath, mode: 0o755))
        let writer = try HomeWriter(home, patience: patience)
        try recordedInPortions(
            "revocation-add", "evidence", items,
            json: { item in
                [
                    "file": .string(item.path), "digest": .string(item.digest.description),
                    "urls": .array(item.urls.sorted().map { .string($0) }),
                ]
            },
            change: { try writer.add(RevocationEvidence($0.map(\.piece))) })
    }

    /// What the home keeps; nothing where there is no home yet.
    func knownRevocation() throws -> RevocationEvidence {
        guard files.kind(at: homePath) == .folder else { return .none }
        return try home().revocationStore().evidence
    }

    /// The distribution points that a file of notation's cache is named after; empty for another file,
    /// nil where nobody knows them.
    private func cacheNames(
        _ file: RevocationFile, at path: String, _ request: RevocationAddRequest,
        _ subjects: [RevocationSubject]
    ) throws -> Set<String>? {
        guard file.isCacheFile else { return [] }
        if let url = request.url { return [url] }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let urls = subjects.flatMap { $0.chain.certificates.flatMap { $0.crlLocations ?? [] } }
        let named = try urls.filter { try NotationCache.fileName(of: $0) == name }
        // What says itself what it is about needs no name.
        let isScoped = file.lists.allSatisfy { $0.issuingDistributionPoint?.name != nil }
        return named.isEmpty && !isScoped ? nil : Set(named)
    }

    /// Where a list is from: as the operator says; by the name of a cache file; or by the one
    /// distribution point that the certificates of its issuer have.
    private func urls(
        of list: RevocationList, in file: RevocationFile, _ names: Set<String>,
        _ request: RevocationAddRequest, _ subjects: [RevocationSubject]
    ) -> Set<String> {
        // The delta in a cache file has no name of its own there: its base says where it is from.
        if file.isCacheFile { return list.isDelta ? [] : names }
        if let url = request.url { return [url] }
        let named = Set(subjects.flatMap { $0.locations(of: list) })
        return named.count == 1 ? named : []
    }
}

extension RevocationItem {
    /// The digest of the list or response.
    public var digest: Digest { piece.digest }

    fileprivate var piece: RevocationEvidence.Piece {
        switch content {
        case .list(let list): .list(RevocationEvidence.List(list: list, urls: urls))
        case .response(let response): .response(response)
        }
    }
}

extension RevocationSubject {
    /// Whether an authority of the chain has signed `list`.
    func issues(_ list: RevocationList) -> Bool {
        chain.authorities.contains { $0.hasIssued(list) }
    }

    /// Whether `response` answers for a certificate of the chain.
    func isAsked(_ response: OCSPResponse) -> Bool {
        zip(chain.certificates, chain.authorities).contains { certificate, issuer in
            !response.answers(for: certificate, issuedBy: issuer).isEmpty
        }
    }

    /// The URLs at which `list` is to be had, by the certificates of its issuer.
    func locations(of list: RevocationList) -> [String] {
        zip(chain.certificates, chain.authorities).filter { _, issuer in
            issuer.hasIssued(list)
        }.flatMap { certificate, _ in certificate.crlLocations ?? [] }
    }
}

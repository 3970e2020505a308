import Cryptography
import Encodings
import Files
public import Trust
public import X509

/// What a home keeps about revocation: `revocation/crl/DIGEST.crl`, `revocation/ocsp/DIGEST.ocsp`,
/// and `revocation/sources.json`, which says where lists are from.
///
/// That something lies here proves nothing: it is verified when it is used.
public struct RevocationStore: Sendable {
    /// Lists and responses that are kept, in the order of their digests.
    public let evidence: RevocationEvidence

    /// How many lists, or responses, a home keeps at most.
    public static let countMax = 10_000

    static let folderName = "revocation"
    static let sourcesName = "sources.json"
    static let sourcesByteCountMax: Int64 = 16 << 20

    /// Nothing is kept.
    static let empty = RevocationStore(evidence: .none)
}

/// What is wrong with a file among what a home keeps about revocation.
public enum RevocationFileFault: Error, Equatable, Sendable {
    /// Its name is not that of anything kept here.
    case foreign
    /// Its name is the digest of other content.
    case damaged
    /// It is no list.
    case list(RevocationListError)
    /// It is no response.
    case response(OCSPResponseError)
    /// `sources.json` does not say whether it is from anywhere in particular, so it might be believed
    /// about certificates that it is not about.
    case unattributed
    /// There are more than so many of its kind.
    case tooMany(limit: Int)
}

/// One of the two kinds of files.
enum RevocationFolder: String, CaseIterable {
    case lists = "crl"
    case responses = "ocsp"

    /// The name of the file that holds what has this digest.
    func fileName(of digest: Digest) -> String { "\(digest.hex).\(rawValue)" }

    /// The digest that a file's name states; nil for the name of nothing kept here.
    func digest(ofFile name: String) -> Digest? {
        let ending = ".\(rawValue)"
        guard name.utf8.count == 64 + ending.utf8.count, name.hasSuffix(ending) else { return nil }
        return try? Digest("sha256:\(name.dropLast(ending.count))")
    }

    var byteCountMax: Int64 {
        switch self {
        case .lists: Int64(X509Limits.revocationListSizeMax)
        case .responses: Int64(X509Limits.responseSizeMax)
        }
    }
}

extension Home {
    /// What the home keeps about revocation; nothing where it keeps nothing.
    ///
    /// - Throws: where something there is damaged or foreign: it may be what would tell that a
    ///   certificate is revoked.
    public func revocationStore() throws(ConfigurationError) -> RevocationStore {
        let root: Folder
        switch try found([RevocationStore.folderName]) {
        case .nothing: return .empty
        case .noFolder:
            throw .revocationFile(path: "\(path)/\(RevocationStore.folderName)", .foreign)
        case .folder(let folder): root = folder
        }
        let known = RevocationFolder.allCases.map(\.rawValue) + [RevocationStore.sourcesName]
        let entries = try ConfigurationError.files { () throws(FileError) in try root.entries() }
        for entry in entries where !TemporaryName.matches(entry.name) {
            guard known.contains(where: { $0.utf8.elementsEqual(entry.name.utf8) }) else {
                throw .revocationFile(path: "\(root.path)/\(entry.name)", .foreign)
            }
        }
        let listFiles = try files(.lists, in: root)
        // After the lists: where one is from is told before it appears.
        let urls = try sources(in: root)
        var lists: [RevocationEvidence.List] = []
        for (path, bytes) in listFiles {
            let list: RevocationList
            do throws(RevocationListError) { list = try RevocationList(der: bytes) } catch {
                throw .revocationFile(path: path, .list(error))
            }
            guard let urls = urls[list.digest] else {
                // Somebody may be removing it just now, the file first.
                if try isGone(list.digest, in: root) { continue }
                throw .revocationFile(path: path, .unattributed)
            }
            lists.append(RevocationEvidence.List(list: list, urls: urls))
        }
        var responses: [OCSPResponse] = []
        for (path, bytes) in try files(.responses, in: root) {
            do throws(OCSPResponseError) { responses.append(try OCSPResponse(der: bytes)) } catch {
                throw .revocationFile(path: path, .response(error))
            }
        }
        return RevocationStore(
            evidence: RevocationEvidence(lists: lists, responses: responses))
    }

    private func isGone(_ digest: Digest, in root: Folder) throws(ConfigurationError) -> Bool {
        try ConfigurationError.files { () throws(FileError) in
            let kind = RevocationFolder.lists
            return try root.folder(kind.rawValue).kind(of: kind.fileName(of: digest)) == nil
        }
    }

    /// The content of each file of one kind, which is what its name says.
    private func files(_ kind: RevocationFolder, in root: Folder) throws(ConfigurationError)
        -> [(path: String, bytes: [UInt8])]
    {
        let folder = try ConfigurationError.files { () throws(FileError) -> Folder? in
            try root.kind(of: kind.rawValue) == nil ? nil : try root.folder(kind.rawValue)
        }
        guard let folder else { return [] }
        var files: [(path: String, bytes: [UInt8])] = []
        let entries = try ConfigurationError.files { () throws(FileError) in try folder.entries() }
        for entry in entries where !TemporaryName.matches(entry.name) {
            let path = "\(folder.path)/\(entry.name)"
            guard entry.kind == .file, let digest = kind.digest(ofFile: entry.name) else {
                throw .revocationFile(path: path, .foreign)
            }
            guard files.count < RevocationStore.countMax else {
                throw .revocationFile(path: path, .tooMany(limit: RevocationStore.countMax))
            }
            let bytes = try ConfigurationError.files { () throws(FileError) in
                try folder.file(entry).readAll(limit: kind.byteCountMax)
            }
            let actual: Digest
            do throws(CryptographyError) { actual = try BlobHasher.digest(of: bytes) } catch {
                throw .cryptography(error)
            }
            guard actual == digest else { throw .revocationFile(path: path, .damaged) }
            files.append((path, bytes))
        }
        return files
    }

    /// Where lists are from, by their digests; those that are not there any more are passed over.
    private func sources(in root: Folder) throws(ConfigurationError) -> [Digest: Set<String>] {
        let limit = RevocationStore.sourcesByteCountMax
        let file = try VersionedFile(RevocationStore.sourcesName, in: root, limit: limit)
        guard let file else { return [:] }
        let entries = try file.read { place throws(JSONShapeError) in
            try place.onlyMembers(["version", "lists"])
            return try place.member("lists").elements {
                it throws(JSONShapeError) -> (Digest, [String]) in
                try it.onlyMembers(["digest", "urls"])
                return (
                    try it.member("digest").digest(),
                    try it.member("urls").elements { it throws(JSONShapeError) in
                        try it.string()
                    }
                )
            }
        }
        var sources: [Digest: Set<String>] = [:]
        for (digest, urls) in entries { sources[digest, default: []].formUnion(urls) }
        return sources
    }
}

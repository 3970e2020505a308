public import Encodings
import Files
public import Trust
import X509

// What a home keeps about revocation.
extension HomeWriter {
    /// Keeps lists and responses. What is there already stays, and keeps being from where it was
    /// from, besides where it is said to be from now.
    ///
    /// Each file appears in one step. Where lists are from is told first: one that were seen without
    /// would count for certificates that it is not about.
    ///
    /// - Throws: `.revocationFile` with `.tooMany`, before anything is written, for more than a home
    ///   keeps.
    public func add(_ evidence: RevocationEvidence) throws(ConfigurationError) {
        let known = try home.revocationStore().evidence
        let counts = [
            Set((known.lists + evidence.lists).map(\.list.digest)).count,
            Set((known.responses + evidence.responses).map(\.digest)).count,
        ]
        guard counts.allSatisfy({ $0 <= RevocationStore.countMax }) else {
            throw .revocationFile(
                path: "\(home.path)/\(RevocationStore.folderName)",
                .tooMany(limit: RevocationStore.countMax))
        }
        try ConfigurationError.files { () throws(FileError) in
            let root = try home.folder.makeDurableFolder(RevocationStore.folderName)
            root.sweep()
            try writeSources(of: known.lists + evidence.lists, in: root)
            try put(
                evidence.lists.map { ($0.list.digest, $0.list.der) }, as: .lists, in: root)
            try put(evidence.responses.map { ($0.digest, $0.der) }, as: .responses, in: root)
        }
    }

    /// Removes what has these digests, and forgets where it was from.
    public func removeRevocation(_ digests: Set<Digest>) throws(ConfigurationError) {
        let known = try home.revocationStore().evidence
        let listed = known.lists.map(\.list.digest).filter(digests.contains)
        let answered = known.responses.map(\.digest).filter(digests.contains)
        try ConfigurationError.files { () throws(FileError) in
            let root = try home.folder.makeDurableFolder(RevocationStore.folderName)
            root.sweep()
            for (digests, kind) in [(listed, RevocationFolder.lists), (answered, .responses)]
            where !digests.isEmpty {
                let folder = try root.makeDurableFolder(kind.rawValue)
                for digest in Set(digests) { try folder.remove(kind.fileName(of: digest)) }
                try folder.synchronise()
            }
            try writeSources(
                of: known.lists.filter { !digests.contains($0.list.digest) }, in: root)
        }
    }

    /// Brings onto the medium what is there, or gone, already, and sweeps what was begun: a run that
    /// died may have left it.
    public func settleRevocation() throws(ConfigurationError) {
        for components in [[]] + RevocationFolder.allCases.map({ [$0.rawValue] }) {
            let path = [RevocationStore.folderName] + components
            guard case .folder(let folder) = try home.found(path) else { continue }
            folder.sweep()
            try ConfigurationError.files { () throws(FileError) in try folder.synchronise() }
        }
    }

    private func put(
        _ items: [(digest: Digest, der: [UInt8])], as kind: RevocationFolder, in root: Folder
    ) throws(FileError) {
        guard !items.isEmpty else { return }
        let folder = try root.makeDurableFolder(kind.rawValue)
        folder.sweep()
        for item in items {
            let name = kind.fileName(of: item.digest)
            guard try folder.kind(of: name) == nil else { continue }
            try folder.replace(name, with: item.der)
        }
        // What was there already may be of a run that died before it was on the medium.
        try folder.synchronise()
    }

    private func writeSources(
        of lists: [RevocationEvidence.List], in root: Folder
    ) throws(FileError) {
        var urls: [Digest: Set<String>] = [:]
        for item in lists { urls[item.list.digest, default: []].formUnion(item.urls) }
        let entries = urls.sorted { $0.key.hex < $1.key.hex }
        let isThere = try root.kind(of: RevocationStore.sourcesName) != nil
        guard !entries.isEmpty || isThere else { return }
        let document: JSON = [
            "version": "1.0",
            "lists": .array(
                entries.map { digest, urls in
                    [
                        "digest": .string(digest.description),
                        "urls": .array(urls.sorted().map { .string($0) }),
                    ]
                }),
        ]
        try root.replace(RevocationStore.sourcesName, with: document.serialized(.indented))
    }
}

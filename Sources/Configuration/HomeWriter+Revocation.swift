public import Encodings
import Files
public import Trust
import X509

// What a home keeps about revocation.
extension HomeWriter {
    /// Keeps lists and responses. What is there already stays, and keeps being from where it was
    /// from, besides where it is said to be from now.
    ///
    /// Each file appears in one step; where lists are from is told last.
    public func add(_ evidence: RevocationEvidence) throws(ConfigurationError) {
        let known = try home.revocationStore().evidence
        try ConfigurationError.files { () throws(FileError) in
            let root = try home.folder.makeDurableFolder(RevocationStore.folderName)
            root.sweep()
            try put(
                evidence.lists.map { ($0.list.digest, $0.list.der) }, as: .lists, in: root)
            try put(evidence.responses.map { ($0.digest, $0.der) }, as: .responses, in: root)
            try writeSources(of: known.lists + evidence.lists, in: root)
        }
    }

    /// Removes what has these digests, and forgets where it was from.
    public func removeRevocation(
        lists: Set<Digest>, responses: Set<Digest>
    ) throws(ConfigurationError) {
        let known = try home.revocationStore().evidence
        try ConfigurationError.files { () throws(FileError) in
            let root = try home.folder.makeDurableFolder(RevocationStore.folderName)
            root.sweep()
            for (digests, kind) in [(lists, RevocationFolder.lists), (responses, .responses)]
            where !digests.isEmpty {
                let folder = try root.makeDurableFolder(kind.rawValue)
                for digest in digests { try folder.remove(kind.fileName(of: digest)) }
                try folder.synchronise()
            }
            try writeSources(
                of: known.lists.filter { !lists.contains($0.list.digest) }, in: root)
        }
    }

    /// Brings onto the medium what is there, or gone, already: a run that died may have left it
    /// undone.
    public func settleRevocation() throws(ConfigurationError) {
        for components in [[]] + RevocationFolder.allCases.map({ [$0.rawValue] }) {
            let path = [RevocationStore.folderName] + components
            guard case .folder(let folder) = try home.found(path) else { continue }
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
        let entries = urls.filter { !$0.value.isEmpty }.sorted { $0.key.hex < $1.key.hex }
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

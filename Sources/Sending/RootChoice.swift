import BundleFormat
import Encodings
import OCI
import OCILayout
import Trust

/// The images that a request asks for, each with the repository that it claims.
struct RootChoice {
    private(set) var roots: [Inventory.Root] = []

    private let request: ExportRequest
    private let graph: LayoutGraph
    private var unclaimed: [UnclaimedRoot] = []
    /// Where the names stand in `roots`.
    private var places: [String: Int] = [:]
    private var known: Set<Known> = []
    private var knownUnclaimed: Set<UnclaimedRoot> = []

    /// What makes two images without names one.
    private struct Known: Hashable {
        let digest: Digest
        let repository: String
    }

    init(_ request: ExportRequest, from layout: Layout, _ graph: LayoutGraph)
        throws(Shipment.Failure)
    {
        self.request = request
        self.graph = graph
        let all = layout.index.roots.filter { entry in
            let document = graph.node(entry)?.document
            return document?.subject == nil && !Shipment.isBundle(entry, document)
        }
        for wish in request.wishes {
            switch wish.subject {
            case .everything:
                for entry in all { try take(entry, wish) }
            case .matching(let pattern):
                let fitting = all.filter { $0.referenceName.map(pattern.matches) ?? false }
                guard !fitting.isEmpty else { throw .error(.noMatch(pattern)) }
                for entry in fitting { try take(entry, wish) }
            case .image(let selector):
                let entry = try Shipment.reading { () throws(LayoutError) in
                    try layout.resolve(selector)
                }
                try take(entry, wish)
            }
        }
        guard unclaimed.isEmpty else { throw .refused(.noRepository(unclaimed)) }
        guard !roots.isEmpty else { throw .refused(.nothingToExport) }
    }

    private mutating func take(_ entry: Descriptor, _ wish: ExportWish) throws(Shipment.Failure) {
        let node = graph.node(entry)
        guard !Shipment.isBundle(entry, node?.document) else {
            throw .refused(.bundleAmongRoots(entry.digest))
        }
        guard node?.document != nil || node?.problem != nil else {
            throw .refused(.notAnImage(entry.digest))
        }
        let name = entry.referenceName
        if let name {
            guard let reference = ReferenceName(name), reference.fallbackTarget == nil else {
                throw .refused(.unusableName(name))
            }
        }
        guard let repository = try repository(of: entry, wish) else {
            let root = UnclaimedRoot(digest: entry.digest, name: name)
            if knownUnclaimed.insert(root).inserted { unclaimed.append(root) }
            return
        }
        let root = Inventory.Root(
            descriptor: Descriptor(
                mediaType: entry.mediaType, digest: entry.digest, size: entry.size,
                artifactType: entry.artifactType),
            name: name, repository: repository.text)
        guard let name else {
            let known = Known(digest: entry.digest, repository: repository.text)
            if self.known.insert(known).inserted { roots.append(root) }
            return
        }
        // Names are ASCII, by the whitelist.
        guard let place = places[name] else {
            places[name] = roots.count
            roots.append(root)
            return
        }
        let rival = roots[place]
        guard rival.descriptor == root.descriptor else { throw .refused(.ambiguousName(name)) }
        guard rival.repository == root.repository else {
            let both = [rival.repository, root.repository].compactMap { try? RegistryScope($0) }
            throw .refused(.contradiction(entry.digest, name: name, repositories: both))
        }
    }

    /// What the image's name says; else the wish, the map, the request, in this order. Nobody who
    /// speaks of this one image may say otherwise than its name.
    private func repository(of entry: Descriptor, _ wish: ExportWish) throws(Shipment.Failure)
        -> RegistryScope?
    {
        var said = request.scopeMap?.exactRepository(of: entry)
        if case .image = wish.subject, let repository = wish.repository { said = repository }
        guard let own = entry.referenceName.flatMap({ RegistryScope(imageName: $0) }) else {
            return said ?? wish.repository ?? request.scopeMap?.repository(of: entry)
                ?? request.scope
        }
        guard let said, said != own else { return own }
        throw .refused(
            .contradiction(
                entry.digest, name: entry.referenceName, repositories: [own, said]))
    }
}

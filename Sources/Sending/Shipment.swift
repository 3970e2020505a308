import BundleFormat
import Encodings
import OCI
import OCILayout
import Trust

/// What a bundle carries: the images with the repositories that they claim, everything that refers
/// to them, and every blob of both.
struct Shipment {
    let roots: [Inventory.Root]
    let referrers: [Descriptor]
    /// Each once, in the order of digests.
    let blobs: [Inventory.Blob]

    /// Why there is none.
    enum Failure: Error {
        case refused(ExportRefusal)
        case layout(LayoutError)
    }

    /// Gathers what `request` asks for from `layout`, which is held.
    init(_ request: ExportRequest, from layout: Layout) throws(Failure) {
        let graph = try Self.reading { () throws(LayoutError) in try LayoutGraph(layout) }
        let chosen = try Self.chosen(request, from: layout, graph)
        guard !chosen.isEmpty else { throw .refused(.nothingToExport) }
        var roots: [Inventory.Root] = []
        for entry in chosen {
            let root = try Self.root(entry, request, graph)
            let rival = roots.first { other in
                root.name.map { other.name?.utf8.elementsEqual($0.utf8) ?? false } ?? false
            }
            if let rival {
                guard rival.descriptor == root.descriptor else {
                    throw .refused(.ambiguousName(root.name ?? ""))
                }
                continue
            }
            if !roots.contains(root) { roots.append(root) }
        }
        var gathering = Gathering(graph)
        for root in roots { try gathering.take(root.descriptor) }
        self.roots = roots
        referrers = try gathering.takeReferrers()
        blobs = gathering.sizes.map { Inventory.Blob(digest: $0.key, size: $0.value) }
            .sorted { $0.digest < $1.digest }
    }

    /// The entries that were asked for.
    private static func chosen(
        _ request: ExportRequest, from layout: Layout, _ graph: LayoutGraph
    ) throws(Failure) -> [Descriptor] {
        if let selector = request.selector {
            return [
                try reading { () throws(LayoutError) in try layout.resolve(selector) }
            ]
        }
        return layout.index.roots.filter { entry in
            let document = graph.node(entry)?.document
            return document?.subject == nil && !isBundle(entry, document)
        }
    }

    private static func root(
        _ entry: Descriptor, _ request: ExportRequest, _ graph: LayoutGraph
    ) throws(Failure) -> Inventory.Root {
        let node = graph.node(entry)
        guard !isBundle(entry, node?.document) else {
            throw .refused(.bundleAmongRoots(entry.digest))
        }
        let name = entry.referenceName
        if let name {
            guard let reference = ReferenceName(name), reference.fallbackTarget == nil else {
                throw .refused(.unusableName(name))
            }
        }
        let named = name.flatMap { RegistryScope(imageName: $0) }
        guard let repository = named ?? request.scope else {
            throw .refused(.noRepository(entry.digest, name: name))
        }
        return Inventory.Root(
            descriptor: Descriptor(
                mediaType: entry.mediaType, digest: entry.digest, size: entry.size,
                artifactType: entry.artifactType),
            name: name, repository: repository.text)
    }

    private static func isBundle(_ entry: Descriptor, _ document: Document?) -> Bool {
        [entry.artifactType, document?.artifactType].contains { type in
            type?.utf8.elementsEqual(BundleManifest.artifactType.utf8) ?? false
        }
    }

    private static func reading<T>(_ body: () throws(LayoutError) -> T) throws(Failure) -> T {
        do throws(LayoutError) { return try body() } catch { throw .layout(error) }
    }
}

/// Walks from the images to everything that must go with them.
private struct Gathering {
    private let graph: LayoutGraph
    private let speakers: [Digest: [LayoutGraph.Node]]
    private(set) var sizes: [Digest: Int64] = [:]
    /// Manifests and indexes whose referrers have not been looked for.
    private var waiting: [Descriptor] = []
    private var taken: Set<Digest> = []

    init(_ graph: LayoutGraph) {
        self.graph = graph
        var speakers: [Digest: [LayoutGraph.Node]] = [:]
        for node in graph.nodes {
            guard let subject = node.document?.subject else { continue }
            speakers[subject.digest, default: []].append(node)
        }
        self.speakers = speakers
    }

    /// Takes `descriptor` with all that it needs to be whole.
    mutating func take(_ descriptor: Descriptor) throws(Shipment.Failure) {
        for part in graph.closure(of: descriptor) {
            let node = graph.node(part)
            if let problem = node?.problem { throw .refused(.content(part.digest, problem)) }
            if let size = sizes.updateValue(part.size, forKey: part.digest), size != part.size {
                let fault = BlobFault.size(expected: part.size, actual: size)
                throw .refused(.content(part.digest, .damaged(part.digest, fault)))
            }
            if node?.document != nil, taken.insert(part.digest).inserted { waiting.append(part) }
        }
    }

    /// Takes what refers to anything that was taken, and what refers to that.
    mutating func takeReferrers() throws(Shipment.Failure) -> [Descriptor] {
        var found: [Digest: Descriptor] = [:]
        while let target = waiting.popLast() {
            for node in speakers[target.digest] ?? [] where found[node.descriptor.digest] == nil {
                guard node.document?.subject?.names(sameContentAs: target) == true else { continue }
                var descriptor = node.descriptor
                descriptor.referenceName = nil
                descriptor[annotation: Annotation.referrerSubject] = nil
                found[descriptor.digest] = descriptor
                try take(node.descriptor)
            }
        }
        return found.values.sorted { $0.digest < $1.digest }
    }
}

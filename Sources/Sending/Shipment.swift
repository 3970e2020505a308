import BundleFormat
import Encodings
import OCI
import OCILayout

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
        case error(SendingError)
    }

    /// Gathers what `request` asks for from `layout`, which is held.
    init(_ request: ExportRequest, from layout: Layout) throws(Failure) {
        let graph = try Self.reading { () throws(LayoutError) in try LayoutGraph(layout) }
        roots = try RootChoice(request, from: layout, graph).roots
        var gathering = Gathering(graph)
        for root in roots { try gathering.take(root.descriptor) }
        referrers = try gathering.takeReferrers()
        blobs = gathering.sizes.map { Inventory.Blob(digest: $0.key, size: $0.value) }
            .sorted { $0.digest < $1.digest }
    }

    static func reading<T>(_ body: () throws(LayoutError) -> T) throws(Failure) -> T {
        do throws(LayoutError) { return try body() } catch { throw .layout(error) }
    }
}

extension Shipment {
    /// Whether something is a bundle, or its entry calls it one: a receiver would take it for the
    /// bundle that it lies in.
    static func isBundle(_ entry: Descriptor, _ document: Document?) -> Bool {
        [entry.artifactType, document?.artifactType].contains { type in
            type?.utf8.elementsEqual(BundleManifest.artifactType.utf8) ?? false
        }
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
                guard !Shipment.isBundle(node.descriptor, node.document) else {
                    throw .refused(.bundleAmongRoots(node.descriptor.digest))
                }
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

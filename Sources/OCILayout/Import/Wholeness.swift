import Encodings
import OCI

/// Whether content that is listed is all there and is what it should be.
enum Wholeness {
    /// It is, except for layers that may be missing, and subjects that nothing here promises.
    case whole(absentForeignLayers: [Descriptor], absentSubjects: [Descriptor])
    /// Platforms of indexes are missing, and others of the same indexes are whole: what
    /// `docker save --platform` leaves.
    case lacksPlatforms([Descriptor], present: [Platform])
    /// Other content is missing.
    case lacks([Descriptor])
    /// Something is there and is wrong.
    case spoilt(ImportRefusal)

    /// Looks at `nodes` of the walk `graph` of `content`.
    ///
    /// - Throws: what kept the content from being looked at.
    init(of nodes: [LayoutGraph.Node], in graph: LayoutGraph, of content: some LayoutContent)
        throws(LayoutError)
    {
        var missing: [Descriptor] = []
        var foreign: [Descriptor] = []
        var subjects: [Descriptor] = []
        var whole: Set<Digest> = []
        for node in nodes {
            let digest = node.descriptor.digest
            // What a referrer says of its subject's type and size may be wrong: the referrer then
            // speaks of nothing here, and no image is the worse for it (rule M8).
            if node.isSubjectOnly, node.problem.map(\.isDamage) ?? false {
                subjects.append(node.descriptor)
                continue
            }
            let fault: BlobFault?
            switch node.problem {
            case .damaged(_, let found)?: fault = found
            case .document(_, let error)?:
                self = .spoilt(.document(digest, error))
                return
            case .tooLarge?, .nestedTooDeep?:
                self = .spoilt(.tooLarge(digest))
                return
            case let problem?: throw problem
            // A document has just been read, and so hashed.
            case nil: fault = try node.document == nil ? content.check(node.descriptor) : nil
            }
            switch fault {
            case nil: whole.insert(digest)
            case _? where node.isSubjectOnly: subjects.append(node.descriptor)
            case .missing? where node.descriptor.isForeignLayer: foreign.append(node.descriptor)
            case .missing?: missing.append(node.descriptor)
            case let fault?:
                self = .spoilt(.damaged(digest, fault))
                return
            }
        }
        if missing.isEmpty {
            self = .whole(
                absentForeignLayers: foreign,
                absentSubjects: subjects.filter { !whole.contains($0.digest) })
        } else if let present = Self.platforms(beside: missing, nodes, graph) {
            self = .lacksPlatforms(missing, present: present)
        } else {
            self = .lacks(missing)
        }
    }

    /// The platforms that are whole in the indexes that list `missing`; nil where an index has none,
    /// or where no index lists some of it.
    private static func platforms(
        beside missing: [Descriptor], _ nodes: [LayoutGraph.Node], _ graph: LayoutGraph
    ) -> [Platform]? {
        var unexplained = Set(missing.map(\.digest))
        let gone = unexplained
        var present: [Platform] = []
        for node in nodes {
            guard case .index(let index)? = node.document,
                index.manifests.contains(where: { gone.contains($0.digest) })
            else { continue }
            let whole = index.manifests.filter { manifest in
                graph.closure(of: manifest).allSatisfy { !gone.contains($0.digest) }
            }.compactMap(\.platform).filter { $0 != .unknown }
            guard !whole.isEmpty else { return nil }
            present += whole
            for manifest in index.manifests { unexplained.remove(manifest.digest) }
        }
        return unexplained.isEmpty ? present : nil
    }
}

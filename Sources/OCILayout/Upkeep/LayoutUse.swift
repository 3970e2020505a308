public import Encodings
public import OCI

/// What of a layout is in use: its images, all that they need, what speaks of them, and all that
/// this needs in turn. Whatever else is listed speaks of images that are not here.
public struct LayoutUse: Sendable {
    /// A listed manifest whose subject is no image of the layout and speaks of none.
    public struct Orphan: Sendable, Equatable {
        /// The manifest as it is listed.
        public let referrer: Descriptor
        /// What it says it is: the artifact type, else the configuration's.
        public let artifactType: String?
        /// What it speaks of.
        public let subject: Descriptor
    }

    /// Referrers of what is not here, in the order of the walk.
    public let orphans: [Orphan]
    /// Entries with fallback indexes of what is not here.
    public let orphanedFallbacks: [Descriptor]
    /// Something listed whose parts cannot be known, so that nobody can say what else it needs; nil
    /// where all is known.
    public let uncertainty: Descriptor?
    private let digests: Set<Digest>

    /// Whether the blob is needed.
    public func contains(_ digest: Digest) -> Bool { digests.contains(digest) }

    /// Finds what is in use among what `graph` walked, beginning from every entry.
    public init(_ graph: LayoutGraph) {
        var walk = Walk(graph)
        for entry in graph.entries where !graph.servesOthers(entry) { walk.begin(entry) }
        walk.run()
        digests = walk.digests
        orphans = graph.nodes.compactMap { node in
            guard !node.isSubjectOnly, !walk.digests.contains(node.descriptor.digest),
                let document = node.document, let subject = document.subject
            else { return nil }
            return Orphan(
                referrer: node.descriptor, artifactType: document.artifactType, subject: subject)
        }
        orphanedFallbacks = graph.entries.filter { entry in
            guard graph.servesOthers(entry),
                let target = entry.referenceName.flatMap({ ReferenceName($0)?.fallbackTarget })
            else { return false }
            return !walk.digests.contains(target)
        }
        uncertainty = graph.unknownParts
    }

    /// One pass over a graph.
    private struct Walk {
        let graph: LayoutGraph
        var digests: Set<Digest> = []
        private var waiting: [Descriptor] = []

        init(_ graph: LayoutGraph) { self.graph = graph }

        mutating func begin(_ descriptor: Descriptor) {
            waiting.append(descriptor)
            // A referrer with a name of its own stands for itself, and means its subject.
            if let subject = graph.node(descriptor)?.document?.subject { waiting.append(subject) }
        }

        mutating func run() {
            while let next = waiting.popLast() {
                for part in graph.closure(of: next) where digests.insert(part.digest).inserted {
                    waiting += graph.manifests(speakingOf: part.digest)
                    waiting += graph.fallbackEntries(of: part.digest)
                }
            }
        }
    }
}

extension LayoutGraph {
    /// Whether `entry` only serves others: a signature or another referrer, or a fallback index.
    public func servesOthers(_ entry: Descriptor) -> Bool {
        if let name = entry.referenceName {
            return ReferenceName(name)?.fallbackTarget != nil
                && MediaType.isIndex(entry.mediaType)
        }
        return node(entry)?.document?.subject != nil
    }

    /// What is listed as a manifest and cannot be read as one, whatever the reason: damage, or a
    /// type that nobody here knows.
    fileprivate var unknownParts: Descriptor? {
        let read = Set(nodes.filter { $0.document != nil }.map(\.descriptor.digest))
        for node in nodes where !read.contains(node.descriptor.digest) {
            if case .damaged(_, .missing)? = node.problem, node.isSubjectOnly { continue }
            if node.problem != nil { return node.descriptor }
        }
        let listed = entries + nodes.flatMap { $0.document?.manifests ?? [] }
        return listed.first { !Document.isDocument($0.mediaType) }
    }
}

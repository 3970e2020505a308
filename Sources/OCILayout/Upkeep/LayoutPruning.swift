import Encodings
public import OCI

/// What a layout can do without: blobs that nothing leads to, and on request what speaks of images
/// that are not here. Found without writing, so that it can be shown first.
public struct LayoutPruning: Sendable {
    /// What an operator may decide.
    public struct Options: Sendable {
        /// Whether referrers and fallback indexes of absent images go too.
        public var dropsOrphans = false
        /// Which referrers that no index lists go: cosign keeps its own that way, a killed run
        /// leaves some behind.
        public var dropsUnlisted: @Sendable (Referrer) -> Bool = { _ in false }

        /// The defaults as they stand here.
        public init() {}
    }

    /// Referrers of absent images that go, in the order in which they are listed.
    public let orphans: [LayoutUse.Orphan]
    /// Fallback indexes of absent images that go.
    public let fallbacks: [Descriptor]
    /// Blobs that go, in the order of digests.
    public let blobs: [StoredBlob]
    /// Referrers of absent images that stay because nobody asked for their removal.
    public let keptOrphanCount: Int
    /// Referrers that no index lists and that stay.
    public let keptUnlistedCount: Int
    private let index: LayoutIndex

    /// Finds what `content` can do without.
    ///
    /// - Throws: `.unknownParts` where something listed is damaged or of an unknown type: nobody can
    ///   say which blobs it needs.
    public init(of content: some LayoutContent, _ options: Options) throws(LayoutError) {
        let graph = try LayoutGraph(content)
        let use = LayoutUse(graph)
        if let unknown = use.uncertainty { throw .unknownParts(unknown.digest) }
        orphans = options.dropsOrphans ? use.orphans : []
        fallbacks = options.dropsOrphans ? use.orphanedFallbacks : []
        keptOrphanCount = use.orphans.count - orphans.count
        let unlisted = try graph.unlistedReferrers(in: content)
        let kept = unlisted.filter { !options.dropsUnlisted($0) }
        keptUnlistedCount = kept.count
        var needed = Set(
            kept.flatMap { [$0.descriptor.digest] + $0.document.parts.map(\.digest) })
        for node in graph.nodes
        where !options.dropsOrphans || use.contains(node.descriptor.digest) {
            needed.insert(node.descriptor.digest)
        }
        blobs = try content.blobs().filter { !needed.contains($0.digest) }
        let dropped = Set((orphans.map(\.referrer) + fallbacks).map(\.digest))
        var index = graph.index
        index.removeEntries { graph.servesOthers($0) && dropped.contains($0.digest) }
        self.index = index
    }

    /// Carries it out: lists first, then blobs, so that a kill leaves at most orphans.
    ///
    /// - Parameter writer: holds the layout that the pruning was found for, under its lock.
    /// - Throws: `.readOnly` or `.file`; nothing that is needed has gone then.
    public func apply(by writer: LayoutWriter) throws(LayoutError) {
        try writer.replaceIndex(with: index)
        try writer.remove(blobs.map(\.digest))
    }
}

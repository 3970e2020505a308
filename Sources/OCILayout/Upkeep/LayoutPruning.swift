public import Encodings
import OCI

/// What a layout can do without: blobs that nothing leads to, and on request what speaks of images
/// that are not here. Found without writing, so that it can be shown first.
public struct LayoutPruning: Sendable {
    /// What an operator may decide.
    public struct Options: Sendable {
        /// Whether referrers and fallback indexes of absent images go too.
        public var dropsOrphans = false
        /// Whether referrers that no index lists go: cosign keeps its own that way, notation and
        /// killed runs leave some behind.
        public var dropsUnlisted = false
        /// Blobs that stay whether or not anything leads to them: bundles that wait need them.
        public var kept: Set<Digest> = []

        /// The defaults as they stand here.
        public init() {}
    }

    /// Referrers of absent images, in the order in which they are listed. They go if asked for.
    public let orphans: [LayoutUse.Orphan]
    /// Referrers that no index lists. They go if asked for.
    public let unlisted: [Referrer]
    /// What the operator decided.
    public let options: Options
    /// Blobs that go, in the order of digests.
    public let blobs: [StoredBlob]
    private let index: LayoutIndex

    /// Finds what `content` can do without.
    ///
    /// - Throws: `.unknownParts` where something listed is damaged or of an unknown type: nobody can
    ///   say which blobs it needs.
    public init(of content: some LayoutContent, _ options: Options) throws(LayoutError) {
        self.options = options
        let graph = try LayoutGraph(content)
        let use = LayoutUse(graph)
        if let unknown = use.uncertainty { throw .unknownParts(unknown.digest) }
        orphans = use.orphans
        unlisted = try graph.unlistedReferrers(in: content)
        var index = graph.index
        if options.dropsOrphans {
            let dropped = Set((use.orphans.map(\.referrer) + use.orphanedFallbacks).map(\.digest))
            index.removeEntries { graph.servesOthers($0) && dropped.contains($0.digest) }
        }
        self.index = index
        let after = try LayoutGraph(
            RelistedLayout(content, as: ReferrerAddition(changing: index)))
        let needed = try after.needed(with: options.dropsUnlisted ? [] : unlisted, in: content)
        blobs = try content.blobs().filter {
            !needed.contains($0.digest) && !options.kept.contains($0.digest)
        }
    }

    /// Carries it out: lists first, then blobs, so that a kill leaves at most orphans.
    ///
    /// - Parameter writer: holds the layout that the pruning was found for, under its lock.
    /// - Throws: `.readOnly` or `.file` with everything as it was; `.notFreed` when blobs stayed.
    public func apply(by writer: LayoutWriter) throws(LayoutError) {
        try writer.replaceIndex(with: index)
        try writer.remove(blobs.map(\.digest))
    }
}

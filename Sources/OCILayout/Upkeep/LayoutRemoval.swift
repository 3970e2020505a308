public import Encodings
public import OCI

/// What goes when images or signatures are removed from a layout: found without writing, so that it
/// can be shown first.
///
/// An image takes everything that speaks of it along, unless another entry still leads to it. Blobs
/// go only if nothing else in the layout needs them.
public struct LayoutRemoval: Sendable {
    /// What is to be removed.
    public enum Target: Sendable {
        /// The entry with this name; the content stays as long as another entry leads to it.
        case name(ReferenceName)
        /// Every entry of this digest: an image, or a referrer with its place in the fallback index.
        case digest(Digest)
        /// Not the image itself, but those of its referrers that have this artifact type.
        case referrers(of: Selector, artifactType: String)
    }

    /// Entries of images that go, in their order.
    public let entries: [Descriptor]
    /// Referrers that go, with an image or by themselves, in the order of the walk.
    public let referrers: [Descriptor]
    /// Blobs that nothing needs any more, in the order of digests.
    public let blobs: [StoredBlob]
    /// Why no blob goes although nothing seems to need it: the parts of this cannot be known.
    public let uncertainty: Descriptor?
    private let addition: ReferrerAddition

    /// Finds what goes from `content`.
    ///
    /// - Throws: `.noSuchReference` for what no entry names, `.ambiguousReference` for a name of
    ///   several entries, `.onlyPart` and `.listOfReferrers` for what does not go by itself.
    public init(of targets: [Target], from content: some LayoutContent) throws(LayoutError) {
        let graph = try LayoutGraph(content)
        var addition = ReferrerAddition(changing: graph.index)
        for target in targets { try Self.unlist(target, graph, content, &addition) }
        try Self.unlistOrphans(of: graph, content, &addition)
        self.addition = addition
        let after = try LayoutGraph(RelistedLayout(content, as: addition))
        entries = graph.index.entries.filter { entry in
            !graph.servesOthers(entry)
                && !addition.index.entries(of: entry.digest).contains(entry)
        }
        let needed = Set(after.nodes.map(\.descriptor.digest))
        referrers = graph.nodes.compactMap { node in
            let isReferrer = node.document?.subject != nil && !node.isSubjectOnly
            return isReferrer && !needed.contains(node.descriptor.digest) ? node.descriptor : nil
        }
        uncertainty = LayoutUse(after).uncertainty
        let gone = Set(graph.nodes.map(\.descriptor.digest)).subtracting(needed)
        let isCertain = uncertainty == nil
        blobs = try isCertain ? content.blobs().filter { gone.contains($0.digest) } : []
    }

    /// Makes the removal: lists first, then blobs, so that a kill leaves at most orphans.
    ///
    /// - Parameter writer: holds the layout that the removal was found for, under its lock.
    /// - Throws: `.readOnly` or `.file`; before `index.json` is replaced, with everything as it was.
    public func apply(by writer: LayoutWriter) throws(LayoutError) {
        try writer.replaceIndex(adding: addition)
        try writer.remove(blobs.map(\.digest))
    }

    // MARK: Entries

    private static func unlist(
        _ target: Target, _ graph: LayoutGraph, _ content: some LayoutContent,
        _ addition: inout ReferrerAddition
    ) throws(LayoutError) {
        switch target {
        case .name(let name):
            guard name.fallbackTarget == nil else {
                throw .listOfReferrers(name.description)
            }
            let found = graph.index.entries(named: name.description)
            guard let first = found.first else { throw .noSuchReference(name.description) }
            guard found.allSatisfy({ $0.names(sameContentAs: first) }) else {
                throw .ambiguousReference(name.description, found.map(\.digest))
            }
            addition.removeEntries {
                $0.referenceName?.utf8.elementsEqual(name.description.utf8) ?? false
            }
        case .digest(let digest): try unlist(digest, graph, &addition)
        case .referrers(let selector, let artifactType):
            let image = try content.resolve(selector)
            for referrer in graph.referrers(of: image)
            where referrer.document.artifactType == artifactType {
                try unlist(referrer.descriptor.digest, graph, &addition)
            }
        }
    }

    private static func unlist(
        _ digest: Digest, _ graph: LayoutGraph, _ addition: inout ReferrerAddition
    ) throws(LayoutError) {
        let subjects = graph.subjects(of: digest).filter {
            graph.fallbackManifests(of: $0).contains { $0.digest == digest }
        }
        guard !subjects.isEmpty || !graph.index.entries(of: digest).isEmpty else {
            let isPart = graph.nodes.contains { $0.descriptor.digest == digest }
            throw isPart ? .onlyPart(digest) : .noSuchReference(digest.description)
        }
        addition.removeEntries { $0.digest == digest }
        for subject in subjects {
            try addition.dropFromFallback(digest, of: subject, graph)
        }
    }

    /// Unlists what spoke of the images that go, and what spoke of that.
    private static func unlistOrphans(
        of graph: LayoutGraph, _ content: some LayoutContent, _ addition: inout ReferrerAddition
    ) throws(LayoutError) {
        // What was orphaned before was not asked for.
        let before = LayoutUse(graph)
        let after = LayoutUse(try LayoutGraph(RelistedLayout(content, as: addition)))
        let orphans = Set(after.orphans.map(\.referrer.digest)).subtracting(
            before.orphans.map(\.referrer.digest))
        let fallbacks = Set(after.orphanedFallbacks.map(\.digest)).subtracting(
            before.orphanedFallbacks.map(\.digest))
        addition.removeEntries { entry in
            graph.servesOthers(entry)
                && (orphans.contains(entry.digest) || fallbacks.contains(entry.digest))
        }
    }
}

extension LayoutGraph {
    /// What the manifest with this digest speaks of.
    fileprivate func subjects(of digest: Digest) -> Set<Digest> {
        Set(
            nodes.compactMap { node in
                node.descriptor.digest == digest ? node.document?.subject?.digest : nil
            })
    }
}

extension ReferrerAddition {
    /// Takes `digest` out of the fallback index of `subject`.
    fileprivate mutating func dropFromFallback(
        _ digest: Digest, of subject: Digest, _ graph: LayoutGraph
    ) throws(LayoutError) {
        let base = try fallback(of: subject) ?? graph.fallback(of: subject)
        let rest = (base?.manifests ?? []).filter { $0.digest != digest }
        try setFallback(of: subject, to: rest, like: base)
    }
}

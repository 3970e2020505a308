public import Encodings
public import OCI

/// What goes when images or signatures are removed from a layout: found without writing, so that it
/// can be shown first.
///
/// An image takes everything that speaks of it along, unless another entry still leads to it. Of
/// their blobs those go that nothing else in the layout needs.
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
    /// Those of them whose content stays, because something else in the layout leads to it.
    public let kept: [Digest]
    /// Referrers that go, with an image or by themselves, in the order of the walk.
    public let referrers: [Descriptor]
    /// Blobs that nothing needs any more, manifests of referrers first.
    public let blobs: [StoredBlob]
    /// Why no blob goes although nothing seems to need it: the parts of this cannot be known.
    public let uncertainty: Descriptor?
    private let addition: ReferrerAddition

    /// Finds what goes from `content`.
    ///
    /// - Throws: `.noSuchReference` for what no entry names, `.ambiguousReference` for a name of
    ///   several entries, `.onlyPart` and `.listOfReferrers` for what does not go by itself,
    ///   `.unknownParts` for a referrer of a subject one of whose lists cannot be read.
    public init(of targets: [Target], from content: some LayoutContent) throws(LayoutError) {
        let graph = try LayoutGraph(content)
        var change = Change(graph)
        for target in targets { try change.unlist(target, content) }
        try change.unlistOrphans(content)
        addition = change.addition
        let after = try LayoutGraph(RelistedLayout(content, as: addition))
        uncertainty = LayoutUse(after).uncertainty
        let needed = try after.needed(
            with: graph.unlistedReferrers(in: content).filter {
                !change.referrers.contains($0.descriptor.digest)
            }, in: content)
        let images = change.entries.filter { !graph.servesOthers($0) }
        entries = images
        kept = images.map(\.digest).filter(needed.contains)
        referrers =
            graph.nodes.map(\.descriptor).filter { change.referrers.contains($0.digest) }
            .eachOnce
        // Only what was asked for goes, and of that only what nobody needs.
        let parts = (images + referrers).flatMap(graph.closure(of:)).map(\.digest)
        let lists = change.entries.filter { graph.servesOthers($0) }.map(\.digest)
        let gone = Set(parts + lists).subtracting(needed)
        guard uncertainty == nil else {
            blobs = []
            return
        }
        let first = change.referrers
        let leaving = try content.blobs().filter { gone.contains($0.digest) }
        // A kill in the middle must not leave a referrer that looks as if it could be adopted.
        blobs =
            leaving.filter { first.contains($0.digest) }
            + leaving.filter { !first.contains($0.digest) }
    }

    /// Makes the removal: lists first, then blobs, so that a kill leaves at most orphans.
    ///
    /// - Parameter writer: holds the layout that the removal was found for, under its lock.
    /// - Throws: `.readOnly` or `.file` with everything as it was; `.notFreed` when the lists are
    ///   changed and blobs stayed.
    public func apply(by writer: LayoutWriter) throws(LayoutError) {
        try writer.replaceIndex(adding: addition)
        try writer.remove(blobs.map(\.digest))
    }

    /// The lists while targets are taken out of them.
    private struct Change {
        let graph: LayoutGraph
        var addition: ReferrerAddition
        /// The referrers that go.
        var referrers: Set<Digest> = []

        init(_ graph: LayoutGraph) {
            self.graph = graph
            addition = ReferrerAddition(changing: graph.index)
        }

        /// The entries that went.
        var entries: [Descriptor] {
            graph.index.entries.filter { entry in
                !addition.index.entries(of: entry.digest).contains(entry)
            }
        }

        mutating func unlist(_ target: Target, _ content: some LayoutContent) throws(LayoutError) {
            switch target {
            case .name(let name): try unlist(name)
            case .digest(let digest): try unlist(digest)
            case .referrers(let selector, let artifactType):
                let image = try content.resolve(selector)
                for referrer in graph.referrers(of: image)
                where referrer.document.artifactType == artifactType {
                    try unlist(referrer.descriptor.digest)
                }
            }
        }

        private mutating func unlist(_ name: ReferenceName) throws(LayoutError) {
            let text = name.description
            guard name.fallbackTarget == nil else { throw .listOfReferrers(text) }
            let found = graph.index.entries(named: text)
            guard let first = found.first else { throw .noSuchReference(text) }
            guard found.allSatisfy({ $0.names(sameContentAs: first) }) else {
                throw .ambiguousReference(text, found.map(\.digest))
            }
            addition.removeEntries { $0.referenceName?.utf8.elementsEqual(text.utf8) ?? false }
        }

        private mutating func unlist(_ digest: Digest) throws(LayoutError) {
            let entries = graph.index.entries(of: digest)
            for entry in entries where graph.servesOthers(entry) {
                if let name = entry.referenceName { throw .listOfReferrers(name) }
            }
            let subjects = graph.subjects(of: digest)
            let listing = subjects.filter { subject in
                graph.fallbackLists(of: subject).manifests.contains { $0.digest == digest }
            }
            guard !listing.isEmpty || !entries.isEmpty else {
                let isPart = graph.nodes.contains { $0.descriptor.digest == digest }
                throw isPart ? .onlyPart(digest) : .noSuchReference(digest.description)
            }
            if !subjects.isEmpty { referrers.insert(digest) }
            addition.removeEntries { $0.digest == digest }
            for subject in subjects { try drop(digest, fromListsOf: subject) }
        }

        private mutating func drop(_ digest: Digest, fromListsOf subject: Digest)
            throws(LayoutError)
        {
            let graph = graph
            let lists = try addition.lists(of: subject) { entry throws(LayoutError) in
                graph.node(entry)?.document
            }
            // It may name the referrer, and what else it names would be lost.
            if let unread = lists.unread.first { throw .unknownParts(unread.digest) }
            guard !lists.isTaken, lists.manifests.contains(where: { $0.digest == digest }) else {
                return
            }
            try addition.setFallback(
                of: subject, to: lists.manifests.filter { $0.digest != digest }, like: lists.base)
        }

        /// Unlists what spoke of the images that go, and what spoke of that.
        mutating func unlistOrphans(_ content: some LayoutContent) throws(LayoutError) {
            // What was orphaned before was not asked for.
            let before = LayoutUse(graph)
            let after = LayoutUse(try LayoutGraph(RelistedLayout(content, as: addition)))
            let orphans = Set(after.orphans.map(\.referrer.digest)).subtracting(
                before.orphans.map(\.referrer.digest))
            let fallbacks = Set(after.orphanedFallbacks.map(\.digest)).subtracting(
                before.orphanedFallbacks.map(\.digest))
            referrers.formUnion(orphans)
            addition.removeEntries { [graph] entry in
                graph.servesOthers(entry)
                    && (orphans.contains(entry.digest) || fallbacks.contains(entry.digest))
            }
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

public import Encodings
public import OCI

/// The outcome of hashing everything that a layout's entries lead to.
public struct LayoutCheck: Sendable {
    /// What makes a layout less than it says.
    public enum Problem: Sendable, Equatable {
        /// The content is missing or is another.
        case blob(Descriptor, BlobFault)
        /// The manifest or index has the right digest, and is malformed, too large or too deep.
        case document(Descriptor, LayoutError)
    }

    /// What is worth knowing and harms nobody.
    public enum Note: Sendable, Equatable {
        /// Nothing leads to the blob.
        case orphan(StoredBlob)
        /// The file or folder belongs to no layout: left by a process that died, or foreign.
        case stray(String)
        /// The manifest speaks of what is no image of this layout: the image was removed, replaced
        /// or has never been here.
        case orphanedReferrer(LayoutUse.Orphan)
        /// The fallback index is of what is no image of this layout.
        case orphanedFallback(Descriptor)
        /// No entry of `index.json` lists the referrer itself, only an index below one does.
        case notAnEntry(referrer: Descriptor, subject: Digest)
        /// Tools that read fallback indexes only, such as regctl, do not see the referrer.
        case notInFallback(referrer: Descriptor, subject: Digest)
        /// No index lists the referrer, so no tool sees it.
        case unlistedReferrer(referrer: Descriptor, subject: Digest)
        /// The fallback index of the image lists what is no referrer of it.
        case strangerInFallback(Descriptor, subject: Digest)
        /// The subject has more than one fallback index: a tool reads one of them.
        case severalFallbacks(subject: Digest, count: Int)
        /// What the manifest speaks of is not what is here: another size or type, or damaged, or
        /// without parts of its own. No entry promises it, so it is no problem of the layout.
        case unusableSubject(referrer: Digest, subject: Descriptor)
        /// The entry stands in `index.json` more than once.
        case duplicateEntry(Descriptor)
        /// Several entries have one name and name different content.
        case ambiguousName(String, [Digest])
        /// The layer is of a type that may not be passed on freely, and is not here.
        case absentForeignLayer(Descriptor)
    }

    /// What is wrong, in the order of the entries.
    public private(set) var problems: [Problem] = []
    /// What else was seen.
    public private(set) var notes: [Note] = []
    /// Blobs that were hashed.
    public private(set) var blobCount = 0
    /// Their bytes.
    public private(set) var byteCount: Int64 = 0

    /// Whether all that is listed is there and is what it should be.
    public var isWhole: Bool { problems.isEmpty }

    /// Hashes all that `content` lists.
    ///
    /// - Parameters:
    ///   - content: the layout.
    ///   - progress: called with the bytes hashed so far, after each blob.
    /// - Throws: what kept the check from being made, never what it found.
    public init(_ content: some LayoutContent, progress: (Int64) -> Void = { _ in })
        throws(LayoutError)
    {
        let graph = try LayoutGraph(content)
        for node in graph.nodes {
            try look(at: node, in: content)
            progress(byteCount)
        }
        try doctor(graph, in: content)
        for name in try content.strays() where !content.isInUse(name) { notes.append(.stray(name)) }
    }

    /// Looks for what is listed in ways that not every tool finds, and for what is left over.
    private mutating func doctor(_ graph: LayoutGraph, in content: some LayoutContent)
        throws(LayoutError)
    {
        let use = LayoutUse(graph)
        notes += graph.duplicateEntries.map(Note.duplicateEntry)
        notes += graph.ambiguousNames.map { .ambiguousName($0.name, $0.digests) }
        notes += use.orphans.map(Note.orphanedReferrer)
        notes += use.orphanedFallbacks.map(Note.orphanedFallback)
        for subject in graph.subjects where use.contains(subject.digest) {
            notes += graph.referrers(of: subject).filter(\.isNoEntry).map {
                .notAnEntry(referrer: $0.descriptor, subject: subject.digest)
            }
            let lists = graph.fallbackLists(of: subject.digest)
            if lists.entries.count > 1 {
                notes.append(
                    .severalFallbacks(subject: subject.digest, count: lists.entries.count))
            }
            let fallback = FallbackListing(of: subject, graph)
            notes += fallback.absent.map {
                .notInFallback(referrer: $0, subject: subject.digest)
            }
            notes += fallback.strangers.map { .strangerInFallback($0, subject: subject.digest) }
        }
        for node in graph.nodes {
            guard let subject = node.document?.subject, let target = graph.node(subject),
                target.isSubjectOnly, let problem = target.problem
            else { continue }
            if case .damaged(_, .missing) = problem { continue }
            notes.append(.unusableSubject(referrer: node.descriptor.digest, subject: subject))
        }
        let unlisted = try graph.unlistedReferrers(in: content)
        for referrer in unlisted {
            guard let subject = referrer.document.subject else { continue }
            notes.append(
                .unlistedReferrer(referrer: referrer.descriptor, subject: subject.digest))
        }
        let known = try graph.needed(with: unlisted, in: content)
        for blob in try content.blobs() where !known.contains(blob.digest) {
            notes.append(.orphan(blob))
        }
    }

    private mutating func look(at node: LayoutGraph.Node, in content: some LayoutContent)
        throws(LayoutError)
    {
        switch node.problem {
        // Registries accept a signature before its image, and nobody promised what it speaks of.
        case _? where node.isSubjectOnly: return
        case .damaged(_, let fault)?: problems.append(.blob(node.descriptor, fault))
        case let problem?: problems.append(.document(node.descriptor, problem))
        case nil:
            // A document has just been read, and so hashed.
            let isRead = node.document != nil
            if !isRead, let fault = try content.check(node.descriptor) {
                guard !node.isSubjectOnly else { return }
                guard !(node.descriptor.isForeignLayer && fault == .missing) else {
                    notes.append(.absentForeignLayer(node.descriptor))
                    return
                }
                problems.append(.blob(node.descriptor, fault))
                return
            }
            blobCount += 1
            byteCount += node.descriptor.size
        }
    }
}

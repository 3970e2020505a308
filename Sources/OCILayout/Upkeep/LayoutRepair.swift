public import Encodings
public import OCI

/// What `index.json` and the fallback indexes have to become so that every tool sees every referrer.
///
/// Only lists are rewritten. No blob is touched, no listed content is dropped, and what the images
/// are stays as it is.
public struct LayoutRepair: Sendable {
    /// One thing that is put right.
    public enum Change: Sendable, Equatable {
        /// The referrer gets an untagged entry in `index.json`.
        case listed(referrer: Descriptor, subject: Digest)
        /// The referrer gets its place in the fallback index.
        case addedToFallback(referrer: Descriptor, subject: Digest)
        /// The fallback index named something of which nothing is here.
        case droppedFromFallback(Descriptor, subject: Digest)
        /// Several fallback indexes of one subject became one.
        case mergedFallbacks(subject: Digest)
        /// The entry stood there twice.
        case droppedDuplicate(Descriptor)
    }

    /// What is put right, in the order in which it was found; empty where all was in order.
    public private(set) var changes: [Change] = []
    private var addition: ReferrerAddition

    /// Finds what there is to put right in `content`.
    ///
    /// - Parameters:
    ///   - content: the layout.
    ///   - adopting: whether referrers that no index lists are listed too. A run that was killed may
    ///     have left them before they were recorded.
    /// - Throws: what kept the layout from being walked.
    public init(of content: some LayoutContent, adopting: Bool) throws(LayoutError) {
        let graph = try LayoutGraph(content)
        addition = ReferrerAddition(changing: graph.index)
        dropDuplicates(of: graph)
        let use = LayoutUse(graph)
        var subjects = graph.subjects.filter { use.contains($0.digest) }
        var adopted: [Digest: [Descriptor]] = [:]
        if adopting {
            for (subject, referrer) in Self.adoptable(
                try Self.unlisted(graph, content), use)
            {
                if !subjects.contains(where: { $0.digest == subject.digest }) {
                    subjects.append(subject)
                }
                adopted[subject.digest, default: []].append(referrer)
            }
        }
        for subject in subjects {
            let new = adopted[subject.digest] ?? []
            listEntries(graph.referrers(of: subject), new, of: subject.digest)
            try mendFallback(of: subject, graph, new)
        }
    }

    /// Makes the repair.
    ///
    /// - Parameter writer: holds the layout that the repair was found for, under its lock.
    /// - Throws: `.readOnly` or `.file`; `index.json` is as it was.
    public func apply(by writer: LayoutWriter) throws(LayoutError) {
        try writer.replaceIndex(adding: addition)
    }

    private mutating func dropDuplicates(of graph: LayoutGraph) {
        let duplicates = graph.duplicateEntries
        guard !duplicates.isEmpty else { return }
        changes += duplicates.map(Change.droppedDuplicate)
        var kept: [Digest: [Descriptor]] = [:]
        addition.removeEntries { entry in
            if kept[entry.digest]?.contains(entry) ?? false { return true }
            kept[entry.digest, default: []].append(entry)
            return false
        }
    }

    /// Unlisted referrers of which all is there: a list must not promise what is missing.
    private static func unlisted(_ graph: LayoutGraph, _ content: some LayoutContent)
        throws(LayoutError) -> [Referrer]
    {
        var whole: [Referrer] = []
        for referrer in try graph.unlistedReferrers(in: content) {
            let parts = try LayoutGraph(content, from: [referrer.descriptor])
            var isWhole = true
            for part in parts.nodes where !part.isSubjectOnly {
                let fault = try part.document == nil ? content.check(part.descriptor) : nil
                isWhole = isWhole && part.problem == nil && fault == nil
            }
            if isWhole { whole.append(referrer) }
        }
        return whole
    }

    /// Unlisted referrers of what is in use, and of each other, each with its subject.
    private static func adoptable(_ unlisted: [Referrer], _ use: LayoutUse)
        -> [(subject: Descriptor, referrer: Descriptor)]
    {
        var known: Set<Digest> = []
        var waiting = unlisted
        var found: [(subject: Descriptor, referrer: Descriptor)] = []
        while true {
            var rest: [Referrer] = []
            for one in waiting {
                guard let subject = one.document.subject,
                    use.contains(subject.digest) || known.contains(subject.digest)
                else {
                    rest.append(one)
                    continue
                }
                known.insert(one.descriptor.digest)
                found.append((subject, one.descriptor))
            }
            if rest.count == waiting.count { return found }
            waiting = rest
        }
    }

    private mutating func listEntries(
        _ referrers: [Referrer], _ adopted: [Descriptor], of subject: Digest
    ) {
        for var entry in referrers.filter(\.isNoEntry).map(\.descriptor) + adopted {
            entry.referenceName = nil
            _ = addition.add(entry, replace: false)
            changes.append(.listed(referrer: entry, subject: subject))
        }
    }

    private mutating func mendFallback(
        of subject: Descriptor, _ graph: LayoutGraph, _ adopted: [Descriptor]
    ) throws(LayoutError) {
        let digest = subject.digest
        let lists = graph.fallbackLists(of: digest)
        guard !lists.isTaken else { return }
        // Writing another list in the place of one that cannot be read would hide that something is
        // lost, unless what it named has just been found again.
        guard lists.unread.isEmpty || !adopted.isEmpty else { return }
        let found = FallbackListing(of: subject, graph)
        let new = found.absent + adopted
        if lists.entries.count > 1 { changes.append(.mergedFallbacks(subject: digest)) }
        changes += found.missing.map { .droppedFromFallback($0, subject: digest) }
        changes += new.map { .addedToFallback(referrer: $0, subject: digest) }
        guard lists.entries.count > 1 || !found.missing.isEmpty || !new.isEmpty else { return }
        let missing = Set(found.missing.map(\.digest))
        let listed = lists.adding(new).filter { !missing.contains($0.digest) }
        try addition.setFallback(of: digest, to: listed, like: lists.base)
    }
}

import Encodings
public import OCI

/// What the entries of a layout lead to: every manifest and index read once, every blob named once.
///
/// What is missing, damaged or malformed is part of the picture and no error (rule L8): one bad
/// neighbour must not keep a sound image from being found.
public struct LayoutGraph: Sendable {
    /// One piece of content.
    public struct Node: Sendable {
        /// What first led to it.
        public let descriptor: Descriptor
        /// The manifest or index that it is; nil for other content and for what cannot be read.
        public let document: Document?
        /// Why the manifest or index cannot be read.
        public let problem: LayoutError?
        /// What the manifest or index says it is about, where it breaks a rule and cannot be read.
        let claimedSubject: Digest?
        /// Whether only subjects of other manifests lead to it, so that nothing here promises its
        /// presence.
        public let isSubjectOnly: Bool
    }

    /// What tells one descriptor's content from another's. Descriptors that name the same digest
    /// with another type or size are looked at separately: one of them lies.
    private struct Content: Hashable {
        // By bytes: as text, two spellings of one accented letter would be one type.
        let mediaType: [UInt8]
        let digest: Digest
        let size: Int64

        init(_ descriptor: Descriptor) {
            mediaType = Array(descriptor.mediaType.utf8)
            digest = descriptor.digest
            size = descriptor.size
        }
    }

    /// Everything, each once, parents before their parts, in the order of the entries.
    public private(set) var nodes: [Node] = []
    /// `index.json` of the layout that was walked.
    let index: LayoutIndex
    private var referrersBySubject: [Digest: [Int]] = [:]
    private var malformedBySubject: [Digest: [Int]] = [:]
    /// Entries with a subject as annotation, by its text.
    private var annotatedEntries: [String: [Descriptor]] = [:]
    private var places: [Content: Int] = [:]

    /// Walks from every entry of `content`, or from `starts` only.
    ///
    /// - Parameters:
    ///   - content: the layout.
    ///   - starts: where to begin; every entry when left out.
    /// - Throws: `.tooManyManifests`, and errors that are not the content's own, such as of a disk.
    public init(_ content: some LayoutContent, from starts: [Descriptor]? = nil)
        throws(LayoutError)
    {
        index = content.index
        for entry in index.entries {
            guard let subject = entry[annotation: Annotation.referrerSubject] else { continue }
            annotatedEntries[subject, default: []].append(entry)
        }
        try walk(content, starts ?? index.entries, areSubjects: false)
        // A subject that nobody lists may be there all the same, and have a subject itself.
        var begun = 0
        while begun < nodes.count {
            let subjects = nodes[begun...].compactMap { $0.document?.subject }
            begun = nodes.count
            try walk(content, subjects, areSubjects: true)
        }
        for (place, node) in nodes.enumerated() {
            if let subject = node.claimedSubject {
                malformedBySubject[subject, default: []].append(place)
            }
            guard let subject = node.document?.subject else { continue }
            referrersBySubject[subject.digest, default: []].append(place)
        }
    }

    private mutating func walk(
        _ content: some LayoutContent, _ starts: [Descriptor], areSubjects: Bool
    ) throws(LayoutError) {
        var level = starts
        var depth = 0
        // Each level is one deeper than its parents, and the nesting limit ends the descent.
        while !level.isEmpty {
            var next: [Descriptor] = []
            for descriptor in level {
                let key = Content(descriptor)
                guard places[key] == nil else { continue }
                guard nodes.count < Limits.manifestCountMax else { throw .tooManyManifests }
                places[key] = nodes.count
                let node = try Self.visit(
                    content, descriptor, depth: depth, isSubject: areSubjects)
                nodes.append(node)
                next += node.document?.parts ?? []
            }
            level = next
            depth += 1
        }
    }

    private static func visit(
        _ content: some LayoutContent, _ descriptor: Descriptor, depth: Int, isSubject: Bool
    ) throws(LayoutError) -> Node {
        func node(
            _ document: Document?, _ problem: LayoutError?, claimedSubject: Digest? = nil
        ) -> Node {
            Node(
                descriptor: descriptor, document: document, problem: problem,
                claimedSubject: claimedSubject, isSubjectOnly: isSubject)
        }
        guard Document.isDocument(descriptor.mediaType) else { return node(nil, nil) }
        guard depth <= Limits.indexNestingMax || !MediaType.isIndex(descriptor.mediaType) else {
            return node(nil, .nestedTooDeep(descriptor.digest))
        }
        do throws(LayoutError) { return node(try content.document(descriptor), nil) } catch {
            switch error {
            case .document:
                let bytes = try? content.read(descriptor, limit: Limits.manifestSizeMax)
                return node(
                    nil, error, claimedSubject: bytes.flatMap(Document.claimedSubject(in:)))
            case .damaged, .tooLarge, .notHeld: return node(nil, error)
            default: throw error
            }
        }
    }

    // MARK: Questions

    /// The entries of that layout.
    public var entries: [Descriptor] { index.entries }

    /// The entries that say by annotation that `digest` is their subject.
    func entries(annotatedWith digest: Digest) -> [Descriptor] {
        annotatedEntries[digest.description] ?? []
    }

    /// The entries with the fallback index of `digest`.
    func fallbackEntries(of digest: Digest) -> [Descriptor] {
        index.entries(named: ReferenceName(fallbackFor: digest).description)
    }

    /// The manifests that name `digest` as their subject, whatever type and size they give it.
    func manifests(speakingOf digest: Digest) -> [Descriptor] {
        (referrersBySubject[digest] ?? []).map { nodes[$0].descriptor }
    }

    /// Manifests and indexes that break a rule and say that `digest` is what they are about.
    func malformedManifests(speakingOf digest: Digest) -> [Descriptor] {
        (malformedBySubject[digest] ?? []).map { nodes[$0].descriptor }
    }

    /// What `descriptor` names, if the walk came upon it.
    public func node(_ descriptor: Descriptor) -> Node? {
        places[Content(descriptor)].map { nodes[$0] }
    }

    /// Everything that `descriptor` needs to be whole, itself first: an index's manifests, their
    /// configurations and layers, each once. Subjects and referrers are not part of it.
    public func closure(of descriptor: Descriptor) -> [Descriptor] {
        var seen: Set<Content> = [Content(descriptor)]
        var found = [descriptor]
        var position = 0
        while position < found.count {
            for part in node(found[position])?.document?.parts ?? []
            where seen.insert(Content(part)).inserted {
                found.append(part)
            }
            position += 1
        }
        return found
    }

    /// Whether a walk from `descriptor` alone would find nothing else in what it needs.
    public func hasWhole(_ descriptor: Descriptor) -> Bool {
        var seen: Set<Content> = [Content(descriptor)]
        var level = [descriptor]
        var depth = 0
        while !level.isEmpty {
            var next: [Descriptor] = []
            for part in level where Document.isDocument(part.mediaType) {
                guard let node = node(part),
                    depth <= Limits.indexNestingMax || !MediaType.isIndex(part.mediaType)
                else { return false }
                if case .nestedTooDeep? = node.problem { return false }
                next += (node.document?.parts ?? []).filter { seen.insert(Content($0)).inserted }
            }
            level = next
            depth += 1
        }
        return true
    }

    /// The manifests whose subject is what `target` names, by type, digest and size (rule M8), in
    /// the order in which the layout lists them.
    ///
    /// Found by any of the conventions (rules L4 and L9): an untagged entry, an entry with the subject
    /// as annotation, the fallback index, or any other index.
    public func referrers(of target: Descriptor) -> [Referrer] {
        let speaking = referrersBySubject[target.digest] ?? []
        guard !speaking.isEmpty else { return [] }
        let lists = fallbackLists(of: target.digest)
        let fallback = Dictionary(grouping: lists.manifests, by: \.digest)
        return speaking.compactMap { place in
            let node = nodes[place]
            guard let document = node.document, let subject = document.subject,
                subject.names(sameContentAs: target)
            else { return nil }
            var listings = entryListings(of: node.descriptor)
            if fallback[node.descriptor.digest]?
                .contains(where: { $0.names(sameContentAs: node.descriptor) }) ?? false
            {
                listings.insert(.fallbackIndex)
            }
            return Referrer(
                descriptor: node.descriptor, document: document,
                listings: listings.isEmpty ? [.nestedIndex] : listings)
        }
    }

    private func entryListings(of descriptor: Descriptor) -> Set<Referrer.Listing> {
        var found: Set<Referrer.Listing> = []
        for entry in index.entries(of: descriptor.digest)
        where entry.names(sameContentAs: descriptor) {
            if entry[annotation: Annotation.referrerSubject] != nil {
                found.insert(.annotatedEntry)
            } else {
                found.insert(entry.referenceName == nil ? .untaggedEntry : .taggedEntry)
            }
        }
        return found
    }

    /// Manifests and indexes with a subject that no index lists: cosign leaves referrers among the
    /// blobs and nothing else, notation where another run overwrote its entry, and so does a run
    /// that was killed. Reads every small blob that the walk has not met.
    public func unlistedReferrers(in content: some LayoutContent) throws(LayoutError)
        -> [Referrer]
    {
        let known = Set(nodes.map(\.descriptor.digest))
        var found: [Referrer] = []
        for blob in try content.blobs()
        where blob.size <= Limits.manifestSizeMax && !known.contains(blob.digest) {
            for mediaType in [
                MediaType.imageManifest, MediaType.imageIndex, MediaType.artifactManifest,
            ] {
                let plain = Descriptor(
                    mediaType: mediaType, digest: blob.digest, size: blob.size)
                let node = try Self.visit(content, plain, depth: 0, isSubject: false)
                guard let document = node.document, document.subject != nil else { continue }
                let descriptor = Descriptor(
                    mediaType: mediaType, digest: blob.digest, size: blob.size,
                    artifactType: document.artifactType)
                found.append(
                    Referrer(
                        descriptor: descriptor, document: document, listings: [.unlisted]))
                break
            }
        }
        return found
    }

    /// Everything that must stay: what was walked, and all that referrers need which no index
    /// lists.
    func needed(with unlisted: [Referrer], in content: some LayoutContent) throws(LayoutError)
        -> Set<Digest>
    {
        let beside = try LayoutGraph(content, from: unlisted.map(\.descriptor))
        return Set((nodes + beside.nodes).map(\.descriptor.digest))
    }
}

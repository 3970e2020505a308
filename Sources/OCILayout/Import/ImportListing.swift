import Encodings
public import OCI

/// What `index.json` would be by now, while several sources are rehearsed one after the other.
public struct ImportRehearsal: Sendable {
    /// The index after the sources so far.
    public internal(set) var index: LayoutIndex
    /// Lists of referrers that are nowhere but here, by digest.
    var lists: [Digest: ImageIndex] = [:]

    /// Nothing has been rehearsed yet; `index` is the layout's own.
    public init(from index: LayoutIndex) {
        self.index = index
    }
}

/// What of a source was chosen, all of it there and right.
struct Arrival {
    let form: ImportReport.Form
    let entries: [ChosenEntry]
    let graph: LayoutGraph
    let absentForeignLayers: Set<Digest>
    let absentSubjects: Set<Digest>
    /// What speaks of it and is listed nowhere.
    let unlistedReferrers: [Digest]
}

/// Brings the entries of an arrival among those of a layout. Nothing is written here.
struct ImportListing {
    /// One entry as it is listed now.
    struct Listed {
        /// The entry, and where it was taken from.
        let chosen: ChosenEntry
        /// Everything that it needs, itself first.
        let closure: [Descriptor]
        /// Whether the layout listed it already.
        let wasListed: Bool
        /// What its name stood for.
        var replaced: [Digest] = []
    }

    /// The change so far.
    private(set) var addition: ReferrerAddition
    /// The lists of referrers that came, by digest.
    private(set) var lists: [Digest: ImageIndex]
    private let layout: Layout?
    private let replace: Bool

    /// Nothing was added yet to what `rehearsal` says; `layout` is what is there, if anything is.
    init(_ rehearsal: ImportRehearsal, in layout: Layout?, replace: Bool) {
        addition = ReferrerAddition(changing: rehearsal.index)
        lists = rehearsal.lists
        self.layout = layout
        self.replace = replace
    }

    /// Lists what arrived, in its order.
    ///
    /// - Throws: `.importRefused` for a name, `.destination` where a list of referrers that is there
    ///   cannot be read.
    mutating func add(_ arrival: Arrival) throws(LayoutError) -> [Listed] {
        try Self.refuseSecondMeanings(arrival.entries.map(\.entry))
        let lists = Dictionary(
            grouping: arrival.entries.map(\.entry), by: \.subjectOfList)
        var merged: Set<Digest> = []
        var listed: [Listed] = []
        for chosen in arrival.entries {
            guard let subject = chosen.entry.subjectOfList else {
                listed.append(try add(chosen, arrival.graph))
                continue
            }
            guard merged.insert(subject).inserted else { continue }
            listed += try merge(lists[subject] ?? [], of: subject, arrival)
        }
        return listed
    }

    // MARK: Images

    /// Leave to take a name from other content is no leave to lose one of two new images.
    private static func refuseSecondMeanings(_ entries: [Descriptor]) throws(LayoutError) {
        var meanings: [[UInt8]: Descriptor] = [:]
        for entry in entries where entry.subjectOfList == nil {
            guard let name = entry.referenceName else { continue }
            let present = meanings.updateValue(entry, forKey: Array(name.utf8))
            guard let present, !present.names(sameContentAs: entry) else { continue }
            throw .importRefused(
                .nameGivenTwice(
                    NameConflict(name: name, present: present.digest, new: entry.digest)))
        }
    }

    private mutating func add(_ chosen: ChosenEntry, _ graph: LayoutGraph) throws(LayoutError)
        -> Listed
    {
        let entry = chosen.entry
        let wasListed = addition.index.entries(of: entry.digest).contains {
            $0.isNamed(like: entry)
        }
        let rivals = entry.referenceName.map { addition.index.entries(named: $0) } ?? []
        if let conflict = addition.add(entry, replace: replace) {
            throw .importRefused(.nameTaken(conflict))
        }
        let replaced = rivals.filter { !$0.names(sameContentAs: entry) }.map(\.digest)
        return Listed(
            chosen: chosen, closure: graph.closure(of: entry), wasListed: wasListed,
            replaced: replaced)
    }

    // MARK: Lists of referrers

    /// Makes one list of those that are there and those that came, wherever they are from: each
    /// counts, or the signatures of one would be led to by nothing.
    private mutating func merge(_ new: [Descriptor], of subject: Digest, _ arrival: Arrival)
        throws(LayoutError) -> [Listed]
    {
        guard let first = new.first, let name = first.referenceName else { return [] }
        let rivals = addition.index.entries(named: name)
        let arrived = new.compactMap { arrival.list($0) }
        if (rivals + new).allSatisfy({ $0.names(sameContentAs: first) }) {
            // Nobody else has the name, and the list stays as it is, byte for byte.
            _ = addition.add(first, replace: false)
            lists[first.digest] = arrived.first
            return [
                Listed(
                    chosen: ChosenEntry(entry: first), closure: arrival.graph.closure(of: first),
                    wasListed: !rivals.isEmpty)
            ]
        }
        var present: [ImageIndex] = []
        for rival in rivals {
            guard let list = try list(rival) else { return try addUntagged(arrived, arrival) }
            present.append(list)
        }
        let all = (present + arrived).flatMap(\.manifests).withoutRepetition
        guard let base = (present + arrived).first, !all.isEmpty else { return [] }
        try addition.setFallback(of: subject, to: all, like: base)
        guard let entry = addition.index.entries(named: name).first else { return [] }
        lists[entry.digest] = base.listing(all)
        let parts = arrived.flatMap(\.manifests).flatMap { arrival.graph.closure(of: $0) }
        return [
            Listed(
                chosen: ChosenEntry(entry: entry), closure: [entry] + parts.withoutRepetition,
                wasListed: rivals.count == 1 && rivals[0].names(sameContentAs: entry))
        ]
    }

    /// The list that `entry` is; nil for somebody's image under such a name, which is not ours to
    /// change.
    private func list(_ entry: Descriptor) throws(LayoutError) -> ImageIndex? {
        if let known = lists[entry.digest] { return known }
        guard let layout, MediaType.isIndex(entry.mediaType) else { return nil }
        let document = try LayoutError.destination(layout.path) { () throws(LayoutError) in
            try layout.document(entry)
        }
        guard case .index(let list) = document else { return nil }
        return list
    }

    /// Lists by entries without names what no list can hold, unless the arrival does so itself.
    private mutating func addUntagged(_ arrived: [ImageIndex], _ arrival: Arrival)
        throws(LayoutError) -> [Listed]
    {
        let own = Set(arrival.entries.map(\.entry).filter { $0.referenceName == nil }.map(\.digest))
        var listed: [Listed] = []
        for manifest in arrived.flatMap(\.manifests).withoutRepetition
        where !own.contains(manifest.digest) {
            var entry = manifest
            entry.referenceName = nil
            listed.append(try add(ChosenEntry(entry: entry), arrival.graph))
        }
        return listed
    }

    // MARK: Names that were taken

    /// Which of `digests`, whose names stand for others now, nothing leads to any more.
    func lost(_ digests: [Digest], _ arrival: Arrival) throws(LayoutError) -> Set<Digest> {
        let unlisted = digests.filter { addition.index.entries(of: $0).isEmpty }
        guard let layout, !unlisted.isEmpty else { return Set(unlisted) }
        let graph = try LayoutGraph(layout, from: addition.index.entries)
        let kept = (graph.nodes + arrival.graph.nodes).filter { !$0.isSubjectOnly }
        return Set(unlisted).subtracting(kept.map(\.descriptor.digest))
    }
}

extension Arrival {
    /// The list of referrers that `entry` names.
    fileprivate func list(_ entry: Descriptor) -> ImageIndex? {
        guard case .index(let list)? = graph.node(entry)?.document else { return nil }
        return list
    }
}

extension Descriptor {
    /// What the entry lists the referrers of; nil for an entry that is no such list.
    fileprivate var subjectOfList: Digest? {
        guard MediaType.isIndex(mediaType) else { return nil }
        return referenceName.flatMap { ReferenceName($0) }?.fallbackTarget
    }
}

extension [Descriptor] {
    /// The same, of each content the first only.
    fileprivate var withoutRepetition: [Descriptor] {
        // By digest, since a layout may list a hundred thousand.
        var known: [Digest: [Descriptor]] = [:]
        return filter { descriptor in
            let others = known[descriptor.digest] ?? []
            guard !others.contains(where: { $0.names(sameContentAs: descriptor) }) else {
                return false
            }
            known[descriptor.digest] = others + [descriptor]
            return true
        }
    }
}

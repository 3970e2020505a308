public import Archive
import Encodings
public import Files
import OCI

/// Where images come from.
public enum ImportSource: Sendable {
    /// A layout folder.
    case folder(Layout)
    /// An oci-archive or a docker-archive: a file or a pipe, plain or compressed.
    case archive(ReadableFile)

    /// Opens what is at `path`; `-` is standard input.
    public init(at path: String, in files: FileSystem = .real) throws(LayoutError) {
        if path != "-", files.kind(at: path) == .folder {
            self = .folder(try Layout(at: path, in: files))
            return
        }
        self = .archive(
            try LayoutError.files { () throws(FileError) in
                try path == "-" ? files.stream(descriptor: 0, name: "-") : files.file(at: path)
            })
    }
}

/// What an import came to.
public enum ImportOutcome: Sendable {
    /// Everything that the source lists is in the layout.
    case imported(ImportReport)
    /// Nothing was changed.
    case refused(ImportRefusal)
}

/// Brings images into a layout: every byte leaves the source once and is hashed on its way.
///
/// All of the source or nothing: until the last step, which replaces `index.json`, nobody sees
/// anything of it.
public struct LayoutImport {
    private let options: Options
    private let staging: Staging?

    /// What an operator may decide.
    public struct Options: Sendable {
        /// What is taken, and what it is called.
        public var selection = ImportSelection()
        /// Whether names may be taken from other content.
        public var replace = false
        /// How long to wait for other writers.
        public var patience: LockPatience = .standard
        /// How much of an archive is taken.
        public var limits = ArchiveLimits()

        /// The defaults as they stand here.
        public init() {}
    }

    /// Imports `source` into `layout`.
    ///
    /// - Parameters:
    ///   - source: what to import.
    ///   - layout: where to.
    ///   - options: what of it, names and limits.
    /// - Returns: what came, or why nothing did.
    /// - Throws: what kept the import from being decided; `index.json` is as it was then too.
    public static func run(
        _ source: ImportSource, into layout: Layout, options: Options = Options()
    ) throws(LayoutError) -> ImportOutcome {
        let staging = try LayoutError.destination(layout.path) { () throws(LayoutError) in
            try LayoutWriter(layout, patience: options.patience).stage()
        }
        return try run(source, into: layout, staging, options)
    }

    /// Imports `source` into the layout of `destination`, as above.
    public static func run(
        _ source: ImportSource, into destination: ImportDestination, options: Options = Options()
    ) throws(LayoutError) -> ImportOutcome {
        guard let staging = destination.staging else {
            return try run(source, into: destination.layout, options: options)
        }
        return try run(source, into: destination.layout, staging, options)
    }

    private static func run(
        _ source: ImportSource, into layout: Layout, _ staging: Staging, _ options: Options
    ) throws(LayoutError) -> ImportOutcome {
        try outcome { () throws(LayoutError) in
            let work = LayoutImport(options: options, staging: staging)
            let arrival = try work.read(source)
            let writer = try LayoutError.destination(layout.path) { () throws(LayoutError) in
                try LayoutWriter(layout, patience: options.patience)
            }
            return try work.commit(arrival, staging, writer)
        }
    }

    /// Reads and judges `source` as `run` does, and says what would come. Nothing is written
    /// anywhere.
    ///
    /// - Parameters:
    ///   - source: what to read.
    ///   - layout: where it would go; nil for a new layout.
    ///   - rehearsal: what the layout would be by now, and then what it would be.
    ///   - options: as for `run`.
    /// - Returns: what would come, or why nothing would.
    /// - Throws: what kept the import from being decided.
    public static func rehearse(
        _ source: ImportSource, into layout: Layout?, after rehearsal: inout ImportRehearsal,
        options: Options = Options()
    ) throws(LayoutError) -> ImportOutcome {
        var listing = ImportListing(rehearsal, in: layout, replace: options.replace)
        let outcome = try outcome { () throws(LayoutError) in
            let work = LayoutImport(options: options, staging: nil)
            return try work.add(work.read(source), to: &listing)
        }
        if case .imported = outcome {
            rehearsal.index = listing.addition.index
            rehearsal.lists = listing.lists
        }
        return outcome
    }

    private static func outcome(_ work: () throws(LayoutError) -> ImportReport)
        throws(LayoutError) -> ImportOutcome
    {
        do throws(LayoutError) { return .imported(try work()) } catch {
            switch error {
            case .importRefused(let refusal): return .refused(refusal)
            case .damaged(let digest, let fault): return .refused(.damaged(digest, fault))
            case .archive(.duplicateName(let name)): return .refused(.duplicateMember(name))
            default: throw error
            }
        }
    }

    // MARK: Source

    private func read(_ source: ImportSource) throws(LayoutError) -> Arrival {
        let arrival: Arrival
        switch source {
        case .folder(let folder):
            if let staging {
                arrival = try judge(StagedLayout(folder, in: staging), .layout, beside: folder)
            } else {
                arrival = try judge(folder, .layout, beside: folder)
            }
        case .archive(let file):
            let content = try ArchivedLayout(
                ArchiveIntake(file, into: staging, limits: options.limits))
            arrival = try judge(content, content.form, beside: content)
        }
        guard !arrival.entries.isEmpty else { throw .importRefused(.empty) }
        for entry in arrival.entries.map(\.entry) {
            guard let text = entry.referenceName else { continue }
            // A name that is kept for lists of referrers would hide an image from everybody.
            guard let name = ReferenceName(text),
                name.fallbackTarget == nil || MediaType.isIndex(entry.mediaType)
            else { throw .importRefused(.malformedName(text)) }
        }
        return arrival
    }

    /// Chooses and refuses, where anything that was chosen is not there or not right. `source` has
    /// what nothing leads to besides.
    private func judge(
        _ content: some LayoutContent, _ form: ImportReport.Form,
        beside source: some LayoutContent
    ) throws(LayoutError) -> Arrival {
        let whole = try LayoutGraph(content)
        let entries = try options.selection.choose(from: content, whole)
        let isAll = entries.map(\.entry) == content.index.entries
        let graph = isAll ? whole : try LayoutGraph(content, from: entries.map(\.entry))
        switch try Wholeness(of: graph.nodes, in: graph, of: content) {
        case .whole(absentForeignLayers: let layers, absentSubjects: let subjects):
            return Arrival(
                form: form, entries: entries, graph: graph,
                absentForeignLayers: Set(layers.map(\.digest)),
                absentSubjects: Set(subjects.map(\.digest)),
                unlistedReferrers: unlisted(in: source, whole, of: graph))
        case .lacksPlatforms(let missing, let present):
            throw .importRefused(.missingPlatforms(missing, present: present))
        case .lacks(let missing): throw .importRefused(.missing(missing))
        case .spoilt(let refusal): throw .importRefused(refusal)
        }
    }

    /// What speaks of anything in `graph`, and nothing in `source` leads to.
    private func unlisted(
        in source: some LayoutContent, _ whole: LayoutGraph, of graph: LayoutGraph
    ) -> [Digest] {
        let known = Set(graph.nodes.map(\.descriptor.digest))
        // It is no part of the import, so what cannot be looked at is no reason to refuse it.
        let found = (try? whole.unlistedReferrers(in: source)) ?? []
        return found.filter { referrer in
            referrer.document.subject.map { known.contains($0.digest) } ?? false
        }.map(\.descriptor.digest)
    }

    // MARK: Destination

    private func commit(_ arrival: Arrival, _ staging: Staging, _ writer: LayoutWriter)
        throws(LayoutError) -> ImportReport
    {
        var listing = ImportListing(
            ImportRehearsal(from: writer.layout.index), in: writer.layout,
            replace: options.replace)
        let report = try add(arrival, to: &listing)
        try writer.publish(needed(arrival, listing.addition.index), from: staging)
        try writer.replaceIndex(adding: listing.addition)
        return report
    }

    /// Adds the entries of `arrival` to those of the layout, and says what they are.
    private func add(_ arrival: Arrival, to listing: inout ImportListing) throws(LayoutError)
        -> ImportReport
    {
        let listed = try listing.add(arrival)
        let lost = try listing.lost(listed.flatMap(\.replaced), arrival)
        let roots = listed.map { one in
            let absent = one.closure.filter {
                $0.isForeignLayer && arrival.absentForeignLayers.contains($0.digest)
            }
            return ImportReport.Root(
                descriptor: one.chosen.entry, blobCount: one.closure.count - absent.count,
                byteCount: one.closure.claimedByteCount - absent.claimedByteCount,
                wasListed: one.wasListed, index: one.chosen.index,
                leftPlatforms: one.chosen.leftPlatforms, absentForeignLayers: absent,
                replaced: one.replaced.map { .init(digest: $0, isLost: lost.contains($0)) })
        }
        return ImportReport(
            form: arrival.form, roots: roots, unlistedReferrers: arrival.unlistedReferrers)
    }

    /// What is to be published: everything that arrived and is listed, but no fallback index that
    /// was merged into another.
    private func needed(_ arrival: Arrival, _ index: LayoutIndex) -> [Digest] {
        let listed = Set(index.entries.map(\.digest))
        var merged = Set(arrival.entries.map(\.entry.digest)).subtracting(listed)
        for node in arrival.graph.nodes {
            for part in node.document?.parts ?? [] { merged.remove(part.digest) }
        }
        return Set(arrival.graph.nodes.map(\.descriptor.digest)).subtracting(merged)
            .subtracting(arrival.absentForeignLayers).subtracting(arrival.absentSubjects).sorted()
    }
}

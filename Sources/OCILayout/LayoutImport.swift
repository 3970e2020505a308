public import Archive
import Encodings
public import Files
public import OCI

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

/// What an import brought.
public struct ImportReport: Sendable {
    /// One entry of the source.
    public struct Root: Sendable, Equatable {
        /// The entry as it is listed now.
        public let descriptor: Descriptor
        /// The blobs that it needs, itself included.
        public let blobCount: Int
        /// Their bytes.
        public let byteCount: Int64
        /// Whether the layout listed it already.
        public let wasListed: Bool
    }

    /// The form that the source was found to have.
    public enum Form: Sendable, Equatable {
        /// A layout folder.
        case layout
        /// A layout in an archive.
        case ociArchive
        /// An archive in Docker's own form.
        case dockerArchive
    }

    /// The form of the source.
    public let form: Form
    /// What it listed, in its order.
    public let roots: [Root]
}

/// Brings images into a layout: every byte leaves the source once and is hashed on its way.
///
/// All of the source or nothing: until the last step, which replaces `index.json`, nobody sees
/// anything of it.
public struct LayoutImport {
    private let layout: Layout
    private let options: Options
    private let staging: Staging

    /// What an operator may decide.
    public struct Options: Sendable {
        /// Whether names may be taken from other content.
        public var replace = false
        /// How long to wait for other writers.
        public var patience: LockPatience = .standard
        /// How much of an archive is taken.
        public var limits = ArchiveLimits()
        /// Called with the bytes that arrived so far.
        public var progress: @Sendable (Int64) -> Void = { _ in }

        /// The defaults as they stand here.
        public init() {}
    }

    /// Imports `source` into `layout`.
    ///
    /// - Parameters:
    ///   - source: what to import, all of it.
    ///   - layout: where to.
    ///   - options: names and limits.
    /// - Returns: what came, or why nothing did.
    /// - Throws: what kept the import from being decided; `index.json` is as it was then too.
    public static func run(
        _ source: ImportSource, into layout: Layout, options: Options = Options()
    ) throws(LayoutError) -> ImportOutcome {
        do throws(LayoutError) {
            let staging = try LayoutWriter(layout, patience: options.patience).stage()
            let work = LayoutImport(layout: layout, options: options, staging: staging)
            return .imported(try work.run(source))
        } catch {
            switch error {
            case .importRefused(let refusal): return .refused(refusal)
            case .damaged(let digest, let fault): return .refused(.damaged(digest, fault))
            case .archive(.duplicateName(let name)): return .refused(.duplicateMember(name))
            default: throw error
            }
        }
    }

    /// What the source turned out to hold, all of it staged.
    private struct Arrival {
        let form: ImportReport.Form
        let entries: [Descriptor]
        let graph: LayoutGraph
    }

    private func run(_ source: ImportSource) throws(LayoutError) -> ImportReport {
        let arrival: Arrival
        switch source {
        case .folder(let folder): arrival = try copy(folder)
        case .archive(let file):
            arrival = try unpack(
                ArchiveIntake(
                    file, into: staging, limits: options.limits, progress: options.progress))
        }
        guard !arrival.entries.isEmpty else { throw .importRefused(.empty) }
        for entry in arrival.entries {
            guard let text = entry.referenceName else { continue }
            // A name that is kept for lists of referrers would hide an image from everybody.
            guard let name = ReferenceName(text),
                name.fallbackTarget == nil || MediaType.isIndex(entry.mediaType)
            else { throw .importRefused(.malformedName(text)) }
        }
        return try commit(arrival)
    }

    // MARK: Sources

    private func copy(_ source: Layout) throws(LayoutError) -> Arrival {
        let content = StagedLayout(source, in: staging, progress: options.progress)
        let graph = try LayoutGraph(content)
        try Self.requireWhole(graph, in: content)
        return Arrival(form: .layout, entries: source.index.entries, graph: graph)
    }

    private func unpack(_ intake: ArchiveIntake) throws(LayoutError) -> Arrival {
        let list = try dockerImages(intake)
        if let index = try intake.layoutIndex(), !(index.saysNull && list != nil) {
            let content = StagedLayout(intake, listing: index)
            let graph = try LayoutGraph(content)
            do throws(LayoutError) {
                try Self.requireWhole(graph, in: content)
                let names = list?.images.flatMap(\.names) ?? []
                let entries = content.index.entries.map {
                    list == nil ? $0 : Self.withFullName($0, names)
                }
                return Arrival(form: .ociArchive, entries: entries, graph: graph)
            } catch {
                // `docker save` of one platform leaves an index whose other platforms are not
                // there; its manifest.json says what is.
                guard case .importRefused(.missing) = error, list != nil else { throw error }
            }
        }
        guard let list else { throw .notALayout(path: intake.path) }
        let maker = DockerImage(intake: intake, limits: options.limits)
        var index = LayoutIndex()
        for image in list.images {
            let manifest = try maker.manifest(of: image)
            for name in image.names {
                var entry = manifest
                entry.referenceName = name
                if let conflict = index.add(entry) { throw .importRefused(.nameTaken(conflict)) }
            }
            if image.names.isEmpty { _ = index.add(manifest) }
        }
        let content = StagedLayout(intake, listing: index)
        let graph = try LayoutGraph(content)
        try Self.requireWhole(graph, in: content)
        return Arrival(form: .dockerArchive, entries: index.entries, graph: graph)
    }

    private func dockerImages(_ intake: ArchiveIntake) throws(LayoutError) -> DockerImageList? {
        guard let bytes = intake.documents[ArchiveIntake.dockerManifest] else { return nil }
        do throws(DocumentError) { return try DockerImageList(parsing: bytes) } catch {
            throw .importRefused(.malformedManifest(error))
        }
    }

    /// Docker's index gives only the tag in `ref.name` and the full name in another annotation.
    private static func withFullName(_ entry: Descriptor, _ names: [String]) -> Descriptor {
        guard let full = entry[annotation: "io.containerd.image.name"] else { return entry }
        var renamed = entry
        // Docker shows its own hub's images without the hub; `manifest.json` says how.
        renamed.referenceName =
            names.first { name in
                ["", "docker.io/", "docker.io/library/"].contains { full == $0 + name }
            } ?? full
        return renamed
    }

    /// Refuses a source that lacks anything that it lists, naming all of it.
    ///
    /// - Parameters:
    ///   - graph: the walk of the source.
    ///   - content: where what has not been read yet is found or missed.
    /// - Throws: `.importRefused`.
    private static func requireWhole(_ graph: LayoutGraph, in content: StagedLayout)
        throws(LayoutError)
    {
        var missing: [Descriptor] = []
        for node in graph.nodes {
            let digest = node.descriptor.digest
            let fault: BlobFault?
            switch node.problem {
            case .damaged(_, let found)?: fault = found
            case .document(_, let error)?: throw .importRefused(.document(digest, error))
            case .tooLarge?, .nestedTooDeep?: throw .importRefused(.tooLarge(digest))
            case let problem?: throw problem
            case nil: fault = try content.check(node.descriptor)
            }
            switch fault {
            case nil: continue
            case .missing? where node.isSubjectOnly: continue
            case .missing?: missing.append(node.descriptor)
            case let fault?: throw .importRefused(.damaged(digest, fault))
            }
        }
        guard missing.isEmpty else { throw .importRefused(.missing(missing)) }
    }

    // MARK: Destination

    private func commit(_ arrival: Arrival) throws(LayoutError) -> ImportReport {
        let writer = try LayoutWriter(layout, patience: options.patience)
        var addition = ReferrerAddition(changing: writer.layout.index)
        var roots: [ImportReport.Root] = []
        for entry in arrival.entries {
            let wasListed = writer.layout.index.entries.contains {
                $0.digest == entry.digest && $0.referenceName == entry.referenceName
            }
            try add(entry, to: &addition, arrival, writer)
            let closure = arrival.graph.closure(of: entry)
            roots.append(
                ImportReport.Root(
                    descriptor: entry, blobCount: closure.count,
                    byteCount: closure.claimedByteCount,
                    wasListed: wasListed))
        }
        try writer.publish(needed(arrival, addition.index), from: staging)
        try writer.replaceIndex(adding: addition)
        return ImportReport(form: arrival.form, roots: roots)
    }

    /// What is to be published: everything that arrived and is listed, but no fallback index that
    /// was merged into another.
    private func needed(_ arrival: Arrival, _ index: LayoutIndex) -> [Digest] {
        let listed = Set(index.entries.map(\.digest))
        var merged = Set(arrival.entries.map(\.digest)).subtracting(listed)
        for node in arrival.graph.nodes {
            for part in node.document?.parts ?? [] { merged.remove(part.digest) }
        }
        return Set(arrival.graph.nodes.map(\.descriptor.digest)).subtracting(merged)
            .filter { staging.size(of: $0) != nil }.sorted()
    }

    private func add(
        _ entry: Descriptor, to addition: inout ReferrerAddition, _ arrival: Arrival,
        _ writer: LayoutWriter
    ) throws(LayoutError) {
        let name = entry.referenceName.flatMap { ReferenceName($0) }
        let rivals = name.map { writer.layout.index.entries(named: $0.description) } ?? []
        // Two fallback indexes of one image are two lists of its referrers: both count.
        if let subject = name?.fallbackTarget,
            rivals.contains(where: { !$0.names(sameContentAs: entry) }),
            case .index(let index)? = arrival.graph.node(entry)?.document
        {
            try addition.list(index.manifests, of: subject, in: writer.layout)
            return
        }
        if let conflict = addition.add(entry, replace: options.replace) {
            throw .importRefused(.nameTaken(conflict))
        }
    }
}

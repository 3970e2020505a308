import Encodings
public import OCI

/// Which of a source's images are wanted, and what they are to be called.
public struct ImportSelection: Sendable {
    /// One image with what refers to it, or everything that there is.
    public var selector: Selector = .only
    /// The one platform that is taken out of indexes.
    public var platform: Platform?
    /// What the one image is called.
    public var name: ReferenceName?

    /// Everything, as it is called.
    public init() {}

    /// Whether nothing is left out and nothing renamed.
    private var isEverything: Bool { selector == .only && platform == nil && name == nil }
}

/// An entry of `index.json` as it will be.
struct ChosenEntry {
    /// The entry.
    var entry: Descriptor
    /// The index that it was taken out of by its platform.
    var index: Descriptor?
    /// The platforms of that index that were left.
    var leftPlatforms: [Platform] = []
}

extension ImportSelection {
    /// Chooses among the entries of `content`, of which `graph` is the walk: images in their order,
    /// and after them what refers to any part of them.
    ///
    /// - Throws: `.importRefused`, and `.noSuchReference` or `.ambiguousReference` for the selector.
    func choose(from content: some LayoutContent, _ graph: LayoutGraph) throws(LayoutError)
        -> [ChosenEntry]
    {
        let everything = content.index.entries.map { ChosenEntry(entry: $0) }
        if isEverything { return everything }
        var images: [ChosenEntry]
        if selector == .only {
            images = everything.filter { !graph.isReferrer($0.entry) }
        } else {
            images = [ChosenEntry(entry: try content.resolve(selector))]
        }
        if let platform {
            for place in images.indices {
                try Self.narrow(&images[place], to: platform, in: content, graph)
            }
        }
        if let name { images = try Self.call(images, name) }
        return images + Self.referrers(of: images, in: content, graph)
    }

    // MARK: Name

    private static func call(_ images: [ChosenEntry], _ name: ReferenceName) throws(LayoutError)
        -> [ChosenEntry]
    {
        guard name.fallbackTarget == nil else {
            throw .importRefused(.malformedName(name.description))
        }
        guard var image = images.first else { return [] }
        let count = Set(images.map(\.entry.digest)).count
        guard count == 1 else { throw .importRefused(.severalImages(count: count)) }
        image.entry.referenceName = name.description
        return [image]
    }

    // MARK: Platform

    /// Puts the manifest of `platform` in the place of an index. What has no platform, such as a
    /// chart, is taken as it is.
    private static func narrow(
        _ image: inout ChosenEntry, to platform: Platform, in content: some LayoutContent,
        _ graph: LayoutGraph
    ) throws(LayoutError) {
        let root = image.entry
        switch graph.node(root)?.document {
        case .index?: break
        case .manifest?:
            guard let actual = try self.platform(of: root, in: content, graph) else { return }
            guard platform.accepts(actual) else {
                throw .importRefused(
                    .wrongPlatform(root.digest, wanted: platform, actual: actual))
            }
            return
        case .artifact?, nil: return
        }
        var fitting: [Descriptor] = []
        var others: [Platform] = []
        for manifest in manifests(below: root, graph) {
            guard let actual = try self.platform(of: manifest, in: content, graph),
                actual != .unknown
            else { continue }
            if platform.accepts(actual) {
                if !fitting.contains(where: { $0.digest == manifest.digest }) {
                    fitting.append(manifest)
                }
            } else if !others.contains(actual) {
                others.append(actual)
            }
        }
        guard var entry = fitting.first else {
            throw .importRefused(
                .noSuchPlatform(index: root.digest, wanted: platform, present: others))
        }
        guard fitting.count == 1 else {
            throw .importRefused(
                .severalOfPlatform(
                    index: root.digest, wanted: platform, fitting.map(\.digest)))
        }
        for annotation in root.annotations { entry[annotation: annotation.name] = annotation.value }
        image = ChosenEntry(entry: entry, index: root.plain, leftPlatforms: others)
    }

    /// The manifests of an index and of the indexes in it, in their order.
    private static func manifests(below root: Descriptor, _ graph: LayoutGraph) -> [Descriptor] {
        graph.closure(of: root).filter { MediaType.isManifest($0.mediaType) }
    }

    /// The platform that the index names, else the one that the image's configuration names.
    private static func platform(
        of manifest: Descriptor, in content: some LayoutContent, _ graph: LayoutGraph
    ) throws(LayoutError) -> Platform? {
        if let named = manifest.platform { return named }
        guard case .manifest(let document)? = graph.node(manifest)?.document,
            document.config.mediaType == MediaType.imageConfig
                || document.config.mediaType == MediaType.dockerImageConfig
        else { return nil }
        let bytes = try content.read(document.config, limit: Limits.configSizeMax)
        do throws(DocumentError) { return try ImageConfig(parsing: bytes).platform } catch {
            throw .importRefused(.document(document.config.digest, error))
        }
    }

    // MARK: Referrers

    /// What refers to any part of `images`, and what refers to that: the entries that list it, the
    /// fallback indexes too, or plain entries for what only another index lists.
    private static func referrers(
        of images: [ChosenEntry], in content: some LayoutContent, _ graph: LayoutGraph
    ) -> [ChosenEntry] {
        var waiting = images.flatMap { graph.closure(of: $0.entry) }
        var seen = Set(waiting.map(\.digest))
        var found: [Descriptor] = []
        while let target = waiting.popLast() {
            for referrer in graph.referrers(of: target)
            where seen.insert(referrer.descriptor.digest).inserted {
                found.append(referrer.descriptor)
                waiting += graph.closure(of: referrer.descriptor)
                    .filter { seen.insert($0.digest).inserted }
                waiting.append(referrer.descriptor)
            }
        }
        // By digest, since a layout may list a hundred thousand.
        let wanted = Dictionary(grouping: found, by: \.digest)
        var entries = content.index.entries.filter { entry in
            guard let name = entry.referenceName else {
                return wanted[entry.digest]?.contains { $0.names(sameContentAs: entry) } ?? false
            }
            guard let target = ReferenceName(name)?.fallbackTarget else { return false }
            return seen.contains(target) && MediaType.isIndex(entry.mediaType)
        }
        let listed = Dictionary(grouping: entries, by: \.digest)
        for referrer in found {
            let isListed = listed[referrer.digest]?.contains { $0.names(sameContentAs: referrer) }
            if isListed != true { entries.append(referrer.plain) }
        }
        return entries.map { ChosenEntry(entry: $0) }
    }
}

extension LayoutGraph {
    /// Whether `entry` only serves others: a signature or another referrer, or a fallback index.
    public func isReferrer(_ entry: Descriptor) -> Bool {
        if let name = entry.referenceName {
            return ReferenceName(name)?.fallbackTarget != nil
                && MediaType.isIndex(entry.mediaType)
        }
        return node(entry)?.document?.subject != nil
    }
}

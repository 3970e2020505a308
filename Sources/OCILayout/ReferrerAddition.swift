import Encodings
public import OCI

/// What a layout becomes when referrers are added: computed without writing, so that a journal can
/// keep it before anything happens.
///
/// Each referrer gets an untagged entry, which notation and oras read, and a place in the fallback
/// index `<alg>-<hex>`, which regctl reads (rule L9).
public struct ReferrerAddition: Sendable {
    /// One new manifest with a subject.
    public struct NewReferrer: Sendable {
        /// The manifest: type, digest, size; artifact type and annotations as they are to be
        /// listed.
        public let descriptor: Descriptor
        /// What it speaks of.
        public let subject: Descriptor

        /// A referrer whose manifest and blobs the caller adds.
        public init(descriptor: Descriptor, subject: Descriptor) {
            self.descriptor = descriptor
            self.subject = subject
        }
    }

    /// A fallback index to write before `index.json`.
    public struct NewBlob: Sendable, Equatable {
        /// What the entry says of it.
        public let descriptor: Descriptor
        /// Its bytes.
        public let bytes: [UInt8]
    }

    /// The new fallback indexes, one for each subject.
    public private(set) var fallbacks: [NewBlob] = []
    /// `index.json` as it will be.
    public private(set) var index: LayoutIndex
    /// The names of `fallbacks`: most subjects have none yet, and need not be searched for.
    private var fallbackNames: Set<String> = []

    /// Computes the addition of `referrers` to `content`.
    ///
    /// - Parameters:
    ///   - referrers: the new manifests, in the order in which they are to be listed.
    ///   - content: the layout, held by a writer.
    ///   - index: what to begin with, where other entries change in the same step.
    ///   - withFallback: whether the fallback indexes are kept too.
    /// - Throws: `.damaged` or `.document` when a fallback index that is listed cannot be read: it
    ///   would lose what it lists.
    public init(
        _ referrers: [NewReferrer], to content: some LayoutContent, index: LayoutIndex? = nil,
        withFallback: Bool = true
    ) throws(LayoutError) {
        self.index = index ?? content.index
        for referrer in referrers {
            var entry = referrer.descriptor
            entry.referenceName = nil
            let conflict = self.index.add(entry)
            precondition(conflict == nil, "an entry without a name has no rival")
        }
        guard withFallback else { return }
        var subjects: [Digest] = []
        var new: [Digest: [Descriptor]] = [:]
        for referrer in referrers {
            let subject = referrer.subject.digest
            if new[subject] == nil { subjects.append(subject) }
            new[subject, default: []].append(Self.typed(referrer.descriptor, in: content))
        }
        for subject in subjects { try list(new[subject] ?? [], of: subject, in: content) }
    }

    /// As a fallback index lists it: with the type that the manifest says, which tools filter by
    /// (distribution specification 1.1, "Referrers tag schema"). The entry of `index.json` stays
    /// without where the caller left it out: notation 1.3 knows older signatures by that.
    private static func typed(_ referrer: Descriptor, in content: some LayoutContent)
        -> Descriptor
    {
        guard referrer.artifactType == nil else { return referrer }
        var typed = referrer
        // A manifest that cannot be read is listed as it was given.
        typed.artifactType = (try? content.document(referrer))?.artifactType
        return typed
    }

    /// A change of `index` that adds nothing yet.
    init(changing index: LayoutIndex) {
        self.index = index
    }

    /// Adds an entry that is no referrer's; see `LayoutIndex.add`.
    mutating func add(_ entry: Descriptor, replace: Bool) -> NameConflict? {
        index.add(entry, replace: replace)
    }

    /// Lists `referrers` in the fallback index of `subject`, beside those that are there.
    mutating func list(
        _ referrers: [Descriptor], of subject: Digest, in content: some LayoutContent
    ) throws(LayoutError) {
        let lists = try lists(of: subject) { entry throws(LayoutError) in
            try content.document(entry)
        }
        // Somebody's image under the name must not keep others from being signed: the untagged
        // entry alone lists the referrer then.
        guard !lists.isTaken else { return }
        try setFallback(of: subject, to: lists.adding(referrers), like: lists.base)
    }

    /// The fallback indexes of `subject` as this change leaves them; `read` gives those that were
    /// there before.
    func lists(
        of subject: Digest, read: (Descriptor) throws(LayoutError) -> Document?
    ) throws(LayoutError) -> FallbackLists {
        try FallbackLists(of: subject, in: index) { entry throws(LayoutError) in
            if let new = fallbacks.last(where: { $0.descriptor.digest == entry.digest }) {
                return try Document.document(new.bytes, of: entry)
            }
            return try read(entry)
        }
    }

    /// Makes `listed` what the fallback index of `subject` lists, in the place of all that were
    /// there; every other member of `base` stays.
    mutating func setFallback(
        of subject: Digest, to listed: [Descriptor], like base: ImageIndex?
    ) throws(LayoutError) {
        let name = ReferenceName(fallbackFor: subject).description
        let present = index.entries(named: name)
        guard !listed.isEmpty else {
            index.removeEntries { $0.referenceName == name }
            dropFallback(name)
            return
        }
        let fallback = (base ?? ImageIndex(manifests: [])).listing(listed)
        let bytes = fallback.serialized()
        let digest = try LayoutError.digest(of: bytes, subject.algorithm)
        guard present.count != 1 || present[0].digest != digest else { return }
        var entry = Descriptor(
            mediaType: fallback.mediaType, digest: digest, size: Int64(bytes.count))
        entry.referenceName = name
        let conflict = index.add(entry, replace: true)
        precondition(conflict == nil, "replacing needs no leave")
        // What this change meant to write before would be nothing but an orphan.
        dropFallback(name)
        fallbackNames.insert(name)
        fallbacks.append(NewBlob(descriptor: entry, bytes: bytes))
    }

    private mutating func dropFallback(_ name: String) {
        guard fallbackNames.remove(name) != nil else { return }
        fallbacks.removeAll { $0.descriptor.referenceName == name }
    }

    /// Drops the entries of which `isUnwanted` holds.
    mutating func removeEntries(where isUnwanted: (Descriptor) -> Bool) {
        index.removeEntries(where: isUnwanted)
    }
}

import Encodings
public import OCI

/// The fallback indexes of one subject: everything that `index.json` has under its tag, read or not.
///
/// Whoever rewrites a list comes through here, because what a list names that nobody could read
/// would be lost with it.
struct FallbackLists {
    /// The entries under the tag, in their order.
    let entries: [Descriptor]
    /// What the lists name, all of them taken together, each content once.
    let manifests: [Descriptor]
    /// The first list that was read, whose other members are kept when it is rewritten.
    let base: ImageIndex?
    /// Lists that are missing, damaged or malformed.
    let unread: [Descriptor]
    /// Whether something stands under the tag that is no list: it is not ours to change.
    let isTaken: Bool

    /// The lists of `subject` in `index`; `read` gives what an entry leads to, nil where that
    /// cannot be read.
    init(
        of subject: Digest, in index: LayoutIndex,
        read: (Descriptor) throws(LayoutError) -> Document?
    ) throws(LayoutError) {
        entries = index.entries(named: ReferenceName(fallbackFor: subject).description)
        isTaken = entries.contains { !MediaType.isIndex($0.mediaType) }
        var manifests: [Descriptor] = []
        var base: ImageIndex?
        var unread: [Descriptor] = []
        // Each content once: a thousand entries may name one list of thousands.
        for entry in entries.eachOnce where MediaType.isIndex(entry.mediaType) {
            guard case .index(let list)? = try read(entry) else {
                unread.append(entry)
                continue
            }
            base = base ?? list
            manifests += list.manifests
        }
        self.manifests = manifests.eachOnce
        self.base = base
        self.unread = unread
    }

    /// The lists with `new` at their end, as one list has them: without names, each content once.
    func adding(_ new: [Descriptor]) -> [Descriptor] {
        (manifests + new).map { manifest in
            var manifest = manifest
            manifest.referenceName = nil
            return manifest
        }.eachOnce
    }
}

extension LayoutGraph {
    /// What is a referrer of `target` by its own word or by a list's, and cannot be read: manifests in
    /// its fallback indexes, entries with it as annotated subject, and manifests that break a rule
    /// and name it.
    public func unreadableReferrers(of target: Descriptor) -> [(Descriptor, LayoutError)] {
        let listed = fallbackLists(of: target.digest).manifests
        let claiming =
            entries(annotatedWith: target.digest) + malformedManifests(speakingOf: target.digest)
        return (listed + claiming).eachOnce.compactMap { manifest in
            node(manifest)?.problem.map { (manifest, $0) }
        }
    }

    /// The fallback indexes of `subject`, as far as the walk could read them.
    func fallbackLists(of subject: Digest) -> FallbackLists {
        let read = { (entry: Descriptor) throws(LayoutError) in self.node(entry)?.document }
        do throws(LayoutError) {
            return try FallbackLists(of: subject, in: index, read: read)
        } catch { preconditionFailure("a graph has been read already") }
    }
}

extension [Descriptor] {
    /// The same without what names the same content as one before it.
    var eachOnce: [Descriptor] {
        var seen: [Digest: [Descriptor]] = [:]
        return filter { descriptor in
            let known = seen[descriptor.digest] ?? []
            guard !known.contains(where: { $0.names(sameContentAs: descriptor) }) else {
                return false
            }
            seen[descriptor.digest] = known + [descriptor]
            return true
        }
    }
}

public import Encodings
public import OCI

/// What can be read of a layout, wherever it lies.
///
/// Content is reached through descriptors only, and every byte handed out has been checked against
/// one.
public protocol LayoutContent {
    /// The path as the operator gave it, for messages only.
    var path: String { get }
    /// `index.json` as it was when the layout was opened.
    var index: LayoutIndex { get }

    /// The blob that `descriptor` names, its size and digest checked.
    ///
    /// - Parameters:
    ///   - descriptor: what is wanted.
    ///   - limit: the largest size taken, in bytes.
    /// - Returns: its bytes.
    /// - Throws: `.damaged` if it is missing or another, `.tooLarge` before anything is read,
    ///   `.notHeld` for a large blob of an archive.
    func read(_ descriptor: Descriptor, limit: Int64) throws(LayoutError) -> [UInt8]

    /// Hashes the blob that `descriptor` names without holding it.
    ///
    /// - Returns: what is wrong with it, nil if it is whole.
    /// - Throws: only where that could not be found out.
    func check(_ descriptor: Descriptor) throws(LayoutError) -> BlobFault?

    /// Everything that lies among the blobs, referenced or not, in the order of digests.
    func blobs() throws(LayoutError) -> [StoredBlob]

    /// Names of what lies in the layout and belongs to no layout: unfinished files, foreign ones.
    func strays() throws(LayoutError) -> [String]

    /// Whether `stray` is what some process is filling at this moment.
    func isInUse(_ stray: String) -> Bool
}

/// A blob as it lies in a layout; nothing says yet that its bytes have that digest.
public struct StoredBlob: Sendable, Equatable {
    /// The digest that its name claims.
    public let digest: Digest
    /// Its size, in bytes.
    public let size: Int64
}

extension LayoutContent {
    /// Nobody fills an archive that is read.
    public func isInUse(_ stray: String) -> Bool { false }

    /// The manifest or index that `descriptor` names.
    ///
    /// - Throws: `.damaged`, and `.document` when the bytes are not what the media type says (rule
    ///   L7).
    public func document(_ descriptor: Descriptor) throws(LayoutError) -> Document {
        let bytes = try read(descriptor, limit: Limits.manifestSizeMax)
        return try .document(bytes, of: descriptor)
    }

    /// Finds what `selector` means and reads it, so that its media type is beyond doubt (rules L3, L7
    /// and F7).
    ///
    /// - Throws: `.noSuchReference`, `.ambiguousReference`, and whatever makes the manifest
    ///   unreadable.
    public func resolve(_ selector: Selector) throws(LayoutError) -> Descriptor {
        let found: Descriptor
        switch selector {
        case .only: found = try onlyRoot()
        case .name(let name): found = try entry(named: name)
        case .digest(let digest): return try listed(digest)
        }
        _ = try document(found)
        return found
    }

    private func onlyRoot() throws(LayoutError) -> Descriptor {
        var roots = index.roots
        if roots.count > 1, roots[0].referenceName == nil {
            // Without names only its subject tells a signature from an image.
            roots = roots.filter { (try? document($0))?.subject == nil }
        }
        guard let first = roots.first else { throw .noSuchReference(path) }
        guard roots.allSatisfy({ $0.digest == first.digest }) else {
            throw .ambiguousReference(path, roots.map(\.digest))
        }
        return first
    }

    private func entry(named name: ReferenceName) throws(LayoutError) -> Descriptor {
        let entries = index.entries(named: name.description)
        guard let first = entries.first else { throw .noSuchReference(name.description) }
        guard entries.allSatisfy({ $0.names(sameContentAs: first) }) else {
            throw .ambiguousReference(name.description, entries.map(\.digest))
        }
        return first
    }

    /// Walks from the entries through indexes to `digest`: its media type and size are what the
    /// nearest parent says, never a guess (rule L7).
    private func listed(_ digest: Digest) throws(LayoutError) -> Descriptor {
        var level = index.entries
        var seen: Set<Digest> = []
        for depth in 0...Limits.indexNestingMax {
            // Where parents contradict each other, the one that tells the truth is taken: the
            // others lead to a document that does not match its descriptor.
            var failure: LayoutError?
            let named =
                depth == 0 ? index.entries(of: digest) : level.filter { $0.digest == digest }
            for descriptor in named {
                do throws(LayoutError) {
                    _ = try document(descriptor)
                    return descriptor
                } catch { failure = failure ?? error }
            }
            if let failure { throw failure }
            var next: [Descriptor] = []
            for descriptor in level
            where MediaType.isIndex(descriptor.mediaType) && seen.insert(descriptor.digest).inserted
            {
                // A neighbour that is missing or damaged does not hide what others list (L8).
                guard case .index(let index)? = try? document(descriptor) else { continue }
                guard seen.count <= Limits.manifestCountMax else { throw .tooManyManifests }
                next += index.manifests
            }
            if next.isEmpty { break }
            level = next
        }
        throw .noSuchReference(digest.description)
    }
}

extension LayoutIndex {
    /// The entries that stand for images and artifacts of their own: those with a name that is not
    /// a fallback index's; where no entry has such a name, those without any.
    public var roots: [Descriptor] {
        let named = entries.filter { entry in
            guard let name = entry.referenceName else { return false }
            return ReferenceName(name)?.fallbackTarget == nil
        }
        return named.isEmpty ? entries.filter { $0.referenceName == nil } : named
    }
}

extension Document {
    /// Reads `bytes`, which have been found to have the digest and size of `descriptor`.
    static func document(_ bytes: [UInt8], of descriptor: Descriptor) throws(LayoutError)
        -> Document
    {
        try LayoutError.document(descriptor.digest.description) { () throws(DocumentError) in
            try Document(parsing: bytes, as: descriptor.mediaType)
        }
    }
}

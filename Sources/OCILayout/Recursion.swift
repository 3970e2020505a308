import Encodings
public import OCI

/// What of an index is meant besides the index itself, where it is signed or judged.
public enum Recursion: Sendable {
    /// Nothing.
    case none
    /// The image of every platform, and every index between.
    case images
    /// Attestations that the index lists, too.
    case imagesAndAttestations
}

extension LayoutContent {
    /// The manifests and indexes that `index` lists and that `recursion` wants, nested ones
    /// included, each once, in the order of the indexes.
    ///
    /// The walk begins at `index`, so that what it finds hangs on nothing else in the layout.
    ///
    /// - Throws: what keeps one of them from being read: what it lists would be passed over.
    public func manifests(in index: Descriptor, _ recursion: Recursion) throws(LayoutError)
        -> [Descriptor]
    {
        guard recursion != .none else { return [] }
        let graph = try LayoutGraph(self, from: [index])
        var found: [Descriptor] = []
        var seen: Set<Digest> = [index.digest]
        var level = [index]
        while !level.isEmpty {
            var next: [Descriptor] = []
            for parent in level {
                for manifest in graph.node(parent)?.document?.manifests ?? [] {
                    // What is listed as an image, too, is one.
                    let isLeftOut = recursion == .images && manifest.isAttestation
                    guard !isLeftOut, seen.insert(manifest.digest).inserted else { continue }
                    if let problem = graph.node(manifest)?.problem { throw problem }
                    found.append(manifest)
                    next.append(manifest)
                }
            }
            level = next
        }
        return found
    }
}

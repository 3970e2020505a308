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

extension LayoutGraph {
    /// The manifests and indexes that `index` lists and that `recursion` wants, nested ones
    /// included, each once, in the order of the indexes.
    public func manifests(in index: Descriptor, _ recursion: Recursion) -> [Descriptor] {
        guard recursion != .none else { return [] }
        var found: [Descriptor] = []
        var open = [index]
        var position = 0
        while position < open.count {
            for manifest in node(open[position])?.document?.manifests ?? []
            where !open.contains(where: { $0.names(sameContentAs: manifest) }) {
                open.append(manifest)
                guard recursion == .imagesAndAttestations || !manifest.isAttestation else {
                    continue
                }
                found.append(manifest)
            }
            position += 1
        }
        return found
    }
}

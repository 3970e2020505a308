public import OCI
public import OCILayout

/// An artifact that a reference was resolved to, and the layout that it lies in.
public struct ArtifactInLayout<Content: LayoutContent> {
    /// The reference as the operator gave it, for messages only.
    public let reference: String
    /// What it was resolved to. From here on only this counts, never a tag (rule V9).
    public let target: Descriptor
    /// The layout.
    public let content: Content
    /// What the layout's entries lead to; one walk serves every artifact in it.
    public let graph: LayoutGraph
    /// What hashing has found there; shared by all artifacts of the layout.
    let checks: BlobChecks

    /// An artifact in `content`, of which `graph` is the picture.
    public init(
        reference: String, target: Descriptor, content: Content, graph: LayoutGraph,
        checks: BlobChecks = BlobChecks()
    ) {
        self.reference = reference
        self.target = target.plain
        self.content = content
        self.graph = graph
        self.checks = checks
    }

    /// The picture of everything that the artifact is made of.
    ///
    /// Where the walk that found the signatures came upon a part by another way, and too deep to look
    /// into it, it is one of its own.
    func wholeGraph() throws(VerificationError) -> LayoutGraph {
        guard !graph.hasWhole(target) else { return graph }
        return try VerificationError.layout { () throws(LayoutError) in
            try LayoutGraph(content, from: [target])
        }
    }

    /// Another artifact of the same layout.
    func sibling(_ target: Descriptor, reference: String) -> ArtifactInLayout {
        ArtifactInLayout(
            reference: reference, target: target, content: content, graph: graph, checks: checks)
    }
}

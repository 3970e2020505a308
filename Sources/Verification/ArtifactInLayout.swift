public import OCI
public import OCILayout

/// An artifact that a reference was resolved to, and the layout that it lies in.
public struct ArtifactInLayout<Content: LayoutContent>: Sendable {
    /// The reference as the operator gave it, for messages only.
    public let reference: String
    /// What it was resolved to. From here on only this counts, never a tag (rule V9).
    public let target: Descriptor
    /// The layout.
    public let content: Content
    /// What the layout's entries lead to; one walk serves every artifact in it.
    public let graph: LayoutGraph

    /// An artifact in `content`, of which `graph` is the picture.
    public init(reference: String, target: Descriptor, content: Content, graph: LayoutGraph) {
        self.reference = reference
        self.target = target.plain
        self.content = content
        self.graph = graph
    }
}

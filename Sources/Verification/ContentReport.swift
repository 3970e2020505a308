public import OCI
public import OCILayout

/// Whether everything that an artifact is made of is there and is what its descriptors say.
public struct ContentReport: Sendable, Equatable {
    /// One piece of content that is not as it should be.
    public struct Failure: Sendable, Equatable {
        /// What was looked for.
        public let descriptor: Descriptor
        /// What is wrong with it.
        public let reason: Reason
    }

    /// What is wrong with a piece of content.
    public enum Reason: Sendable, Equatable {
        /// It is missing, or is another.
        case blob(BlobFault)
        /// It is a manifest or an index that cannot be read or leads too deep.
        case document(LayoutError)
    }

    /// Whether anything was looked at.
    public let isChecked: Bool
    /// How many blobs were hashed, manifests and indexes included, each once.
    public let blobCount: Int
    /// Their sizes together, in bytes.
    public let byteCount: Int64
    /// What is not as it should be, in the order of the artifact.
    public let failures: [Failure]
    /// Layers of a type that may not be passed on freely, and are not here.
    public let absentForeignLayers: [Descriptor]

    /// Nothing was looked at.
    public static let unchecked = ContentReport(
        isChecked: false, blobCount: 0, byteCount: 0, failures: [], absentForeignLayers: [])

    init(
        isChecked: Bool, blobCount: Int, byteCount: Int64, failures: [Failure],
        absentForeignLayers: [Descriptor]
    ) {
        self.isChecked = isChecked
        self.blobCount = blobCount
        self.byteCount = byteCount
        self.failures = failures
        self.absentForeignLayers = absentForeignLayers
    }

    /// Hashes everything that `artifact` is made of: every platform of an index, every
    /// configuration and layer.
    ///
    /// - Throws: what kept the check from being made, never what it found.
    init(checking artifact: ArtifactInLayout<some LayoutContent>) throws(VerificationError) {
        let graph = try artifact.wholeGraph()
        var blobCount = 0
        var byteCount: Int64 = 0
        var failures: [Failure] = []
        var absent: [Descriptor] = []
        for descriptor in graph.closure(of: artifact.target) {
            if let reason = try Self.reason(
                against: descriptor, graph.node(descriptor), in: artifact.content, artifact.checks)
            {
                guard !(descriptor.isForeignLayer && reason == .blob(.missing)) else {
                    absent.append(descriptor)
                    continue
                }
                failures.append(Failure(descriptor: descriptor, reason: reason))
            } else {
                blobCount += 1
                byteCount += descriptor.size
            }
        }
        self.init(
            isChecked: true, blobCount: blobCount, byteCount: byteCount, failures: failures,
            absentForeignLayers: absent)
    }

    private static func reason(
        against descriptor: Descriptor, _ node: LayoutGraph.Node?, in content: some LayoutContent,
        _ checks: BlobChecks
    ) throws(VerificationError) -> Reason? {
        // A document that the walk has read was hashed by that.
        if node?.document != nil { return nil }
        switch node?.problem {
        case .damaged(_, let fault)?: return .blob(fault)
        case let problem?: return .document(problem)
        case nil: break
        }
        return try checks.fault(of: descriptor) { () throws(VerificationError) in
            try VerificationError.layout { () throws(LayoutError) in try content.check(descriptor) }
        }.map(Reason.blob)
    }
}

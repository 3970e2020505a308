public import Files
internal import Notary
public import OCILayout

/// What to remove.
public struct RemoveRequest: Sendable {
    /// Images or referrers as they were named: layouts with a name or digest.
    public var references: [String]
    /// Whether only the signatures of the images go.
    public var signaturesOnly = false
    /// Whether nothing is changed.
    public var dryRun = false
    /// How long to wait for other writers.
    public var patience: LockPatience = .standard

    /// A request with the defaults as they stand here.
    public init(references: [String]) {
        self.references = references
    }
}

/// What goes, or would go, from one layout.
public struct RemovalReport: Sendable {
    /// The layout as it was named.
    public let path: String
    /// What goes.
    public let removal: LayoutRemoval
}

extension Site {
    /// Removes images, referrers, or the signatures of images, each layout in one step.
    ///
    /// - Returns: what went, one report for each layout in the order in which they were named; with
    ///   `dryRun`, what would have gone.
    public func remove(_ request: RemoveRequest) throws -> [RemovalReport] {
        var order: [String] = []
        var targets: [String: [LayoutRemoval.Target]] = [:]
        for text in request.references {
            let reference = try Reference(parsing: text, in: files)
            let target = try Self.target(reference, text, request)
            if targets[reference.path] == nil { order.append(reference.path) }
            targets[reference.path, default: []].append(target)
        }
        return try order.map { path in
            let layout = try Layout(at: path, in: files)
            let wanted = targets[path] ?? []
            guard !request.dryRun else {
                return RemovalReport(
                    path: path, removal: try LayoutRemoval(of: wanted, from: layout))
            }
            let writer = try LayoutWriter(layout, patience: request.patience)
            let removal = try LayoutRemoval(of: wanted, from: writer.layout)
            try removal.apply(by: writer)
            return RemovalReport(path: path, removal: removal)
        }
    }

    private static func target(_ reference: Reference, _ text: String, _ request: RemoveRequest)
        throws(LayoutError) -> LayoutRemoval.Target
    {
        if request.signaturesOnly {
            return .referrers(
                of: reference.selector, artifactType: SignatureManifest.artifactType)
        }
        switch reference.selector {
        // A bare path would remove whatever happens to be the only image.
        case .only: throw .noSelector(text)
        case .name(let name): return .name(name)
        case .digest(let digest): return .digest(digest)
        }
    }
}

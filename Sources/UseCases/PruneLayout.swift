public import Files
public import OCILayout

/// What to prune.
public struct PruneRequest: Sendable {
    /// The layout.
    public var path: String
    /// Whether referrers of absent images go too.
    public var dropsOrphans = false
    /// Whether referrers that no index lists go, signatures among them.
    public var dropsUnlisted = false
    /// Whether nothing is changed.
    public var dryRun = false
    /// How long to wait for other writers.
    public var patience: LockPatience = .standard

    /// A request with the defaults as they stand here.
    public init(path: String) {
        self.path = path
    }
}

extension Site {
    /// Removes from a layout what nothing in it needs.
    ///
    /// - Returns: what went; with `dryRun`, what would have gone.
    public func prune(_ request: PruneRequest) throws -> LayoutPruning {
        var options = LayoutPruning.Options()
        options.dropsOrphans = request.dropsOrphans
        options.dropsUnlisted = request.dropsUnlisted
        let layout = try Layout(at: request.path, in: files)
        guard !request.dryRun else {
            return try steadily(Reference(path: request.path, selector: .only)) { content in
                (try LayoutPruning(of: content, options), true)
            }
        }
        let writer = try LayoutWriter(layout, patience: request.patience)
        let pruning = try LayoutPruning(of: writer.layout, options)
        try pruning.apply(by: writer)
        return pruning
    }
}

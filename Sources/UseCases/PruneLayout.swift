public import Files
public import OCILayout

/// What to prune.
public struct PruneRequest: Sendable {
    /// The layout.
    public var path: String
    /// Whether referrers of absent images go too.
    public var dropsOrphans = false
    /// Whether all referrers that no index lists go, and not signatures only.
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
    /// A signature that no index lists was left by a run that was killed before it was recorded, and
    /// goes; other referrers that no index lists stay, since cosign keeps its own that way.
    ///
    /// - Returns: what went; with `dryRun`, what would have gone.
    public func prune(_ request: PruneRequest) throws -> LayoutPruning {
        var options = LayoutPruning.Options()
        options.dropsOrphans = request.dropsOrphans
        let dropsAll = request.dropsUnlisted
        options.dropsUnlisted = { dropsAll || $0.isNotarySignature }
        let layout = try Layout(at: request.path, in: files)
        guard !request.dryRun else { return try LayoutPruning(of: layout, options) }
        let writer = try LayoutWriter(layout, patience: request.patience)
        let pruning = try LayoutPruning(of: writer.layout, options)
        try pruning.apply(by: writer)
        return pruning
    }
}

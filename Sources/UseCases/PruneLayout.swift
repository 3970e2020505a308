public import Files
public import OCILayout
public import Receiving

/// What to prune.
public struct PruneRequest: Sendable {
    /// The layout.
    public var path: String
    /// Whether referrers of absent images go too.
    public var dropsOrphans = false
    /// Whether referrers that no index lists go, signatures among them.
    public var dropsUnlisted = false
    /// Whether what stays in quarantine of bundles that were turned away goes.
    public var dropsRejected = false
    /// Whether nothing is changed.
    public var dryRun = false
    /// How long to wait for other writers.
    public var patience: LockPatience = .standard

    /// A request with the defaults as they stand here.
    public init(path: String) {
        self.path = path
    }
}

/// What a layout can do without.
public struct PruneReport {
    /// In the layout itself.
    public let layout: LayoutPruning
    /// In its quarantine: what is left of bundles that were turned away. It goes if asked for.
    public let closed: [WaitingBundles.Closed]
}

extension Site {
    /// Removes from a layout what nothing in it needs. What waits in its quarantine stays, with all
    /// that it needs.
    ///
    /// - Returns: what went; with `dryRun`, what would have gone.
    public func prune(_ request: PruneRequest) throws -> PruneReport {
        var options = LayoutPruning.Options()
        options.dropsOrphans = request.dropsOrphans
        options.dropsUnlisted = request.dropsUnlisted
        let layout = try Layout(at: request.path, in: files)
        guard !request.dryRun else {
            let waiting = try WaitingBundles(in: layout)
            options.kept = waiting.needed
            let pruning = try steadily(Reference(path: request.path, selector: .only)) { content in
                (try LayoutPruning(of: content, options), true)
            }
            return PruneReport(layout: pruning, closed: waiting.closed)
        }
        let writer = try LayoutWriter(layout, patience: request.patience)
        let waiting = try WaitingBundles(in: writer.layout)
        options.kept = waiting.needed
        let pruning = try LayoutPruning(of: writer.layout, options)
        try pruning.apply(by: writer)
        if request.dropsRejected {
            let quarantine = LayoutQuarantine(writer)
            for closed in waiting.closed { try quarantine.remove(closed.name) }
        }
        return PruneReport(layout: pruning, closed: waiting.closed)
    }
}

public import Files
public import OCILayout

extension Site {
    /// Hashes everything that the layout or archive at `path` lists.
    public func check(_ path: String) throws -> LayoutCheck {
        try steadily(Reference(path: path, selector: .only)) { content in
            let check = try LayoutCheck(content)
            return (check, check.isWhole)
        }
    }

    /// Rewrites the lists of the layout at `path`, so that every tool sees every referrer.
    ///
    /// - Parameters:
    ///   - path: the layout.
    ///   - adopting: whether referrers that no index lists are listed too.
    ///   - dryRun: whether nothing is changed.
    ///   - patience: how long to wait for other writers.
    /// - Returns: what was put right, or would have been.
    /// - Throws: what kept the lists from being read or written; they are as they were.
    public func repair(_ path: String, adopting: Bool, dryRun: Bool, patience: LockPatience) throws
        -> LayoutRepair
    {
        let layout = try Layout(at: path, in: files)
        guard !dryRun else {
            return try steadily(Reference(path: path, selector: .only)) { content in
                (try LayoutRepair(of: content, adopting: adopting), true)
            }
        }
        let writer = try LayoutWriter(layout, patience: patience)
        let repair = try LayoutRepair(of: writer.layout, adopting: adopting)
        try repair.apply(by: writer)
        return repair
    }
}

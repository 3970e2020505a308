public import Files
public import OCILayout

/// One source and what became of it.
public struct SourceOutcome: Sendable {
    /// The source as it was named.
    public let source: String
    /// What came, or why nothing did.
    public let outcome: ImportOutcome
}

/// What went wrong with one of several sources.
public struct SourceError: Error {
    /// The source as it was named.
    public let source: String
    /// What went wrong.
    public let reason: LayoutError
}

extension Site {
    /// Imports each of `sources`, a layout folder or an archive, into the layout at `path`, which is
    /// made when missing.
    ///
    /// Sources are taken in their order; the first that is refused ends the run, and what came
    /// before it stays. `-` is standard input. With `replace`, names may be taken from other
    /// content. Returns what became of each source that was looked at.
    public func importImages(
        from sources: [String], into path: String, replace: Bool, patience: LockPatience
    ) throws -> [SourceOutcome] {
        var outcomes: [SourceOutcome] = []
        var options = LayoutImport.Options()
        options.replace = replace
        options.patience = patience
        for source in sources {
            let outcome: ImportOutcome
            do {
                // Opened before the layout is made: a misspelt source leaves no trace.
                let opened = try ImportSource(at: source, in: files)
                let layout = try Layout.create(at: path, in: files, patience: patience)
                outcome = try LayoutImport.run(opened, into: layout, options: options)
            } catch { throw SourceError(source: source, reason: error) }
            outcomes.append(SourceOutcome(source: source, outcome: outcome))
            if case .refused = outcome { break }
        }
        return outcomes
    }
}

public import Files
public import OCI
public import OCILayout

/// What to import, and how.
public struct ImportRequest: Sendable {
    /// Layout folders and archives, each whole or with the `:NAME` or `@DIGEST` of one image; `-` is
    /// standard input.
    public var sources: [String]
    /// The layout, made when missing.
    public var layout: String
    /// The one platform that is taken out of indexes.
    public var platform: Platform?
    /// What the one image is called.
    public var name: ReferenceName?
    /// Whether names may be taken from other content.
    public var replace = false
    /// Whether everything is read and judged, and nothing is written.
    public var isRehearsal = false
    /// How long to wait for other writers.
    public var patience: LockPatience = .standard

    /// A request with the defaults as they stand here.
    public init(sources: [String], layout: String) {
        self.sources = sources
        self.layout = layout
    }
}

/// One source and what became of it.
public struct SourceOutcome: Sendable {
    /// The source as it was named.
    public let source: String
    /// What came, or why nothing did.
    public let outcome: ImportOutcome
}

/// What became of the sources that were looked at.
public struct ImportRun: Sendable {
    /// In their order; the last one may be a refusal.
    public internal(set) var outcomes: [SourceOutcome] = []
    /// What kept the next one from being decided. What came before it stays.
    public internal(set) var failure: SourceError?
}

/// What went wrong with one of several sources.
public struct SourceError: Error, Sendable {
    /// The source as it was named.
    public let source: String
    /// What went wrong.
    public let reason: LayoutError
}

extension Site {
    /// Imports each source into the layout.
    ///
    /// Sources are taken in their order; the first that is refused or fails ends the run, and what came
    /// before it stays. Returns what became of each source that was looked at.
    public func importImages(_ request: ImportRequest) -> ImportRun {
        var run = ImportRun()
        var rehearsal: ImportRehearsal?
        for source in request.sources {
            let outcome: ImportOutcome
            do throws(LayoutError) {
                // Opened before the layout is made: a misspelt source leaves no trace.
                let reference = try Reference(parsing: source, in: files)
                let options = options(of: request, reference.selector)
                outcome = try steadily(importing: reference) { opened throws(LayoutError) in
                    request.isRehearsal
                        ? try rehearse(opened, request.layout, options, &rehearsal)
                        : try take(opened, into: request.layout, options)
                }
            } catch {
                run.failure = SourceError(source: source, reason: error)
                break
            }
            run.outcomes.append(SourceOutcome(source: source, outcome: outcome))
            if case .refused = outcome { break }
        }
        return run
    }

    private func options(of request: ImportRequest, _ selector: Selector) -> LayoutImport.Options {
        var options = LayoutImport.Options()
        options.selection.selector = selector
        options.selection.platform = request.platform
        options.selection.name = request.name
        options.replace = request.replace
        options.patience = request.patience
        return options
    }

    private func take(
        _ source: ImportSource, into path: String, _ options: LayoutImport.Options
    ) throws(LayoutError) -> ImportOutcome {
        var destination = try ImportDestination.open(
            at: path, in: files, patience: options.patience)
        do throws(LayoutError) {
            let outcome = try LayoutImport.run(source, into: destination, options: options)
            if case .refused = outcome { destination.withdraw() }
            return outcome
        } catch {
            destination.withdraw()
            throw error
        }
    }

    /// `rehearsal` is what earlier sources would have made of the layout.
    private func rehearse(
        _ source: ImportSource, _ path: String, _ options: LayoutImport.Options,
        _ rehearsal: inout ImportRehearsal?
    ) throws(LayoutError) -> ImportOutcome {
        let layout = try ImportDestination.present(at: path, in: files)
        var now = rehearsal ?? ImportRehearsal(from: layout?.index ?? LayoutIndex())
        defer { rehearsal = now }
        return try LayoutImport.rehearse(source, into: layout, after: &now, options: options)
    }
}

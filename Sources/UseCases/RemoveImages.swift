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

/// What a request to remove came to.
public struct RemovalOutcome {
    /// What went, one report for each layout in the order in which they were named.
    public let reports: [RemovalReport]
    /// What kept the rest from going; nil where nothing did.
    public let obstacle: (any Error)?
}

extension Site {
    /// Removes images, referrers, or the signatures of images, each layout in one step.
    ///
    /// Everything is found in every layout before the first is changed.
    ///
    /// - Returns: what went; with `dryRun`, what would have gone.
    public func remove(_ request: RemoveRequest) throws -> RemovalOutcome {
        let wanted = try targets(of: request)
        var rehearsed: [RemovalReport] = []
        for one in wanted {
            _ = try Layout(at: one.path, in: files)
            let removal = try steadily(Reference(path: one.path, selector: .only)) { content in
                (try LayoutRemoval(of: one.targets, from: content), true)
            }
            rehearsed.append(RemovalReport(path: one.path, removal: removal))
        }
        guard !request.dryRun else { return RemovalOutcome(reports: rehearsed, obstacle: nil) }
        var reports: [RemovalReport] = []
        for one in wanted {
            do {
                let layout = try Layout(at: one.path, in: files)
                let writer = try LayoutWriter(layout, patience: request.patience)
                let removal = try LayoutRemoval(of: one.targets, from: writer.layout)
                try removal.apply(by: writer)
                reports.append(RemovalReport(path: one.path, removal: removal))
            } catch { return RemovalOutcome(reports: reports, obstacle: error) }
        }
        return RemovalOutcome(reports: reports, obstacle: nil)
    }

    private struct LayoutTargets {
        let path: String
        let absolutePath: String
        var targets: [LayoutRemoval.Target]
    }

    private func targets(of request: RemoveRequest) throws -> [LayoutTargets] {
        var found: [LayoutTargets] = []
        for text in request.references {
            let reference = try Reference(parsing: text, in: files)
            let target = try Self.target(reference, text, request)
            // One layout under two spellings is one layout.
            let path = try files.absolutePath(of: reference.path)
            if let place = found.firstIndex(where: { $0.absolutePath == path }) {
                found[place].targets.append(target)
            } else {
                found.append(
                    LayoutTargets(path: reference.path, absolutePath: path, targets: [target]))
            }
        }
        return found
    }

    private static func target(_ reference: Reference, _ text: String, _ request: RemoveRequest)
        throws(LayoutError) -> LayoutRemoval.Target
    {
        // A bare path would take whatever happens to be the only image.
        if case .only = reference.selector { throw .noSelector(text) }
        if request.signaturesOnly {
            return .referrers(
                of: reference.selector, artifactType: SignatureManifest.artifactType)
        }
        switch reference.selector {
        case .only: throw .noSelector(text)
        case .name(let name): return .name(name)
        case .digest(let digest): return .digest(digest)
        }
    }
}

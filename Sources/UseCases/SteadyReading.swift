internal import OCILayout

extension Site {
    /// Reads what `reference` names by `body`, and again if the layout was changed meanwhile and
    /// something was amiss: readers take no lock, so what a writer has just removed may be missed
    /// by a reader that began before.
    ///
    /// - Parameters:
    ///   - reference: a layout or an archive.
    ///   - body: what to do; says whether all was in order.
    /// - Returns: what `body` gave at last.
    /// - Throws: what `body` threw at last.
    func steadily<Result>(
        _ reference: Reference, _ body: (any LayoutContent) throws -> (Result, isSound: Bool)
    ) throws -> Result {
        // A layout that changes all the time is read as it is in the end.
        for _ in 0..<Self.rereadingMax {
            let content = try reference.open(in: files)
            do {
                let (result, isSound) = try body(content)
                if isSound || !hasChanged(content) { return result }
            } catch {
                guard hasChanged(content) else { throw error }
            }
        }
        return try body(reference.open(in: files)).0
    }

    private static var rereadingMax: Int { 8 }

    private func hasChanged(_ content: any LayoutContent) -> Bool {
        (content as? Layout)?.hasChanged ?? false
    }

    /// As `steadily`, for an import: what is brought from a layout that others change is what it
    /// holds before or after.
    ///
    /// - Parameters:
    ///   - reference: the source.
    ///   - body: imports it.
    /// - Returns: what `body` gave at last.
    /// - Throws: what `body` threw at last.
    func steadily(
        importing reference: Reference,
        _ body: (ImportSource) throws(LayoutError) -> ImportOutcome
    ) throws(LayoutError) -> ImportOutcome {
        for _ in 0..<Self.rereadingMax {
            let source = try ImportSource(at: reference.path, in: files)
            do throws(LayoutError) {
                let outcome = try body(source)
                guard case .refused = outcome, hasChanged(source) else { return outcome }
            } catch {
                guard error.isDamage, hasChanged(source) else { throw error }
            }
        }
        return try body(ImportSource(at: reference.path, in: files))
    }

    private func hasChanged(_ source: ImportSource) -> Bool {
        // An archive is read in one pass, and a pipe cannot be read again.
        guard case .folder(let layout) = source else { return false }
        return hasChanged(layout)
    }
}

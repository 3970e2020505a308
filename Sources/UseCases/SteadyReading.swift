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
                guard error.isDamage, hasChanged(content) else { throw error }
            }
        }
        return try body(reference.open(in: files)).0
    }

    private static var rereadingMax: Int { 8 }

    /// Whether `index.json` has other bytes than when the layout was opened.
    private func hasChanged(_ content: any LayoutContent) -> Bool {
        guard let layout = content as? Layout, let now = try? Layout(layout.folder) else {
            return false
        }
        return now.indexBytes != layout.indexBytes
    }
}

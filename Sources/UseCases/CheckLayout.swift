public import OCILayout

extension Site {
    /// Hashes everything that the layout or archive at `path` lists.
    public func check(_ path: String) throws -> LayoutCheck {
        try LayoutCheck(
            Reference(path: path, selector: .only).open(in: files))
    }
}

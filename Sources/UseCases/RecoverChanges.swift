public import State

extension Site {
    /// Completes or takes back what runs that died left behind. Every verb that changes a layout
    /// begins with it.
    public func recover() throws -> [LayoutChange.Recovery] {
        try LayoutChange.recover(in: try state(), files, patience: patience)
    }
}

internal import Files
public import State

extension Site {
    /// Completes or takes back what runs that died left behind. Every verb that changes a layout
    /// begins with it.
    public func recover() throws -> [LayoutChange.Recovery] {
        // Where there has never been a state there is nothing to recover, and none is made for it.
        guard files.kind(at: statePath) != nil else { return [] }
        return try LayoutChange.recover(in: try state(), files, patience: patience)
    }
}

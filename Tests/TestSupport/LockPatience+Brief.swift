public import Files

extension LockPatience {
    /// For locks that nobody holds: between its start and its program, a child that another test
    /// starts has our open files, and our locks with them.
    public static let brief = LockPatience(limitSeconds: 5) { _ in }
}

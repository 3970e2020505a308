public import Configuration
public import Files
public import State

/// Takes bundles in.
///
/// - SeeAlso: docs/formats/bundle.md, "Receiving".
public struct BundleReception {
    let home: Home
    let state: StateFolder
    let files: FileSystem
    let clock: Clock
    let randomness: Randomness
    let patience: LockPatience

    /// Receptions by the trust in `home`, that remember in `state`, and wait for other runs as long
    /// as `patience` allows.
    public init(
        by home: Home, in state: StateFolder, on files: FileSystem = .real,
        clock: Clock = .system, randomness: Randomness = .system,
        patience: LockPatience = .standard
    ) {
        self.home = home
        self.state = state
        self.files = files
        self.clock = clock
        self.randomness = randomness
        self.patience = patience
    }

    /// Judges the bundle that `request` names, and takes all of it or nothing.
    ///
    /// Origin, order and destination are decided before anything large is read. Every byte leaves
    /// the medium once; what was judged is what is released.
    ///
    /// - Parameters:
    ///   - request: what goes where.
    ///   - progress: called with the bytes of blobs that arrived so far.
    /// - Returns: what became of it. A refusal leaves the layout and the mark as they were, and a
    ///   line `receive-refused` in the record.
    /// - Throws: where the fault is this machine's, not the bundle's.
    public func run(
        _ request: ReceiveRequest, progress: @escaping (Int64) -> Void = { _ in }
    ) throws(ReceivingError) -> ReceiveOutcome {
        throw .noOwnName
    }
}

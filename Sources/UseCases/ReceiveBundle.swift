public import BundleFormat
internal import Configuration
public import Files
public import Receiving
internal import State

/// Which bundle to take in, where to, and how.
public struct ReceiveBundleRequest: Sendable {
    /// The bundle: a tar or a folder.
    public var source: String
    /// The layout as it was named.
    public var layout: String
    /// What becomes of a bundle that is in order.
    public var purpose = ReceiveRequest.Purpose.release
    /// Whether names may be taken from other images.
    public var replacesNames = false
    /// The refusals that are lifted.
    public var overrides: Set<ChainOverride> = []
    /// Why they are, or why the bundle is turned away.
    public var reason: String?
    /// Whether nothing is changed.
    public var isRehearsal = false
    /// How long to wait for other runs.
    public var patience: LockPatience = .standard

    /// A request with the defaults as they stand here.
    public init(_ source: String, into layout: String) {
        self.source = source
        self.layout = layout
    }
}

extension Site {
    /// Takes a bundle into a layout, or into its quarantine, all of it or nothing; or closes its
    /// number.
    public func receive(_ request: ReceiveBundleRequest) throws -> ReceiveOutcome {
        let home = try home()
        guard try home.ownName() != nil else { throw SiteError.noName(homePath: homePath) }
        let reception = BundleReception(
            by: home, in: try state(rehearsing: request.isRehearsal), on: files, clock: clock,
            randomness: randomness, patience: request.patience)
        var receive = ReceiveRequest(
            source: request.source, into: try files.futurePath(of: request.layout),
            replacesNames: request.replacesNames, userName: userName, userID: userID)
        receive.purpose = request.purpose
        receive.overrides = request.overrides
        receive.reason = request.reason
        receive.isRehearsal = request.isRehearsal
        return try reception.run(receive)
    }

    /// The state; a rehearsal makes none where there is none.
    func state(rehearsing: Bool) throws -> StateFolder {
        if rehearsing, files.kind(at: statePath) == nil {
            _ = try files.folder(at: statePath)
        }
        return try state()
    }
}

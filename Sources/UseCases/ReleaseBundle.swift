internal import Configuration
public import Files
internal import OCILayout
public import Receiving
public import State

/// Which bundle leaves quarantine, and how.
public struct ReleaseBundleRequest: Sendable {
    /// The layout as it was named.
    public var layout: String
    /// Which one.
    public var choice: ReleaseRequest.Choice = .next
    /// Whether its number is closed, and nothing released.
    public var isRejection = false
    /// Whether the images that pass are released where others do not.
    public var isPartial = false
    /// Whether it is released although its time is over.
    public var acceptsLate = false
    /// Whether names may be taken from other images.
    public var replacesNames = false
    /// Why it is turned away, or released although its time is over.
    public var reason: String?
    /// Whether nothing is changed.
    public var isRehearsal = false
    /// How long to wait for other runs.
    public var patience: LockPatience = .standard

    /// A request with the defaults as they stand here.
    public init(from layout: String) {
        self.layout = layout
    }
}

extension Site {
    /// Releases a bundle from the quarantine of a layout, or closes its number.
    public func release(_ request: ReleaseBundleRequest) throws -> ReceiveOutcome {
        let home = try home()
        guard try home.ownName() != nil else { throw SiteError.noName(homePath: homePath) }
        var release = ReleaseRequest(
            request.choice, from: try files.futurePath(of: request.layout), userName: userName,
            userID: userID)
        release.isRejection = request.isRejection
        release.isPartial = request.isPartial
        release.acceptsLate = request.acceptsLate
        release.replacesNames = request.replacesNames
        release.reason = request.reason
        release.isRehearsal = request.isRehearsal
        return try HeldRelease(
            by: home, in: state(rehearsing: request.isRehearsal), on: files, clock: clock,
            randomness: randomness, patience: request.patience
        ).run(release)
    }

    /// The bundles that wait in the quarantine of a layout: each origin's in their order; and the
    /// names of folders there that wait by no word of this state.
    public func heldBundles(in layout: String) throws -> (held: [HeldBundle], unknown: [String]) {
        let held =
            try files.kind(at: statePath) == nil
            ? []
            : HeldRelease.held(at: files.futurePath(of: layout), in: state(), on: files)
        let known = Set(held.map(\.folderName))
        let waiting = try LayoutQuarantine(of: Layout(at: layout, in: files)).entries()
            .filter { $0.note == nil }
        return (held, waiting.map(\.name).filter { !known.contains($0) })
    }
}

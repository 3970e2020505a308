internal import Configuration
public import Files
public import Receiving
internal import State

extension Site {
    /// Takes the bundle at `source`, a tar or a folder, into the layout at `path`, all of it or
    /// nothing. With `replace`, names may be taken from other images.
    public func receive(
        _ source: String, into path: String, replace: Bool, patience: LockPatience
    ) throws -> ReceiveOutcome {
        let home = try home()
        guard try home.ownName() != nil else { throw SiteError.noName(homePath: homePath) }
        let reception = BundleReception(
            by: home, in: try state(), on: files, clock: clock, randomness: randomness,
            patience: patience)
        let request = ReceiveRequest(
            source: source, into: try files.futurePath(of: path), replacesNames: replace,
            userName: userName, userID: userID)
        return try reception.run(request)
    }
}

public import BundleFormat

/// Which bundle is taken in, and where to.
public struct ReceiveRequest: Sendable {
    /// What becomes of a bundle that is in order.
    public enum Purpose: Sendable, Equatable {
        /// Its images go into the layout.
        case release
        /// It waits in quarantine.
        case hold
        /// Its number is closed, and nothing of it is taken.
        case reject
    }

    /// The bundle: a tar or a folder.
    public let source: String
    /// The layout that the images go into; made if nothing stands there and the bundle is taken.
    public let layoutPath: String
    /// What becomes of it.
    public var purpose = Purpose.release
    /// Whether a name may be taken from another image in the layout.
    public var replacesNames: Bool
    /// The refusals that an operator lifts; each must stand in the way.
    public var overrides: Set<ChainOverride> = []
    /// Why refusals are lifted, or the bundle is turned away.
    public var reason: String?
    /// Whether nothing is changed, and nothing written down.
    public var isRehearsal = false
    /// The name of the user who asks, for the record.
    public let userName: String
    /// The user's number.
    public let userID: UInt32

    /// A request to take the bundle at `source` into the layout at `layoutPath`, which must be
    /// absolute.
    public init(
        source: String, into layoutPath: String, replacesNames: Bool = false, userName: String,
        userID: UInt32
    ) {
        self.source = source
        self.layoutPath = layoutPath
        self.replacesNames = replacesNames
        self.userName = userName
        self.userID = userID
    }
}

public import Encodings

/// Which bundle leaves quarantine, and how.
public struct ReleaseRequest: Sendable {
    /// How a bundle that waits is named.
    public enum Choice: Sendable, Equatable {
        /// The only one, or the next of its origin.
        case next
        /// By origin and number.
        case number(SiteName, Int64)
        /// By the digest of its manifest.
        case bundle(Digest)
    }

    /// The layout in whose quarantine it waits.
    public let layoutPath: String
    /// Which one.
    public var choice: Choice
    /// Whether its number is closed, and nothing of it released.
    public var isRejection = false
    /// Whether the images that pass are released where others do not.
    public var isPartial = false
    /// Whether a bundle whose time is over is released; it must be over.
    public var acceptsLate = false
    /// Whether a name may be taken from another image in the layout.
    public var replacesNames = false
    /// Why it is turned away, or released although its time is over.
    public var reason: String?
    /// Whether nothing is changed, and nothing written down.
    public var isRehearsal = false
    /// The name of the user who asks, for the record.
    public let userName: String
    /// The user's number.
    public let userID: UInt32

    /// A request to release a bundle into the layout at `layoutPath`, which must be absolute.
    public init(
        _ choice: Choice = .next, from layoutPath: String, userName: String, userID: UInt32
    ) {
        self.layoutPath = layoutPath
        self.choice = choice
        self.userName = userName
        self.userID = userID
    }
}

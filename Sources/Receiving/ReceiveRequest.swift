/// Which bundle is taken in, and where to.
public struct ReceiveRequest: Sendable {
    /// The bundle: a tar or a folder.
    public let source: String
    /// The layout that the images go into; made if nothing stands there and the bundle is taken.
    public let layoutPath: String
    /// Whether a name may be taken from another image in the layout.
    public var replacesNames: Bool
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

public import Configuration
public import Files
public import State

/// The world in which a verb acts: every verb takes it as an argument, so a test can bring its own.
public struct Site: Sendable {
    /// The file system.
    public let files: FileSystem
    /// The time.
    public let clock: Clock
    /// Random bytes.
    public let randomness: Randomness
    /// Where the home is, whether or not there is one.
    public let homePath: String
    /// Where the state is; it is made on first use.
    public let statePath: String
    /// Who acts, for the record.
    public let userName: String
    /// The number of who acts.
    public let userID: UInt32
    /// The program and its version, as `airseal/1.0`.
    public let agent: String
    /// How long to wait for other runs: for their logins, and for the layouts of `recover`.
    public var patience: LockPatience = .standard

    /// A site.
    public init(
        files: FileSystem, clock: Clock, randomness: Randomness, homePath: String,
        statePath: String, userName: String, userID: UInt32, agent: String
    ) {
        self.files = files
        self.clock = clock
        self.randomness = randomness
        self.homePath = homePath
        self.statePath = statePath
        self.userName = userName
        self.userID = userID
        self.agent = agent
    }

    /// Opens the home.
    public func home() throws(ConfigurationError) -> Home {
        try Home.open(at: homePath, in: files)
    }

    /// Opens the state, and makes it when missing.
    public func state() throws(StateError) -> StateFolder {
        try StateFolder(at: statePath, in: files)
    }
}

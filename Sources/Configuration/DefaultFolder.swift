/// A folder that a verb uses when the operator names none.
public enum DefaultFolder: Sendable {
    /// What is configured: policies, trust stores, peers.
    case home
    /// What changes with use: sequences, floors, the audit record.
    case state

    /// The path of the folder: what the operator `named`, else the environment's own variable, else
    /// the user's folder where there is one, else the system's.
    ///
    /// - Parameters:
    ///   - named: the value of `--home` or `--state`.
    ///   - environment: the variables of the process.
    ///   - isFolder: tells whether there is a folder at a path.
    /// - Returns: a path, whether or not there is anything.
    public func path(
        named: String?, environment: [String: String], isFolder: (String) -> Bool
    ) -> String {
        if let named { return named }
        if let path = environment[variable], !path.isEmpty { return path }
        if let path = userPath(environment), isFolder(path) { return path }
        return systemPath
    }

    private var variable: String {
        switch self {
        case .home: "AIRSEAL_HOME"
        case .state: "AIRSEAL_STATE"
        }
    }

    private var systemPath: String {
        switch self {
        case .home: "/etc/airseal"
        case .state: "/var/lib/airseal"
        }
    }

    /// The XDG base directory specification has a relative path in a variable ignored.
    private func userPath(_ environment: [String: String]) -> String? {
        let (variable, below) =
            switch self {
            case .home: ("XDG_CONFIG_HOME", ".config")
            case .state: ("XDG_STATE_HOME", ".local/state")
            }
        if let base = environment[variable], base.hasPrefix("/") { return "\(base)/airseal" }
        guard let user = environment["HOME"], user.hasPrefix("/") else { return nil }
        return "\(user)/\(below)/airseal"
    }
}

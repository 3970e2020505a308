public import SystemPackage

/// Why a program could not be run as another user.
public enum ProcessError: Error, Equatable {
    /// The system knows no user of this name.
    case unknownUser(String)
    /// The user is the one who runs this process, or root: neither is another user.
    case notAnotherUser(String)
    /// This process may not become that user.
    case mayNotBecome(String, Errno)
    /// The program cannot be executed by that user.
    case notExecutable(path: String, Errno)
    /// Something that it started goes on, whatever is done to it.
    case survived
    /// The system refused `call`.
    case system(call: String, Errno)
}

import Encodings

/// Names of files and folders that are not finished. Whatever carries one and is not locked was
/// left by a process that died, and may be removed.
public enum TemporaryName {
    private static let prefix = ".airseal-"

    /// A fresh name, not used by any other process. `purpose` is for people who find it.
    public static func next(for purpose: String) -> String {
        "\(prefix)\(purpose)-\(Hex.encode(Randomness.system.bytes(8)))"
    }

    /// Whether `name` has the form that `next` gives.
    public static func matches(_ name: String) -> Bool {
        name.utf8.starts(with: prefix.utf8)
    }
}

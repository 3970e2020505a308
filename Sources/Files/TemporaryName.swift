import Encodings

/// Names of files and folders that are not finished. Whatever carries one and is not locked was
/// left by a process that died, and may be removed.
public enum TemporaryName {
    private static let prefix = ".airseal-"
    private static let randomByteCount = 8

    /// A fresh name, not used by any other process. `purpose` is for people who find it.
    public static func next(for purpose: String) -> String {
        "\(prefix)\(purpose)-\(Hex.encode(Randomness.system.bytes(randomByteCount)))"
    }

    /// Whether `next` gave `name` for this very `purpose`.
    public static func matches(_ name: String, purpose: String) -> Bool {
        let expected = Array("\(prefix)\(purpose)-".utf8)
        return matches(name) && name.utf8.starts(with: expected)
            && name.utf8.count == expected.count + 2 * randomByteCount
    }

    /// Whether `name` has the form that `next` gives, to its end: what only begins like it may be
    /// somebody's own.
    public static func matches(_ name: String) -> Bool {
        let units = Array(name.utf8)
        let digitCount = 2 * randomByteCount
        guard units.starts(with: prefix.utf8), units.count > prefix.utf8.count + 1 + digitCount
        else { return false }
        let isHex = units.suffix(digitCount).allSatisfy { unit in
            switch unit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
            default: false
            }
        }
        return isHex && units[units.count - digitCount - 1] == UInt8(ascii: "-")
    }
}

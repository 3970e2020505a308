/// A length of time as an operator writes it: `90d`, `12h`, `30m`, `45s`.
public struct Lifetime: Sendable, Equatable {
    /// A hundred years: what is longer was mistyped.
    private static let secondsMax: Int64 = 100 * 366 * 86_400

    /// The length, in seconds; at least 1.
    public let seconds: Int64

    /// Reads a number above zero with its unit; nil for anything else.
    public init?(_ text: String) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }),
            text.dropLast().utf8.allSatisfy({ (48...57).contains($0) }),
            let count = Int64(text.dropLast()), count > 0, count <= Self.secondsMax / unit
        else { return nil }
        seconds = count * unit
    }
}

/// Several things in one sentence, as many as a person still reads.
struct Listing: CustomStringConvertible {
    /// The most that are named.
    static let namedMax = 10

    let description: String

    /// The items, each safe to show: `a, b and 3 more`; `nothing` stands for an empty list.
    init(_ items: [String], nothing: String = "none") {
        let named = items.prefix(Self.namedMax).joined(separator: ", ")
        let rest = items.count - Self.namedMax
        description = items.isEmpty ? nothing : rest > 0 ? "\(named) and \(rest) more" : named
    }
}

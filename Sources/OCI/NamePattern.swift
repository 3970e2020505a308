/// A shell pattern over names of images: `v*`, `site.example/*:v1`, `site.example/**`.
///
/// `*` stands for any text without a slash, `**` for any text, `?` for one character that is no
/// slash, `[a-z]` and `[!a-z]` for one character of a set, or out of it, that is no slash; `\` takes
/// the meaning from the character after it. The whole name must fit, as bytes.
public struct NamePattern: Sendable, Hashable, CustomStringConvertible {
    /// Longest pattern, in bytes.
    public static let byteCountMax = 1024

    /// The pattern as written.
    public let description: String
    private let parts: [Part]

    private enum Part: Sendable, Hashable {
        case unit(UInt8)
        case anyUnit
        case set([ClosedRange<UInt8>], isNegated: Bool)
        /// Any text; `**` crosses slashes.
        case anyText(crossesSlashes: Bool)
    }

    /// Reads a pattern; nil for an empty one, a set that is not closed, empty or turned round, or a
    /// backslash at the end.
    public init?(_ text: some StringProtocol) {
        var rest = Array(text.utf8)[...]
        guard !rest.isEmpty, rest.count <= Self.byteCountMax else { return nil }
        var parts: [Part] = []
        while let unit = rest.popFirst() {
            switch unit {
            case UInt8(ascii: "*"):
                let crosses = rest.first == UInt8(ascii: "*")
                while rest.first == UInt8(ascii: "*") { rest.removeFirst() }
                parts.append(.anyText(crossesSlashes: crosses))
            case UInt8(ascii: "?"): parts.append(.anyUnit)
            case UInt8(ascii: "["):
                guard let set = Self.set(from: &rest) else { return nil }
                parts.append(set)
            case UInt8(ascii: "\\"):
                guard let next = rest.popFirst() else { return nil }
                parts.append(.unit(next))
            default: parts.append(.unit(unit))
            }
        }
        self.parts = parts
        description = String(text)
    }

    private static func set(from rest: inout ArraySlice<UInt8>) -> Part? {
        let isNegated = rest.first == UInt8(ascii: "!") || rest.first == UInt8(ascii: "^")
        if isNegated { rest.removeFirst() }
        var ranges: [ClosedRange<UInt8>] = []
        while let first = rest.popFirst() {
            if first == UInt8(ascii: "]"), !ranges.isEmpty {
                return .set(ranges, isNegated: isNegated)
            }
            var last = first
            if rest.first == UInt8(ascii: "-"), let end = rest.dropFirst().first,
                end != UInt8(ascii: "]")
            {
                last = end
                rest = rest.dropFirst(2)
            }
            guard first <= last else { return nil }
            ranges.append(first...last)
        }
        return nil
    }

    /// Whether `name` fits.
    public func matches(_ name: some StringProtocol) -> Bool {
        // Which beginnings of the pattern fit what was read; so no pattern takes long.
        var reached = Set(skippingTexts(from: 0))
        for unit in name.utf8 {
            var next: Set<Int> = []
            for place in reached where place < parts.count {
                switch parts[place] {
                case .anyText(let crosses):
                    if crosses || unit != UInt8(ascii: "/") {
                        next.formUnion(skippingTexts(from: place))
                    }
                case .unit(let own):
                    if own == unit { next.formUnion(skippingTexts(from: place + 1)) }
                case .anyUnit:
                    if unit != UInt8(ascii: "/") {
                        next.formUnion(skippingTexts(from: place + 1))
                    }
                case .set(let ranges, let isNegated):
                    if unit != UInt8(ascii: "/"),
                        ranges.contains(where: { $0.contains(unit) }) != isNegated
                    {
                        next.formUnion(skippingTexts(from: place + 1))
                    }
                }
            }
            reached = next
        }
        return reached.contains(parts.count)
    }

    /// `place`, and the places behind it that an empty text reaches.
    private func skippingTexts(from place: Int) -> [Int] {
        var places = [place]
        var place = place
        while place < parts.count, case .anyText = parts[place] {
            place += 1
            places.append(place)
        }
        return places
    }
}

import Encodings

extension DERReader {
    /// A UTCTime or GeneralizedTime in the one form that certificates may use: seconds, `Z`, no
    /// fraction.
    ///
    /// - SeeAlso: RFC 5280 section 4.1.2.5.
    mutating func time() throws(DERError) -> Timestamp {
        let element = try next()
        guard element.tag == DERTag.utcTime || element.tag == DERTag.generalizedTime else {
            throw .unexpected(tag: element.tag)
        }
        let units = Array(element.content)
        let yearWidth = element.tag == DERTag.utcTime ? 2 : 4
        guard units.count == yearWidth + 11, units.last == UInt8(ascii: "Z"),
            units.dropLast().allSatisfy({ (48...57).contains($0) })
        else { throw .badValue(tag: element.tag) }
        func number(_ start: Int, _ width: Int) -> Int {
            units[start..<start + width].reduce(0) { $0 * 10 + Int($1) - 48 }
        }
        var year = number(0, yearWidth)
        if yearWidth == 2 { year += year < 50 ? 2000 : 1900 }
        let rest = yearWidth
        guard
            let seconds = Timestamp.seconds(
                year: year, month: number(rest, 2), day: number(rest + 2, 2),
                hour: number(rest + 4, 2), minute: number(rest + 6, 2), second: number(rest + 8, 2))
        else { throw .badValue(tag: element.tag) }
        return Timestamp(seconds: seconds)
    }
}

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
        guard let seconds = Self.seconds(units.dropLast(), yearWidth: yearWidth) else {
            throw .badValue(tag: element.tag)
        }
        return Timestamp(seconds: seconds)
    }

    /// A GeneralizedTime in that form.
    ///
    /// - SeeAlso: RFC 5280 section 5.3.2; RFC 6960 section 4.2.2.1.
    mutating func generalizedTime() throws(DERError) -> Timestamp {
        guard let nextTag else { throw .truncated }
        guard nextTag == DERTag.generalizedTime else { throw .unexpected(tag: nextTag) }
        return try time()
    }

    /// A GeneralizedTime in UTC, its fraction without a zero at the end and to the nanosecond at
    /// most.
    ///
    /// - SeeAlso: RFC 3161 section 2.4.2, `genTime`; rule T11.
    mutating func preciseTime() throws(DERError) -> Timestamp {
        let malformed = DERError.badValue(tag: DERTag.generalizedTime)
        let units = Array(try next(DERTag.generalizedTime).content)
        guard units.last == UInt8(ascii: "Z") else { throw malformed }
        let parts = units.dropLast().split(
            separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, whole.count == 14,
            parts.joined().allSatisfy({ (48...57).contains($0) }),
            let seconds = Self.seconds(whole, yearWidth: 4)
        else { throw malformed }
        guard parts.count == 2 else { return Timestamp(seconds: seconds) }
        guard (1...9).contains(parts[1].count), parts[1].last != UInt8(ascii: "0") else {
            throw malformed
        }
        let digits = Array(parts[1]) + Array(repeating: 48, count: 9 - parts[1].count)
        return Timestamp(
            seconds: seconds, nanoseconds: digits.reduce(0) { $0 * 10 + Int32($1) - 48 })
    }

    /// Seconds since the epoch; nil if there is no such date.
    private static func seconds(_ digits: ArraySlice<UInt8>, yearWidth: Int) -> Int64? {
        let units = Array(digits)
        func number(_ start: Int, _ width: Int) -> Int {
            units[start..<start + width].reduce(0) { $0 * 10 + Int($1) - 48 }
        }
        var year = number(0, yearWidth)
        if yearWidth == 2 { year += year < 50 ? 2000 : 1900 }
        let rest = yearWidth
        return Timestamp.seconds(
            year: year, month: number(rest, 2), day: number(rest + 2, 2),
            hour: number(rest + 4, 2), minute: number(rest + 6, 2), second: number(rest + 8, 2))
    }
}

/// A point in time: seconds since 1970-01-01T00:00:00Z and nanoseconds within the second.
public struct Timestamp: Hashable, Sendable {
    /// Whole seconds since 1970-01-01T00:00:00Z, negative before.
    public let seconds: Int64
    /// 0 to 999,999,999, counted forward from `seconds`.
    public let nanoseconds: Int32

    /// The time `seconds` after the epoch.
    public init(seconds: Int64, nanoseconds: Int32 = 0) {
        precondition((0..<1_000_000_000).contains(nanoseconds), "a fraction of one second")
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// Reads an RFC 3339 date and time with any offset and any number of fraction digits.
    ///
    /// Digits beyond the ninth are dropped. A leap second is refused: no format that Airseal reads
    /// writes one. Nil if `text` is anything else.
    public init?(rfc3339 text: String) {
        var reader = Reader(units: Array(text.utf8))
        guard let year = reader.number(4), reader.take("-"), let month = reader.number(2),
            reader.take("-"), let day = reader.number(2), reader.take("T") || reader.take("t"),
            let hour = reader.number(2), reader.take(":"), let minute = reader.number(2),
            reader.take(":"), let second = reader.number(2)
        else { return nil }
        var nanoseconds: Int32 = 0
        if reader.take(".") {
            guard let fraction = reader.fraction() else { return nil }
            nanoseconds = fraction
        }
        guard let offset = reader.offsetSeconds(), reader.isAtEnd else { return nil }
        guard
            let seconds = Self.seconds(
                year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        else { return nil }
        // The offset must not carry the time out of the years that can be written again.
        let time = seconds - Int64(offset)
        guard (Self.earliest...Self.latest).contains(time) else { return nil }
        self.init(seconds: time, nanoseconds: nanoseconds)
    }

    /// 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z, in seconds since the epoch.
    private static let earliest: Int64 = -62_167_219_200
    private static let latest: Int64 = 253_402_300_799

    /// Seconds since the epoch of a UTC date in the Gregorian calendar; nil if there is no such
    /// date.
    public static func seconds(
        year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int
    ) -> Int64? {
        guard (0...9999).contains(year), (1...12).contains(month), (1...31).contains(day),
            (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second)
        else { return nil }
        guard day <= dayCount(ofMonth: month, year: year) else { return nil }
        let days = dayNumber(year: year, month: month, day: day)
        return Int64(days * 86_400 + hour * 3600 + minute * 60 + second)
    }

    /// The time `seconds` later.
    public func adding(seconds: Int64) -> Timestamp {
        Timestamp(seconds: self.seconds + seconds, nanoseconds: nanoseconds)
    }

    /// The time `nanoseconds` later, or earlier if negative.
    public func adding(nanoseconds: Int64) -> Timestamp {
        let sum = Int64(self.nanoseconds) + nanoseconds % 1_000_000_000
        let carry: Int64 = sum < 0 ? -1 : sum / 1_000_000_000
        return Timestamp(
            seconds: seconds + nanoseconds / 1_000_000_000 + carry,
            nanoseconds: Int32(sum - carry * 1_000_000_000))
    }

    /// The same time without its fraction.
    public var wholeSeconds: Timestamp { Timestamp(seconds: seconds) }
}

extension Timestamp: Comparable {
    /// Earlier is less.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }
}

// The Gregorian calendar in eras of 400 years that begin on 1 March, so that a leap day is the
// last day of its year.
extension Timestamp {
    private static func dayCount(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01.
    private static func dayNumber(year: Int, month: Int, day: Int) -> Int {
        let (era, yearOfEra) = (month <= 2 ? year - 1 : year).quotientAndRemainder(flooringBy: 400)
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    static func date(ofDay number: Int) -> (year: Int, month: Int, day: Int) {
        let (era, dayOfEra) = (number + 719_468).quotientAndRemainder(flooringBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }
}

extension Int {
    /// As `quotientAndRemainder(dividingBy:)`, with a remainder that is never negative.
    func quotientAndRemainder(flooringBy divisor: Int) -> (Int, Int) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

extension Timestamp {
    /// A cursor over the characters of an RFC 3339 text.
    private struct Reader {
        let units: [UInt8]
        var position = 0

        init(units: [UInt8]) { self.units = units }

        var isAtEnd: Bool { position == units.count }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard position < units.count, units[position] == UInt8(ascii: character) else {
                return false
            }
            position += 1
            return true
        }

        mutating func digit() -> Int? {
            guard position < units.count, case 48...57 = units[position] else { return nil }
            defer { position += 1 }
            return Int(units[position]) - 48
        }

        mutating func number(_ width: Int) -> Int? {
            var value = 0
            for _ in 0..<width {
                guard let digit = digit() else { return nil }
                value = value * 10 + digit
            }
            return value
        }

        /// At least one digit, as nanoseconds.
        mutating func fraction() -> Int32? {
            var value: Int32 = 0
            var count = 0
            while let digit = digit() {
                if count < 9 { value = value * 10 + Int32(digit) }
                count += 1
            }
            guard count > 0 else { return nil }
            for _ in min(count, 9)..<9 { value *= 10 }
            return value
        }

        /// `Z`, or a sign and `hh:mm`.
        mutating func offsetSeconds() -> Int? {
            if take("Z") || take("z") { return 0 }
            let sign = take("-") ? -1 : take("+") ? 1 : 0
            guard sign != 0, let hours = number(2), take(":"), let minutes = number(2),
                hours < 24, minutes < 60
            else { return nil }
            return sign * (hours * 3600 + minutes * 60)
        }
    }
}

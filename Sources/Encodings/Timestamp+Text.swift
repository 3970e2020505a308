extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC, whole seconds: `2026-11-22T06:06:56Z`.
    public var description: String { "\(dateAndTime)Z" }

    /// RFC 3339 in UTC, with the digits of the fraction down to the last that counts:
    /// `2026-11-22T06:06:56.141Z`.
    public var preciseDescription: String {
        guard nanoseconds > 0 else { return description }
        var fraction = Self.padded(Int(nanoseconds), 9)[...]
        while fraction.last == "0" { fraction.removeLast() }
        return "\(dateAndTime).\(fraction)Z"
    }

    /// In UTC as C's `asctime` writes it, whole seconds: `Sun Nov 22 06:06:56 2026`.
    public var ansiDescription: String {
        let (day, second) = dayAndSecond
        let date = Self.date(ofDay: day)
        // 1 January 1970 was a Thursday.
        let weekday = Self.weekdays[(day + 4).quotientAndRemainder(flooringBy: 7).1]
        let dayOfMonth = date.day < 10 ? " \(date.day)" : "\(date.day)"
        let month = Self.months[date.month - 1]
        return
            "\(weekday) \(month) \(dayOfMonth) \(Self.clock(second)) \(Self.padded(date.year, 4))"
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private var dayAndSecond: (day: Int, second: Int) {
        let (day, second) = Int(seconds).quotientAndRemainder(flooringBy: 86_400)
        return (day, second)
    }

    private var dateAndTime: String {
        let (day, second) = dayAndSecond
        let date = Self.date(ofDay: day)
        let month = "\(Self.padded(date.year, 4))-\(Self.padded(date.month, 2))"
        return "\(month)-\(Self.padded(date.day, 2))T\(Self.clock(second))"
    }

    private static func clock(_ second: Int) -> String {
        "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}

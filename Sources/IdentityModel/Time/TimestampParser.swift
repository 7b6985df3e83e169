/// Reads an event's time from bytes, strictly.
///
/// Text is RFC 3339: `2026-01-02T03:04:05.678Z`. T and Z may be lower-case, a space may stand for
/// the T, an offset is ±hh:mm within a day (-00:00 is UTC), and digits behind the third of a
/// fraction are cut. A second 60 is taken only where a leap second can be, in the last minute of a
/// month in UTC, and is the first second of the next day, as POSIX counts; 24:00 is refused.
package enum TimestampParser {
    /// What a text says.
    package enum Outcome: Equatable, Sendable {
        /// A time in the years 0001 to 9999.
        case time(EventTime)
        /// The text is no RFC 3339 time, or one that no calendar has.
        case malformed
        /// The time is right but for its zone, which is missing.
        case zoneMissing
        /// The time lies outside the years 0001 to 9999 in UTC.
        case outOfRange
    }

    /// The bytes of `YYYY-MM-DDThh:mm:ss`.
    private static let shortest = 19

    /// Reads `text[range]`; a time without a zone is taken as `assumedZoneMinutes` east of UTC.
    package static func parse(
        _ text: Span<UInt8>, _ range: Range<Int>, assumedZoneMinutes: Int? = nil
    ) -> Outcome {
        let start = range.lowerBound
        guard range.upperBound - start >= shortest else { return .malformed }
        let year = two(text, start) * 100 + two(text, start + 2)
        let month = two(text, start + 5)
        let day = two(text, start + 8)
        let hour = two(text, start + 11)
        let minute = two(text, start + 14)
        let second = two(text, start + 17)
        let separator = text[start + 10]
        guard year >= 0, month >= 1, day >= 1, hour >= 0, minute >= 0, second >= 0,
            text[start + 4] == UInt8(ascii: "-"), text[start + 7] == UInt8(ascii: "-"),
            separator | 0x20 == UInt8(ascii: "t") || separator == UInt8(ascii: " "),
            text[start + 13] == UInt8(ascii: ":"), text[start + 16] == UInt8(ascii: ":"),
            day <= CivilDate.dayCount(year: year, month: month),
            hour < 24, minute < 60, second <= 60
        else { return .malformed }
        var index = start + shortest
        guard let fraction = fraction(text, &index, range.upperBound) else { return .malformed }
        let zone: Int
        if index == range.upperBound {
            guard let assumedZoneMinutes else { return .zoneMissing }
            zone = assumedZoneMinutes
        } else {
            guard let minutes = offset(text, index, range.upperBound) else { return .malformed }
            zone = minutes
        }
        let days = CivilDate(year: year, month: month, day: day).daysSinceEpoch
        let minutes = (days * 24 + hour) * 60 + minute - zone
        if second == 60, !isLeapSecondPossible(minutes) { return .malformed }
        return checked(Int64((minutes * 60 + second) * 1_000 + fraction))
    }

    /// Reads an integer that counts `unit`s: an optional minus and digits, nothing else.
    ///
    /// The digits below a millisecond are cut towards the past, as those of a fraction are, before
    /// anything is counted: nanoseconds of far years are more than 64 bits hold.
    package static func parseInteger(
        _ text: Span<UInt8>, _ range: Range<Int>, unit: TimeUnit
    ) -> Outcome {
        let isNegative = !range.isEmpty && text[range.lowerBound] == UInt8(ascii: "-")
        let start = isNegative ? range.lowerBound + 1 : range.lowerBound
        guard start < range.upperBound else { return .malformed }
        let cut = max(start, range.upperBound - unit.digitsBelowMilliseconds)
        var count: Int64 = 0
        var isTooLarge = false
        var isCut = false
        for index in start..<range.upperBound {
            let digit = text[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return .malformed }
            if index >= cut {
                isCut = isCut || digit > 0
            } else if !isTooLarge {
                count = count * 10 + Int64(digit)
                isTooLarge = count > largestCount
            }
        }
        if isTooLarge { return .outOfRange }
        let whole = isNegative ? (isCut ? -count - 1 : -count) : count
        return checked(unit == .seconds ? whole * 1_000 : whole)
    }

    /// Above every count of seconds or milliseconds that is in range, and far from overflow.
    private static let largestCount: Int64 = 1_000_000_000_000_000

    private static func checked(_ milliseconds: Int64) -> Outcome {
        let time = EventTime(milliseconds: milliseconds)
        return time < EventTime.minimum || time > EventTime.maximum ? .outOfRange : .time(time)
    }

    /// Two digits as a number; a negative number, below any that could make up for it, otherwise.
    @inline(__always)
    private static func two(_ text: Span<UInt8>, _ index: Int) -> Int {
        let tens = text[index] &- UInt8(ascii: "0")
        let ones = text[index + 1] &- UInt8(ascii: "0")
        return tens < 10 && ones < 10 ? Int(tens) * 10 + Int(ones) : -100_000
    }

    /// The milliseconds of `.123456`, moving `index` behind; 0 where there is no point.
    @inline(__always)
    private static func fraction(_ text: Span<UInt8>, _ index: inout Int, _ end: Int) -> Int? {
        guard index < end, text[index] == UInt8(ascii: ".") else { return 0 }
        index += 1
        var milliseconds = 0
        var weight = 100
        let start = index
        while index < end {
            let digit = text[index] &- UInt8(ascii: "0")
            if digit > 9 { break }
            milliseconds += Int(digit) * weight
            weight /= 10
            index += 1
        }
        return index > start ? milliseconds : nil
    }

    /// Minutes east of UTC of `Z` or `±hh:mm`, which must reach to the end.
    @inline(__always)
    private static func offset(_ text: Span<UInt8>, _ index: Int, _ end: Int) -> Int? {
        let sign = text[index]
        if end - index == 1 { return sign | 0x20 == UInt8(ascii: "z") ? 0 : nil }
        guard end - index == 6, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"),
            text[index + 3] == UInt8(ascii: ":")
        else { return nil }
        let hours = two(text, index + 1)
        let minutes = two(text, index + 4)
        guard hours >= 0, hours < 24, minutes >= 0, minutes < 60 else { return nil }
        let total = hours * 60 + minutes
        return sign == UInt8(ascii: "-") ? -total : total
    }

    /// Whether the minute, counted in UTC since 1970, is the last of a month.
    private static func isLeapSecondPossible(_ minutes: Int) -> Bool {
        let next = minutes + 1
        guard next % 1_440 == 0 else { return false }
        return CivilDate(daysSinceEpoch: next / 1_440).day == 1
    }
}

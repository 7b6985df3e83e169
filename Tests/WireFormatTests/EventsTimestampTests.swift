import IdentityModel
import Testing
import WireFormat

@Suite struct EventsTimestampTests {
    func parse(_ text: String, zone: Int? = nil) -> TimestampParser.Outcome {
        let bytes = Array("<\(text)>".utf8)
        return TimestampParser.parse(
            bytes.span, 1..<(bytes.count - 1), assumedZoneMinutes: zone)
    }

    func parse(_ text: String, _ unit: TimeUnit) -> TimestampParser.Outcome {
        let bytes = Array("<\(text)>".utf8)
        return TimestampParser.parseInteger(bytes.span, 1..<(bytes.count - 1), unit: unit)
    }

    func time(_ milliseconds: Int64) -> TimestampParser.Outcome {
        .time(EventTime(milliseconds: milliseconds))
    }

    @Test func shouldReadKnownTimes() {
        #expect(parse("1970-01-01T00:00:00Z") == time(0))
        #expect(parse("2026-01-02T03:04:05.678Z") == time(1_767_323_045_678))
        #expect(parse("1969-12-31T23:59:59.999Z") == time(-1))
        #expect(parse("2000-02-29T12:00:00+00:00") == time(951_825_600_000))
        #expect(parse("0001-01-01T00:00:00Z") == .time(EventTime.minimum))
        #expect(parse("9999-12-31T23:59:59.999Z") == .time(EventTime.maximum))
    }

    @Test func shouldTakeEveryFormThatTheRFCAllows() {
        for text in [
            "1970-01-01T00:00:00z", "1970-01-01t00:00:00Z", "1970-01-01 00:00:00Z",
            "1970-01-01T00:00:00.0Z", "1970-01-01T00:00:00.000999999999999Z",
            "1970-01-01T00:00:00+00:00", "1970-01-01T00:00:00-00:00", "1970-01-01T01:30:00+01:30",
            "1969-12-31T00:01:00-23:59", "1970-01-01T23:59:00.000+23:59",
        ] {
            #expect(parse(text) == time(0), "\(text)")
        }
        #expect(parse("1970-01-01T00:00:00.5Z") == time(500))
        #expect(parse("1970-01-01T00:00:00.05Z") == time(50))
        #expect(parse("1970-01-01T00:00:00.1239Z") == time(123))
        // Fractions are cut, not rounded, before 1970 too.
        #expect(parse("1969-12-31T23:59:59.9999Z") == time(-1))
    }

    @Test(arguments: [
        "", "Z", "1970-01-01", "1970-01-01T00:00Z", "1970-01-01T00:00:00.Z",
        "1970-01-01T00:00:00,5Z",
        "1970-1-01T00:00:00Z", "1970-01-01T24:00:00Z", "1970-01-01T23:60:00Z",
        "1970-01-01T23:59:61Z", "1970-00-01T00:00:00Z", "1970-13-01T00:00:00Z",
        "1970-01-00T00:00:00Z", "1970-01-32T00:00:00Z", "1970-04-31T00:00:00Z",
        "1970-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2000-02-30T00:00:00Z",
        "1970-01-01T00:00:00+1:00", "1970-01-01T00:00:00+0100", "1970-01-01T00:00:00+24:00",
        "1970-01-01T00:00:00+00:60", "1970-01-01T00:00:00 Z", "1970-01-01T00:00:00ZZ",
        "1970-01-01T00:00:00UTC", "1970-01-01T00:00:00+01:00 ", " 1970-01-01T00:00:00Z",
        "+1970-01-01T00:00:00Z", "-1970-01-01T00:00:00Z", "10000-01-01T00:00:00Z",
        "1970/01/01T00:00:00Z", "1970-01-01_00:00:00Z", "1970-01-01T00-00-00Z",
        "197O-01-01T00:00:00Z", "1970-01-01T0 :00:00Z", "1970-01-01T00:00:-1Z",
        "１970-01-01T00:00:00Z", "1970-01-01T00:00:00.5.5Z", "1970-01-01T00:00:00.5",
    ])
    func shouldRefuse(_ text: String) {
        let isZoneless = text == "1970-01-01T00:00:00.5"
        #expect(parse(text) == (isZoneless ? .zoneMissing : .malformed))
    }

    @Test func shouldKeepTimesToTheYearsThatArePrinted() {
        for text in [
            "0000-01-01T00:00:00Z", "0000-12-31T23:59:59Z", "0001-01-01T00:00:00+00:01",
            "9999-12-31T23:59:59-00:01", "9999-12-31T23:59:60Z",
        ] {
            #expect(parse(text) == .outOfRange, "\(text)")
        }
        #expect(parse("0000-12-31T23:59:00-00:01") == .time(EventTime.minimum))
    }

    @Test func shouldTakeLeapSecondsWhereTheyCanBe() {
        #expect(parse("2016-12-31T23:59:60Z") == parse("2017-01-01T00:00:00Z"))
        #expect(parse("2016-12-31T23:59:60.5Z") == parse("2017-01-01T00:00:00.5Z"))
        #expect(parse("2017-01-01T05:29:60+05:30") == parse("2017-01-01T00:00:00Z"))
        #expect(parse("1990-12-31T15:59:60-08:00") == parse("1991-01-01T00:00:00Z"))
        #expect(parse("2016-12-31T23:58:60Z") == .malformed)
        #expect(parse("2016-12-30T23:59:60Z") == .malformed)
        #expect(parse("2016-12-31T22:59:60Z") == .malformed)
        #expect(parse("2016-12-31T23:59:60+01:00") == .malformed)
    }

    @Test func shouldAssumeAZoneOnlyWhereOneIsMissing() {
        #expect(parse("1970-01-01T00:00:00") == .zoneMissing)
        #expect(parse("1970-01-01 01:00:00.25", zone: 60) == time(250))
        #expect(parse("1970-01-01T00:00:00", zone: -90) == time(5_400_000))
        #expect(parse("1970-01-01T00:00:00Z", zone: 60) == time(0))
    }

    @Test func shouldReadIntegersByTheirUnit() {
        #expect(parse("5", .seconds) == time(5_000))
        #expect(parse("-5", .seconds) == time(-5_000))
        #expect(parse("1767323045678", .milliseconds) == time(1_767_323_045_678))
        #expect(parse("1999", .microseconds) == time(1))
        #expect(parse("-1", .microseconds) == time(-1))
        #expect(parse("-1000", .microseconds) == time(-1))
        #expect(parse("-1001", .microseconds) == time(-2))
        #expect(parse("1999999", .nanoseconds) == time(1))
        #expect(parse("-1", .nanoseconds) == time(-1))
        #expect(parse("9223372036854775807", .nanoseconds) == time(9_223_372_036_854))
        #expect(parse("-9223372036854775808", .nanoseconds) == time(-9_223_372_036_855))
        // More nanoseconds than 64 bits hold, and still the year 9999 and the year 1.
        #expect(parse("253402300799999999999", .nanoseconds) == .time(EventTime.maximum))
        #expect(parse("253402300800000000000", .nanoseconds) == .outOfRange)
        #expect(parse("-62135596800000000000", .nanoseconds) == .time(EventTime.minimum))
        #expect(parse("-62135596800000000001", .nanoseconds) == .outOfRange)
        #expect(parse("-62135596799999000001", .nanoseconds) == .time(EventTime.minimum))
        #expect(parse("0", .nanoseconds) == time(0))
        #expect(parse("-0", .microseconds) == time(0))
        #expect(parse("00000000000000000000000000007", .milliseconds) == time(7))
        for text in ["", "-", "+1", "1.0", "1e3", " 1", "0x1", "1_000"] {
            #expect(parse(text, .milliseconds) == .malformed, "\(text)")
        }
    }

    @Test func shouldKeepIntegersToTheYearsThatArePrinted() {
        #expect(parse("253402300799999", .milliseconds) == .time(EventTime.maximum))
        #expect(parse("-62135596800000", .milliseconds) == .time(EventTime.minimum))
        for text in [
            "253402300800000", "-62135596800001", "9223372036854775807", "9223372036854775808",
            "-9223372036854775808", "-9223372036854775809", "99999999999999999999999",
            "18446744073709551616", "18446744073709551617",
        ] {
            #expect(parse(text, .milliseconds) == .outOfRange, "\(text)")
            #expect(parse(text, .seconds) == .outOfRange, "\(text)")
        }
        #expect(parse("253402300799", .seconds) == time(253_402_300_799_000))
        #expect(parse("253402300800", .seconds) == .outOfRange)
    }

    @Test func oracleEveryDayAgainstCountingDays() {
        var days = SlowCalendar.daysBefore(year: 1)
        for year in 1...9999 {
            for month in 1...12 {
                let length = SlowCalendar.length(ofMonth: month, year: year)
                for day in [1, 2, 15, length - 1, length] {
                    let text = SlowCalendar.text(year, month, day) + "T00:00:00Z"
                    let milliseconds = Int64(days + day - 1) * 86_400_000
                    let printed = TimestampText.print(EventTime(milliseconds: milliseconds))
                    if parse(text) != time(milliseconds) || printed.prefix(10) != text.prefix(10) {
                        Issue.record("\(text)")
                    }
                }
                if parse(SlowCalendar.text(year, month, length + 1) + "T00:00:00Z") != .malformed {
                    Issue.record("day \(length + 1) of \(year)-\(month)")
                }
                days += length
            }
        }
    }

    @Test func shouldRoundTripRandomTimes() {
        var random = EventsRandom(state: 3)
        let least = EventTime.minimum.milliseconds
        let span = UInt64(EventTime.maximum.milliseconds - least + 1)
        for _ in 0..<50_000 {
            let instant = EventTime(milliseconds: least + Int64(random.next() % span))
            let text = TimestampText.print(instant)
            #expect(text.utf8.count == TimestampText.byteCount)
            #expect(parse(text) == .time(instant), "\(text)")
        }
        #expect(TimestampText.print(EventTime.minimum) == "0001-01-01T00:00:00.000Z")
        #expect(TimestampText.print(EventTime.maximum) == "9999-12-31T23:59:59.999Z")
        #expect(TimestampText.print(EventTime(milliseconds: -1)) == "1969-12-31T23:59:59.999Z")
        #expect(
            TimestampText.print(EventTime(milliseconds: 1_767_323_045_678))
                == "2026-01-02T03:04:05.678Z")
    }
}

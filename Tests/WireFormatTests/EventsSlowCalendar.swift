/// A calendar that only counts, to hold the arithmetic against.
enum SlowCalendar {
    static func isLeap(_ year: Int) -> Bool {
        if year % 400 == 0 { return true }
        if year % 100 == 0 { return false }
        return year % 4 == 0
    }

    static func length(ofMonth month: Int, year: Int) -> Int {
        let lengths = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return lengths[month - 1]
    }

    /// Days from 1970-01-01 to the first day of a year, counted year by year.
    static func daysBefore(year: Int) -> Int {
        let years = year < 1970 ? year..<1970 : 1970..<year
        let days = years.reduce(0) { $0 + (isLeap($1) ? 366 : 365) }
        return year < 1970 ? -days : days
    }

    static func text(_ year: Int, _ month: Int, _ day: Int) -> String {
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: width - digits.count) + digits
        }
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2)
    }
}

/// What an integer time counts, since 1970-01-01T00:00:00Z.
package enum TimeUnit: Sendable, CaseIterable {
    /// `--time-unit s`.
    case seconds
    /// `--time-unit ms`, the default.
    case milliseconds
    /// `--time-unit us`; cut to milliseconds, towards the past.
    case microseconds
    /// `--time-unit ns`; cut to milliseconds, towards the past.
    case nanoseconds

    /// How many last digits of a count say what is shorter than a millisecond.
    var digitsBelowMilliseconds: Int {
        switch self {
        case .seconds, .milliseconds: 0
        case .microseconds: 3
        case .nanoseconds: 6
        }
    }
}

/// How long to wait before what has failed is tried again: twice as long each time, up to a limit.
package struct RetryPause {
    private let first: UInt64
    private let longest: UInt64
    private var pause: UInt64

    /// Pauses as the settings have them.
    package init(_ settings: ClusterSettings) {
        first = settings.firstRetryNanoseconds
        longest = settings.longestRetryNanoseconds
        pause = first
    }

    /// When to try again, after a failure at a time; both in nanoseconds.
    package mutating func next(at now: UInt64) -> UInt64 {
        defer { pause = min(pause * 2, longest) }
        return now + pause
    }

    /// It has gone well.
    package mutating func reset() { pause = first }
}

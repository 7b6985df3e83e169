internal import Glibc

/// Tells the time, in nanoseconds since some moment, never going back. Given to the runtime: the
/// core has none, and a test has its own.
package struct MonotonicTime: Sendable {
    /// Nanoseconds since some moment.
    package let nanoseconds: @Sendable () -> UInt64

    /// A time that `nanoseconds` tells.
    package init(_ nanoseconds: @escaping @Sendable () -> UInt64) {
        self.nanoseconds = nanoseconds
    }

    /// The machine's own.
    package static let system = MonotonicTime {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

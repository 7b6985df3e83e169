internal import Glibc

/// A moment by the clock that nobody sets back.
struct Deadline {
    private let nanoseconds: Int64

    /// The moment `milliseconds` from now.
    init(milliseconds: Int) {
        nanoseconds = Deadline.now() + Int64(max(0, milliseconds)) * 1_000_000
    }

    /// Milliseconds from now until then, rounded up; 0 when it has passed.
    var remainingMilliseconds: Int32 {
        let rest = nanoseconds - Deadline.now()
        guard rest > 0 else { return 0 }
        return Int32(clamping: (rest + 999_999) / 1_000_000)
    }

    /// Whether it has passed.
    var hasPassed: Bool { Deadline.now() >= nanoseconds }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

internal import Glibc
package import IdentityModel

/// When a partition's log says that what has changed is to be told: once there is enough of it, and
/// soon where there is little. It is a record like any other, so that every replay tells the same.
/// See `IdentityGraph.tellChanges`.
package struct TickPolicy {
    /// Components or members that await the next tick at which it is due at once. Bounds what one
    /// tick costs, what a checkpoint stores of what is untold, and what memory may not let go.
    package static let untoldLimit = 8_192
    /// Before which position the last tick lies; until it is folded no other is due.
    private var end: UInt64 = 0
    /// When the next tick is due, if anything awaits it.
    private var due: UInt64
    /// How long a change waits to be told, in nanoseconds.
    private let nanoseconds: UInt64

    /// Begins at a moment; a change waits for so many nanoseconds at most.
    package init(at now: UInt64, every nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
        due = now + nanoseconds
    }

    /// When a tick is to be staged; nil while nothing awaits one, or the last is not folded.
    package func nextDue(
        _ runtime: PartitionRuntime<some LogUpkeep, some StatePort>
    ) -> UInt64? {
        guard runtime.awaitsTick, runtime.position >= end else { return nil }
        return runtime.untoldCount >= Self.untoldLimit ? 0 : due
    }

    /// A tick was staged, and ends before that position; `.max` while that is not known.
    package mutating func noteStaged(before end: UInt64, at now: UInt64) {
        self.end = end
        due = now + nanoseconds
    }

    /// The present time, as a tick says it.
    package static var now: EventTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let milliseconds = Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
        return min(max(EventTime(milliseconds: milliseconds), .minimum), .maximum)
    }
}

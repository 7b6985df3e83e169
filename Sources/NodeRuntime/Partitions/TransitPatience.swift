/// How long whoever asks partitions that serve waits for a state that is under way from one to
/// another, and how often it looks.
package struct TransitPatience: Sendable {
    private let deadline: Deadline
    private let end: UInt64
    private let lookNanoseconds: UInt64
    private let time: MonotonicTime

    /// How long a state that is under way is waited for, in nanoseconds: 2 s.
    package static let nanoseconds: UInt64 = 2_000_000_000

    /// Patience from now on, with what is worth answering until `deadline`.
    package init(until deadline: Deadline, lookNanoseconds: UInt64, time: MonotonicTime) {
        self.deadline = deadline
        self.lookNanoseconds = lookNanoseconds
        self.time = time
        end = min(
            deadline.nanoseconds, Deadline.after(nanoseconds: Self.nanoseconds, time).nanoseconds)
    }

    /// Whether an answer is of no use any more.
    package var isOver: Bool { time.nanoseconds() >= deadline.nanoseconds }

    /// Waits until it is time to look again; false once that has been too long.
    package func wait() -> Bool {
        let now = time.nanoseconds()
        guard now < end else { return false }
        let mutex = Mutex()
        mutex.locked { mutex.wait(until: now + lookNanoseconds) }
        return true
    }
}

/// Until when a request is worth answering, in nanoseconds of `MonotonicTime`.
package struct Deadline: Equatable, Comparable, Sendable {
    /// The moment.
    package let nanoseconds: UInt64

    /// A deadline at a moment.
    package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    /// So many nanoseconds from now.
    package static func after(
        nanoseconds: UInt64, _ time: MonotonicTime = .system
    ) -> Deadline {
        Deadline(nanoseconds: time.nanoseconds() + nanoseconds)
    }

    package static func < (left: Deadline, right: Deadline) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
}

/// When an event happened, as its source says: milliseconds since 1970-01-01T00:00:00Z.
@usableFromInline package struct EventTime: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Milliseconds since 1970, negative before.
    @usableFromInline package let milliseconds: Int64

    /// 0001-01-01T00:00:00.000Z, the earliest time that is accepted.
    package static let minimum = EventTime(milliseconds: -62_135_596_800_000)
    /// 9999-12-31T23:59:59.999Z, the latest time that is accepted.
    package static let maximum = EventTime(milliseconds: 253_402_300_799_999)
    /// Later than every accepted time: "not seen yet".
    package static let never = EventTime(milliseconds: Int64.max)

    /// A time of so many milliseconds since 1970; the caller keeps it in `minimum...maximum`.
    @inlinable @inline(__always)
    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Whether it lies in the years 0001 to 9999.
    package var isAccepted: Bool {
        milliseconds >= EventTime.minimum.milliseconds
            && milliseconds <= EventTime.maximum.milliseconds
    }

    @inlinable @inline(__always)
    package static func < (left: EventTime, right: EventTime) -> Bool {
        left.milliseconds < right.milliseconds
    }
}

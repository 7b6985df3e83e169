/// Where some bytes lie in a record, in half the room of a `Range<Int>`.
@usableFromInline package struct ByteSlice: Equatable, Sendable, BitwiseCopyable {
    @usableFromInline let start: UInt32
    @usableFromInline let count: UInt32

    /// The bytes at `range`; a record is far smaller than 4 GiB.
    @inlinable @inline(__always)
    package init(_ range: Range<Int>) {
        start = UInt32(range.lowerBound)
        count = UInt32(range.count)
    }

    /// The place as a range.
    @inlinable @inline(__always)
    package var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
}
